"""Measures by networks that saw natural pictures: LPIPS, KID, FID.

Their weights are the user's: idlock ships and downloads none. Where a file is
missing the measure is left out, and nothing else takes its name.
"""

from pathlib import Path

from idlock.problems import InvalidInput

ALEXNET = "alexnet-owt-7be5be79.pth"  # as torchvision publishes it
INCEPTION = "pt_inception-2015-12-05-6726825d.pth"  # TensorFlow's, ported by pytorch-fid


def distance(models: str | Path):
    """Return the `lpips.Lpips` of a run, None without the weights in its models folder."""
    path = find(models, ALEXNET)
    if path is None:
        return None
    from idlock.perceptual import lpips  # noqa: PLC0415  (torch is loaded with it)

    return lpips.Lpips(path)


def features(models: str | Path):
    """Return the `inception.Features` of a run, None without the weights in its models folder."""
    path = find(models, INCEPTION)
    if path is None:
        return None
    from idlock.perceptual import inception  # noqa: PLC0415  (torch is loaded with it)

    return inception.Features(path)


def find(models: str | Path, name: str) -> Path | None:
    """Return a weights file in the models folder, None where it is missing."""
    return next(iter(sorted(Path(models).rglob(name))), None) if Path(models).is_dir() else None


def load(network, path: Path):
    """Fill a `torch.nn.Module` from a file of tensors; what the module has no place for is left.

    Raises:
        InvalidInput: the file is damaged, holds code, or belongs to another network.
    """
    import torch  # noqa: PLC0415  (only where the file is there)

    try:
        weights = torch.load(path, map_location="cpu", weights_only=True)
        missing = network.load_state_dict(weights, strict=False).missing_keys
    except Exception as error:
        raise InvalidInput([f"{path}: cannot be read as weights ({error})"]) from None
    # how often a batch norm was updated is in no old file, and changes nothing
    missing = [name for name in missing if not name.endswith("num_batches_tracked")]
    if missing:
        raise InvalidInput([f"{path}: has no {missing[0]}; it belongs to another network"])
    return network.eval().requires_grad_(requires_grad=False)
