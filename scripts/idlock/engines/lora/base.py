"""The base model under a LoRA: a folder as diffusers writes it, opened without a network."""

import json
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING, Any

from idlock.paths import REPOSITORY
from idlock.problems import InvalidInput
from idlock.store import units
from idlock.store.files import read_json, sha256

if TYPE_CHECKING:
    import torch
    from diffusers import DiffusionPipeline

INDEX = "model_index.json"
FACTS = "idlock.json"  # of a base made by this project: how it is framed and trained best
SD, SDXL = "StableDiffusionPipeline", "StableDiffusionXLPipeline"
_CONFIG, _SCHEDULER = ("config.json",), ("scheduler_config.json",)
_WORDS = ("tokenizer.json", "vocab.json")
# part -> a file that makes it up, under any of the names it goes by
_NETWORKS = {
    "unet": "diffusion_pytorch_model",
    "vae": "diffusion_pytorch_model",
    "text_encoder": "model",
}
_OTHERS = {"tokenizer": _WORDS, "scheduler": _SCHEDULER}
_WHAT = "give a folder as diffusers' save_pretrained writes it, or the hub id of one"


def on_disk(name: str | Path) -> Path | None:
    """Return the folder that a base's name stands for, None where it is an id, or nothing."""
    places = (Path(name), REPOSITORY / name)
    return next((place for place in places if place.is_dir()), None)


def located(name: str | Path, *, offline: bool = True) -> Path:
    """Return the folder of a base model given by folder or hub id.

    Args:
        name: a folder, seen from where the run starts or from the project, or
            an id such as ``stabilityai/stable-diffusion-xl-base-1.0``.
        offline: look for an id only among what was fetched before.

    Raises:
        InvalidInput: there is no such folder, nor an id that was fetched.
    """
    known = on_disk(name)
    if known:
        return known
    from huggingface_hub import snapshot_download  # noqa: PLC0415  (only for an id)
    from huggingface_hub.errors import HFValidationError, LocalEntryNotFoundError  # noqa: PLC0415

    patterns = ["*.json", "*.txt", "*.safetensors"]
    try:
        return Path(snapshot_download(str(name), local_files_only=offline, allow_patterns=patterns))
    except HFValidationError:
        raise InvalidInput([f"lora.base: there is no folder {name}; {_WHAT}"]) from None
    except (LocalEntryNotFoundError, OSError) as error:
        if not offline:
            raise InvalidInput([f"lora.base: {name} cannot be fetched: {error}"]) from None
        raise InvalidInput(
            [
                f"lora.base: {name} is neither a folder nor a model fetched before, and "
                f"offline: true fetches none; {_WHAT}, or set offline: false for one run"
            ]
        ) from None


@cache
def kind(folder: Path) -> str:
    """Return ``SD`` or ``SDXL``, once nothing is missing from a base folder.

    Raises:
        InvalidInput: everything that is missing or damaged, by the name of its
            file; or it is a kind of model that LoRAs are not trained on here.
    """
    index = _json(folder / INDEX)
    name = index.get("_class_name")
    if name not in (SD, SDXL):
        raise InvalidInput([f"{folder / INDEX}: a {name}; LoRAs are trained on {SD} or {SDXL}"])
    seconds = ("text_encoder", "tokenizer") if name == SDXL else ()
    problems = []
    for part, stem in _NETWORKS.items():
        for twin in (part, f"{part}_2") if part in seconds else (part,):
            problems += _missing(folder / twin, _CONFIG)
            problems += _missing_weights(folder / twin, stem)
    for part, files in _OTHERS.items():
        for twin in (part, f"{part}_2") if part in seconds else (part,):
            problems += _missing(folder / twin, files)
    if problems:
        raise InvalidInput(problems)
    return name


def opened(
    name: str | Path, *, offline: bool = True, dtype: "torch.dtype | None" = None
) -> "DiffusionPipeline":
    """Open a base model as diffusers' own pipeline, on the CPU, with no safety checker.

    Args:
        name: folder or hub id.
        offline: fetch nothing.
        dtype: of the weights; float32 unless told.

    Raises:
        InvalidInput: see `located` and `kind`; or diffusers cannot read it.
    """
    import diffusers  # noqa: PLC0415  (seconds)
    import torch  # noqa: PLC0415
    import transformers  # noqa: PLC0415

    for library in (diffusers, transformers):
        library.utils.logging.disable_progress_bar()
    folder = located(name, offline=offline)
    pipeline = getattr(diffusers, kind(folder))
    extra = (
        {"safety_checker": None, "requires_safety_checker": False}
        if pipeline.__name__ == SD
        else {}
    )
    try:
        pipe = pipeline.from_pretrained(
            folder,
            local_files_only=True,
            dtype=dtype or torch.float32,
            variant=_variant(folder),
            **extra,
        )
    except Exception as error:
        # diffusers, transformers and safetensors each have their own errors for a damaged file
        raise InvalidInput(
            [f"{folder}: diffusers cannot open it ({type(error).__name__}: {error})"]
        ) from error
    pipe.set_progress_bar_config(disable=True)
    return pipe


def facts(folder: Path) -> dict[str, Any]:
    """Return what a base of this project says about itself; {} for any other.

    Keys: ``window`` (side of the framing, see `idlock.engines.lora.framing`),
    ``size`` (px), ``token`` (the rare word for a person), ``words`` (that it was
    told), ``steps`` and ``guidance`` (of a picture by itself) and ``settings``:
    a configuration that suits it, which goes before the general defaults.
    """
    path = folder / FACTS
    return read_json(path) if path.is_file() else {}


@cache
def digest(folder: Path) -> str:
    """Digest of a base: of every file of its networks, tokenizers and scheduler."""
    suffixes = (".json", ".safetensors", ".txt")
    # what it says about itself changes no picture
    files = sorted(p for p in folder.rglob("*") if p.suffix in suffixes and p.name != FACTS)
    return units.key(files={path.relative_to(folder).as_posix(): sha256(path) for path in files})


def _variant(folder: Path) -> str | None:
    """``fp16`` where a folder has its weights in that variant only."""
    return None if any(_weights(folder / "unet", _NETWORKS["unet"])) else "fp16"


def _weights(folder: Path, stem: str, variant: str = "") -> list[Path]:
    names = (f"{stem}{variant}.safetensors", f"{stem}.safetensors.index{variant}.json")
    return [folder / name for name in names if (folder / name).is_file()]


def _missing_weights(folder: Path, stem: str) -> list[str]:
    """Say which weights are missing, shards of an index included."""
    found = _weights(folder, stem) or _weights(folder, stem, ".fp16")
    if not found:
        return [f"{folder / stem}.safetensors is missing; copy the base model anew"]
    if found[0].suffix != ".json":
        return []
    shards = set(_json(found[0]).get("weight_map", {}).values())
    return [problem for shard in sorted(shards) for problem in _missing(folder, (shard,))]


def _missing(folder: Path, names: tuple[str, ...]) -> list[str]:
    if any((folder / name).is_file() for name in names):
        return []
    return [f"{folder / names[0]} is missing; copy the base model anew"]


def _json(path: Path) -> dict[str, Any]:
    if not path.is_file():
        raise InvalidInput([f"{path} is missing: not a base model; {_WHAT}"])
    try:
        content = json.loads(path.read_text(encoding="utf-8"))
    except (UnicodeDecodeError, ValueError) as error:
        raise InvalidInput([f"{path}: damaged ({error}); copy the base model anew"]) from None
    if not isinstance(content, dict):
        raise InvalidInput([f"{path}: damaged (not an object); copy the base model anew"])
    return content
