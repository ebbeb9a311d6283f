"""Face recognisers: a picture and its landmarks in, an identity vector out.

dlib's is always there. Any ONNX file that takes an aligned 112 px face, as
ArcFace's descendants do, is used through insightface from the models folder.
"""

from collections.abc import Callable
from functools import cache, cached_property
from pathlib import Path
from typing import Protocol

import cv2
import numpy as np

from idlock.faces import models as dlib_models
from idlock.faces import shape
from idlock.store.files import sha256


class Recogniser(Protocol):
    """Turns a face into a vector; the smaller the angle of two, the more alike the people.

    Attributes:
        name: what the config calls it.
        version: digest of its weights; vectors of different versions do not compare.
    """

    name: str
    version: str

    def embed(self, image: np.ndarray, landmarks: np.ndarray) -> np.ndarray:
        """Return the (d,) float32 vector, as the network gives it, not scaled to length 1.

        Args:
            image: (H, W, 3) uint8 sRGB, or (H, W, 4): laid on grey.
            landmarks: (68, 2) px.
        """


class Dlib:
    """dlib's ResNet (King 2017): 128-D, trained on about three million faces."""

    name = "dlib"

    @property
    def version(self) -> str:
        """See `Recogniser`."""
        return version(self.name)

    @cached_property
    def _net(self):
        import dlib  # noqa: PLC0415  (a tenth of a second, and only where used)

        return dlib.face_recognition_model_v1(dlib_models.dlib_file(dlib_models.RECOGNISER))

    def embed(self, image: np.ndarray, landmarks: np.ndarray) -> np.ndarray:
        """See `Recogniser`."""
        import dlib  # noqa: PLC0415

        rgb = shape.opaque(image)
        points = dlib.points([dlib.point(*p) for p in np.rint(landmarks).astype(int).tolist()])
        frame = dlib.rectangle(0, 0, rgb.shape[1], rgb.shape[0])
        chip = dlib.get_face_chip(rgb, dlib.full_object_detection(frame, points))
        return np.array(self._net.compute_face_descriptor(chip), np.float32)


class Onnx:
    """An ArcFace-style network (Deng et al. 2019) on a face aligned by five points."""

    def __init__(self, name: str, path: Path, device: str):
        from insightface.model_zoo import arcface_onnx, model_zoo  # noqa: PLC0415  (half a second)

        self.name = name
        self.version = _digest(path)
        session = model_zoo.PickableInferenceSession(
            str(path), providers=_providers(device), sess_options=_one_thread()
        )
        self._net = arcface_onnx.ArcFaceONNX(str(path), session)

    def embed(self, image: np.ndarray, landmarks: np.ndarray) -> np.ndarray:
        """See `Recogniser`."""
        from insightface.utils import face_align  # noqa: PLC0415

        bgr = cv2.cvtColor(shape.opaque(image), cv2.COLOR_RGB2BGR)
        points = shape.five_points(landmarks).astype(np.float32)
        chip = face_align.norm_crop(_smoothed(bgr, points), points, self._net.input_size[0])
        return self._net.get_feat(chip).ravel().astype(np.float32)


# In an insightface pack the recogniser lies beside detectors and attribute
# networks; these are the names its packs give it.
PACK_RECOGNISERS = ("w600k_*.onnx", "glintr*.onnx", "*recognition*.onnx")


def recogniser(name: str, models: str | Path | None = None, device: str = "cpu") -> Recogniser:
    """Return a recogniser by name.

    Args:
        name: ``dlib``; or the name, without ``.onnx``, of a file anywhere in
            the models folder; or of an insightface pack folder in it, such as
            ``buffalo_l``.
        models: the folder of model files.
        device: where an ONNX network runs: ``cpu``, ``cuda``, or ``auto`` for
            a GPU where there is one.

    Raises:
        ValueError: there is no such recogniser, its file is not usable, or
            there is no GPU where one is asked for.
    """
    if name == "dlib":
        return Dlib()
    path = model_file(name, models)
    try:
        return Onnx(name, path, device)
    except Exception as error:
        # onnx, onnxruntime and insightface each have their own errors for a
        # file that is damaged or is some other network
        raise ValueError(
            f"{path}: not usable as a recogniser ({type(error).__name__}: {error}); it should take "
            "one aligned face (1, 3, 112, 112) and give one vector"
        ) from error


def version(name: str, models: str | Path | None = None) -> str:
    """Return the digest of a recogniser's weights, without loading it."""
    return _digest(model_file(name, models))


@cache
def _digest(path: Path) -> str:
    return sha256(path)[:16]


def model_file(name: str, models: str | Path | None) -> Path:
    """Return the file of recogniser ``name``.

    Raises:
        ValueError: there is none in the folder ``models``.
    """
    if name == "dlib":
        return Path(dlib_models.dlib_file(dlib_models.RECOGNISER))
    folder = Path(models) if models else None
    searches: tuple[Callable[[], list[Path]], ...] = (
        lambda: sorted(folder.rglob(f"{name}.onnx")),
        lambda: [
            found
            for pack in sorted(folder.rglob(name))
            for pattern in PACK_RECOGNISERS
            for found in sorted(pack.glob(pattern))
        ],
    )
    for search in searches if folder and folder.is_dir() else ():
        found = search()
        if found:
            return found[0]
    raise ValueError(
        f"recogniser {name!r} needs a file {name}.onnx, or an insightface pack folder {name}/, in "
        f"the models folder ({folder}); resources/models.yaml says from where, or use dlib"
    )


def _smoothed(bgr: np.ndarray, points: np.ndarray) -> np.ndarray:
    """Blur a face that is much larger than the network sees it.

    insightface samples the aligned face without a filter, which turns fine
    structure of a large face into noise (aliasing).
    """
    ratio = float(np.linalg.norm(points[1] - points[0])) / 35.2  # the template's eye distance
    return cv2.GaussianBlur(bgr, (0, 0), 0.5 * ratio) if ratio > 1.5 else bgr


def _providers(device: str) -> list[str]:
    import onnxruntime  # noqa: PLC0415

    gpu = "CUDAExecutionProvider" in onnxruntime.get_available_providers()
    if device == "cuda" and not gpu:
        raise ValueError("device: cuda, but onnxruntime finds no CUDA; install onnxruntime-gpu")
    return ["CUDAExecutionProvider"] * (gpu and device != "cpu") + ["CPUExecutionProvider"]


def _one_thread():
    """Sessions of one thread: Snakemake runs a job a core, and sums keep their order."""
    import onnxruntime  # noqa: PLC0415

    options = onnxruntime.SessionOptions()
    options.intra_op_num_threads = options.inter_op_num_threads = 1
    return options
