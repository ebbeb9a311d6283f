"""Finding faces in a photo, and choosing one.

Every detector answers in the convention of dlib's frontal detector, a square
from brows to chin, because the landmark predictor was trained on those.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Protocol

import cv2
import numpy as np

from idlock.faces import models
from idlock.problems import BadInput

# Longest side, in px, at which a photo is searched: dlib's detector finds faces
# of 80 px and more, so each step finds faces of half the size. Small before
# large: it is quicker, and large scales bring false alarms.
SCALES = (640, 1280, 2560)
QUICK = (320, *SCALES)  # where the one large face is wanted, as in pictures made of a person
PADDING = 0.35  # of the longest side; a face that fills the frame is not found without
LARGEST_ENLARGEMENT = 2.5

# dlib's score. Faces of the London and SFHQ sets score 1.0 to 3.3, the pattern
# on the astronaut's suit 0.09 (measured); what lies between is asked of the
# CNN detector, which is thirty times slower and hardly ever wrong.
CERTAIN = 0.6
POSSIBLE = -0.2

# A second face nearly as large leaves it open who is meant.
AMBIGUOUS = 0.7


@dataclass(frozen=True)
class Box:
    """A face: left upper corner and side in px of the photo, and the detector's own score."""

    left: float
    top: float
    side: float
    score: float

    @property
    def centre(self) -> np.ndarray:
        """(x, y) of the middle, px."""
        return np.array([self.left + self.side / 2, self.top + self.side / 2])


class Detector(Protocol):
    """Finds all faces in a (H, W, 3) uint8 sRGB picture, in no particular order."""

    name: str

    def find(self, rgb: np.ndarray) -> list[Box]:
        """Return the faces found, an empty list where there is none."""


class DlibDetector:
    """dlib's HOG detector, tried at growing scale and with padding; doubts go to its CNN."""

    name = "dlib"

    def __init__(self, scales: Sequence[int] = SCALES):
        self._scales = scales

    def find(self, rgb: np.ndarray) -> list[Box]:
        """See `Detector`."""
        padded, margin = _padded(rgb)
        for picture, shift, longest in (
            (rgb, 0, self._scales[0]),
            (padded, margin, self._scales[0]),
            *((rgb, 0, longest) for longest in self._scales[1:]),
        ):
            found = self._find_at(picture, longest)
            if found:
                return [Box(b.left - shift, b.top - shift, b.side, b.score) for b in found]
        return []

    def _find_at(self, rgb: np.ndarray, longest: int) -> list[Box]:
        scale = min(longest / max(rgb.shape[:2]), LARGEST_ENLARGEMENT)
        scaled = _scaled(rgb, scale)
        rectangles, scores, _ = _frontal_detector().run(scaled, 0, POSSIBLE)
        boxes = [
            Box(r.left() / scale, r.top() / scale, r.width() / scale, score)
            for r, score in zip(rectangles, scores, strict=True)
        ]
        return [box for box in boxes if box.score >= CERTAIN or _confirmed(rgb, box)]


class YuNetDetector:
    """YuNet (Wu et al. 2023) through OpenCV."""

    name = "yunet"

    def __init__(self, path: Path):
        self._net = cv2.FaceDetectorYN.create(str(path), "", (320, 320), score_threshold=0.7)

    def find(self, rgb: np.ndarray) -> list[Box]:
        """See `Detector`."""
        scale = min(SCALES[0] / max(rgb.shape[:2]), LARGEST_ENLARGEMENT)
        bgr = cv2.cvtColor(_scaled(rgb, scale), cv2.COLOR_RGB2BGR)
        self._net.setInputSize((bgr.shape[1], bgr.shape[0]))
        _, faces = self._net.detect(bgr)
        # a row: box (4), right eye, left eye, nose, two mouth corners (10), score
        return [
            _box_from_eyes(row[4:8].reshape(2, 2) / scale, float(row[14]))
            for row in (faces if faces is not None else ())
        ]


class ScrfdDetector:
    """SCRFD (Guo et al. 2021) through insightface, padded so that close faces are found."""

    name = "scrfd"

    def __init__(self, path: Path):
        from insightface.model_zoo import get_model  # noqa: PLC0415  (half a second)

        self._net = get_model(str(path), providers=["CPUExecutionProvider"])
        self._net.prepare(ctx_id=-1, input_size=(640, 640))

    def find(self, rgb: np.ndarray) -> list[Box]:
        """See `Detector`."""
        padded, margin = _padded(rgb)
        boxes, points = self._net.detect(cv2.cvtColor(padded, cv2.COLOR_RGB2BGR))
        return [
            _box_from_eyes(five[:2] - margin, float(box[4]))
            for box, five in zip(boxes, points, strict=True)
        ]


FILES = {"yunet": "face_detection_yunet*.onnx", "scrfd": "det_*.onnx"}


def detector(name: str, folder: Path | None = None) -> Detector:
    """Return a detector by name: ``dlib``, ``yunet`` or ``scrfd``.

    Args:
        name: which.
        folder: the folder of model files.

    Raises:
        ValueError: the name is unknown, or its model file is missing or not usable.
    """
    if name == "dlib":
        return DlibDetector()
    if name not in FILES:
        raise ValueError(f"unknown detector {name!r}; there are dlib, {', '.join(FILES)}")
    path = model_file(name, folder)
    kinds = {"yunet": YuNetDetector, "scrfd": ScrfdDetector}
    try:
        return kinds[name](path)
    except Exception as error:
        raise ValueError(
            f"{path}: not usable as {name} detector ({error}); get the file again, see "
            "resources/models.yaml"
        ) from error


def model_file(name: str, folder: Path | None) -> Path:
    """Return the model file of detector ``name``.

    Raises:
        ValueError: there is none in ``folder``.
    """
    found = sorted(Path(folder).rglob(FILES[name])) if folder else []
    if not found:
        raise ValueError(
            f"detector {name} needs a file {FILES[name]} in the models folder ({folder}); "
            "put it there (resources/models.yaml says from where), or use dlib"
        )
    return found[0]


def choose(boxes: Sequence[Box], rule: str | int, size: tuple[int, int]) -> Box:
    """Choose the face that is meant.

    Args:
        boxes: the faces found.
        rule: ``largest``, ``central``, or a number counting from the largest, 0.
        size: (height, width) of the photo, px.

    Raises:
        BadInput: there is no face, or the rule does not single one out.
    """
    if not boxes:
        raise BadInput(
            "no face found",
            "give a photo that shows the face from the front, well lit and at least 80 px wide",
        )
    by_size = sorted(boxes, key=lambda box: (-box.side, box.left, box.top))
    if rule == "central":
        middle = np.array([size[1] / 2, size[0] / 2])
        return min(by_size, key=lambda box: float(np.linalg.norm(box.centre - middle)))
    if rule == "largest":
        if len(by_size) > 1 and by_size[1].side > AMBIGUOUS * by_size[0].side:
            raise BadInput(
                f"{len(boxes)} faces found, two of about the same size",
                "crop the photo to one person, or set prepare.face to central or to the face's "
                "number by size (0 is the largest)",
            )
        return by_size[0]
    if rule >= len(by_size):
        raise BadInput(
            f"face number {rule} asked for, {len(by_size)} found",
            f"set prepare.face to a number from 0 to {len(by_size) - 1}, or to largest",
        )
    return by_size[rule]


def _box_from_eyes(eyes: np.ndarray, score: float) -> Box:
    """Return the box dlib would give, from the (2, 2) eye centres.

    Measured on 39 London and SFHQ faces: side 2.35 +- .18 and centre .50 +- .08
    below the eyes, in eye distances.
    """
    eyes = np.asarray(eyes, dtype=float)
    distance = float(np.linalg.norm(eyes[1] - eyes[0]))
    side = 2.35 * distance
    x, y = eyes.mean(axis=0)
    return Box(float(x - side / 2), float(y + 0.5 * distance - side / 2), side, score)


def _confirmed(rgb: np.ndarray, box: Box) -> bool:
    """Ask the CNN detector whether there is a face in and around ``box``."""
    margin = box.side / 2
    left, top = (int(max(0, v - margin)) for v in (box.left, box.top))
    bottom, right = int(box.top + box.side + margin), int(box.left + box.side + margin)
    crop = rgb[top:bottom, left:right]
    if min(crop.shape[:2]) < 10:
        return False
    # 200 px shows the face at 100, above the 80 the CNN was trained for
    return bool(_cnn_detector()(_scaled(crop, 200 / max(crop.shape[:2])), 0))


def _scaled(rgb: np.ndarray, scale: float) -> np.ndarray:
    way = cv2.INTER_AREA if scale < 1 else cv2.INTER_CUBIC
    return np.ascontiguousarray(cv2.resize(rgb, None, fx=scale, fy=scale, interpolation=way))


def _padded(rgb: np.ndarray) -> tuple[np.ndarray, int]:
    margin = round(PADDING * max(rgb.shape[:2]))
    grey = (128, 128, 128)
    return cv2.copyMakeBorder(
        rgb, *[margin] * 4, borderType=cv2.BORDER_CONSTANT, value=grey
    ), margin


@cache
def _frontal_detector():
    import dlib  # noqa: PLC0415  (only the dlib detector needs it)

    return dlib.get_frontal_face_detector()


@cache
def _cnn_detector():
    import dlib  # noqa: PLC0415

    return dlib.cnn_face_detection_model_v1(models.dlib_file(models.CNN_DETECTOR))
