"""Whether a photo is good enough to know a person by."""

from dataclasses import asdict, dataclass

import cv2
import numpy as np

from idlock.faces import pose, shape
from idlock.problems import BadInput

MEASURED_AT = 64.0  # px between the eyes, where sharpness is measured


@dataclass(frozen=True)
class Quality:
    """What was measured of a face in its photo.

    Attributes:
        interocular: distance of the eye centres, px of the photo.
        sharpness: variance of the Laplacian of the grey face, 0..255, eyes 64 px apart.
        clipped: share of the face's pixels that are black (<= 3) or burnt out (>= 252).
        yaw, pitch, roll: pose in degrees; 0 looks into the camera, signs as the
            sliders rotate_yaw, rotate_pitch and rotate_roll.
    """

    interocular: float
    sharpness: float
    clipped: float
    yaw: float
    pitch: float
    roll: float

    def rounded(self) -> dict[str, float]:
        """Return the measurements for a JSON file."""
        return {name: round(value, 4) for name, value in asdict(self).items()}


def measure(rgb: np.ndarray, landmarks: np.ndarray) -> Quality:
    """Measure the face with ``landmarks`` (68, 2) in a (H, W, 3) uint8 photo."""
    turn = pose.estimate(landmarks)
    face = face_pixels(rgb, landmarks)
    return Quality(
        interocular=shape.interocular(landmarks),
        sharpness=sharpness(rgb, landmarks),
        clipped=float(np.mean((face <= 3) | (face >= 252))) if face.size else 1.0,
        yaw=turn.yaw,
        pitch=turn.pitch,
        roll=turn.roll,
    )


def sharpness(rgb: np.ndarray, landmarks: np.ndarray) -> float:
    """Variance of the Laplacian of the grey face, with the eyes brought 64 px apart.

    The measure hangs on scale and crop (Pech-Pacheco et al. 2000 use it on
    whole frames), so both are fixed: a photo with more pixels is not sharper
    by that alone, one enlarged from few is not either.
    """
    scale = MEASURED_AT / shape.interocular(landmarks)
    left, top, right, bottom = _bounds(landmarks, rgb.shape[:2])
    grey = cv2.cvtColor(rgb[top:bottom, left:right], cv2.COLOR_RGB2GRAY)
    way = cv2.INTER_AREA if scale < 1 else cv2.INTER_CUBIC
    scaled = cv2.resize(grey, None, fx=scale, fy=scale, interpolation=way)
    return float(cv2.Laplacian(scaled, cv2.CV_64F).var())


def face_pixels(rgb: np.ndarray, landmarks: np.ndarray) -> np.ndarray:
    """Return the grey values (n,) uint8 of the pixels inside the landmarks' hull."""
    left, top, right, bottom = _bounds(landmarks, rgb.shape[:2])
    grey = cv2.cvtColor(rgb[top:bottom, left:right], cv2.COLOR_RGB2GRAY)
    hull = cv2.convexHull(np.rint(landmarks - (left, top)).astype(np.int32))
    inside = cv2.fillConvexPoly(np.zeros(grey.shape, np.uint8), hull, 1)
    return grey[inside > 0]


def check(quality: Quality, limits: dict) -> None:
    """Refuse a face that is too small, blurred, badly lit or turned away.

    Args:
        quality: the measurements.
        limits: the keys ``min_interocular``, ``min_sharpness``, ``max_clipped``
            and ``max_turn`` of the config's ``prepare``.

    Raises:
        BadInput: naming everything that is wrong with it.
    """
    problems = []
    if quality.interocular < limits["min_interocular"]:
        problems.append(
            f"the eyes are {quality.interocular:.0f} px apart "
            f"(least: {limits['min_interocular']:g}, prepare.min_interocular)"
        )
    if quality.sharpness < limits["min_sharpness"]:
        problems.append(
            f"the face is blurred: sharpness {quality.sharpness:.1f} "
            f"(least: {limits['min_sharpness']:g}, prepare.min_sharpness)"
        )
    if quality.clipped > limits["max_clipped"]:
        problems.append(
            f"{quality.clipped:.0%} of the face is black or burnt out "
            f"(most: {limits['max_clipped']:.0%}, prepare.max_clipped)"
        )
    turned = max(abs(quality.yaw), abs(quality.pitch))
    if turned > limits["max_turn"]:
        problems.append(
            f"the head is turned by {turned:.0f} degrees "
            f"(most: {limits['max_turn']:g}, prepare.max_turn)"
        )
    if problems:
        raise BadInput(
            "; ".join(problems),
            "take a closer, sharper, evenly lit photo from the front, or change the limit named",
        )


def _bounds(landmarks: np.ndarray, size: tuple[int, int]) -> tuple[int, int, int, int]:
    """Return left, top, right, bottom of the landmarks, inside the picture, not empty."""
    height, width = size
    left, top = np.floor(landmarks.min(axis=0)).astype(int)
    right, bottom = np.ceil(landmarks.max(axis=0)).astype(int) + 1
    left, top = int(np.clip(left, 0, width - 2)), int(np.clip(top, 0, height - 2))
    return left, top, int(np.clip(right, left + 2, width)), int(np.clip(bottom, top + 2, height))
