"""Who tells person from background: rembg with weights at hand, otherwise GrabCut."""

from pathlib import Path
from typing import Protocol

import numpy as np

from idlock.faces.grabcut import GrabCut
from idlock.store.files import sha256

# rembg's networks that fit a portrait, best first: those trained on people, then general ones by
# quality. Each with the names its file goes by: rembg's own, and that of rembg's release page.
NETWORKS = {
    "birefnet-portrait": "BiRefNet-portrait-epoch_150",
    "u2net_human_seg": "u2net_human_seg",
    "birefnet-general": "BiRefNet-general-epoch_244",
    "birefnet-massive": "BiRefNet-massive-TR_DIS5K_TR_TEs-epoch_420",
    "birefnet-hrsod": "BiRefNet-HRSOD_DHU-epoch_115",
    "birefnet-dis": "BiRefNet-DIS-epoch_590",
    "birefnet-general-lite": "BiRefNet-general-bb_swin_v1_tiny-epoch_232",
    "bria-rmbg": "bria-rmbg-2.0",
    "isnet-general-use": "isnet-general-use",
    "u2net": "u2net",
    "silueta": "silueta",
    "u2netp": "u2netp",
}


class Segmenter(Protocol):
    """Tells person from background.

    Attributes:
        name: what made a mask, for the record; another name means other masks.
    """

    name: str

    def mask(self, image: np.ndarray, landmarks: np.ndarray, inside: np.ndarray) -> np.ndarray:
        """Find the person.

        Args:
            image: (h, w, 3) uint8 RGB, face upright, without missing parts.
            landmarks: (68, 2) float, pixels.
            inside: (h, w) bool, False where `image` only continues the photo's border.

        Returns:
            (h, w) float32 in 0..1; above 0.5 is the person.
        """


def segmenter(models: Path | None) -> Segmenter:
    """Choose the best segmenter at hand.

    Args:
        models: the folder of model files, searched with its subfolders; may be missing.

    Returns:
        rembg with the first of `NETWORKS` whose file is there, otherwise GrabCut.

    Raises:
        ValueError: the file is there but is no such network.
    """
    found = network(models)
    return Rembg(*found) if found else GrabCut()


def network(models: Path | None) -> tuple[str, Path] | None:
    """Find the preferred network among the files of a folder: rembg's name of it, and its file."""
    if models is None:
        return None
    files = {path.stem: path for path in sorted(models.rglob("*.onnx"), reverse=True)}
    for network, released_as in NETWORKS.items():
        for stem in (network, released_as):
            if stem in files:
                return network, files[stem]
    return None


class Rembg:
    """One of rembg's networks, with rembg's own pre- and post-processing.

    Args:
        network: rembg's name of it.
        path: its file.

    Raises:
        ValueError: the file is not such a network.
    """

    def __init__(self, network: str, path: Path):
        self._path = path
        self._session = _session(network, path)
        # The digest belongs to the name: other weights make other masks.
        self.name = f"rembg {network} {sha256(path)[:8]}"

    def mask(self, image: np.ndarray, landmarks: np.ndarray, inside: np.ndarray) -> np.ndarray:
        """See `Segmenter`. The network needs the picture alone."""
        from PIL import Image  # noqa: PLC0415

        try:
            # An even picture makes rembg divide 0 by 0; the mask is then empty, and refused.
            with np.errstate(invalid="ignore", divide="ignore"):
                answer = self._session.predict(Image.fromarray(image))[0]
        except Exception as error:
            raise ValueError(_unusable(self._path, error)) from error
        return np.asarray(answer.convert("L"), np.float32) / 255


def _session(network: str, path: Path):
    """Open a file with rembg's class for it, which is given no way to fetch another.

    rembg looks for weights in a folder of its own and downloads what it does not find there.
    Its classes ask `download_models` for the path, so that is the one thing replaced.
    """
    import onnxruntime  # noqa: PLC0415
    from rembg.sessions import sessions  # noqa: PLC0415  (numba: two seconds)

    local = type("Local", (sessions[network],), {"download_models": lambda *_, **__: str(path)})
    try:
        session = local(network, onnxruntime.SessionOptions(), providers=["CPUExecutionProvider"])
    except Exception as error:
        raise ValueError(_unusable(path, error)) from error
    takes, gives = session.inner_session.get_inputs(), session.inner_session.get_outputs()
    if len(takes) != 1 or len(takes[0].shape) != 4 or len(gives[0].shape) != 4:
        raise ValueError(_unusable(path, "its input and output are not pictures"))
    return session


def _unusable(path: Path, reason: object) -> str:
    first = str(reason).splitlines()[0][:200]
    return (
        f"{path} does not work as a background removal network ({first}). Fetch it again from "
        "https://github.com/danielgatis/rembg/releases, or remove it: GrabCut is used then"
    )
