"""The face alone, upright and of one size, so that pictures compare pixel by pixel."""

from dataclasses import dataclass
from functools import cached_property

import cv2
import numpy as np

from idlock.faces import align, shape

SIZE = 256  # px, side of a crop: from over the brows to under the chin
INTEROCULAR = 100.0  # px
EYE_LINE = 0.36  # of the height


@dataclass(frozen=True, eq=False)
class Crop:
    """A face brought to the common place.

    Attributes:
        rgb: (256, 256, 3) uint8.
        landmarks: (68, 2) px in it.
    """

    rgb: np.ndarray
    landmarks: np.ndarray

    @cached_property
    def grey(self) -> np.ndarray:
        """(256, 256) float32, 0..255."""
        return cv2.cvtColor(self.rgb, cv2.COLOR_RGB2GRAY).astype(np.float32)

    @cached_property
    def hull(self) -> np.ndarray:
        """(256, 256) bool: inside the landmarks' convex hull."""
        return filled(cv2.convexHull(self.landmarks.astype(np.float32))[:, 0])


def cropped(rgb: np.ndarray, landmarks: np.ndarray) -> Crop:
    """Turn, scale and crop the face with ``landmarks`` (68, 2) in a (H, W, 3) uint8 picture."""
    left, right = shape.eye_centres(landmarks)
    a = INTEROCULAR / complex(*(right - left))
    b = complex((SIZE - 1) / 2, EYE_LINE * SIZE) - a * complex(*((left + right) / 2))
    transform = np.array([[a.real, -a.imag, b.real], [a.imag, a.real, b.imag]])
    smooth = 0.5 / abs(a)  # a large face would be aliased
    picture = cv2.GaussianBlur(rgb, (0, 0), smooth) if smooth > 0.75 else rgb
    frame = cv2.warpAffine(
        picture, transform, (SIZE, SIZE), flags=cv2.INTER_CUBIC, borderMode=cv2.BORDER_REPLICATE
    )
    return Crop(frame, align.moved(landmarks, transform))


def filled(*polygons: np.ndarray) -> np.ndarray:
    """Return the (256, 256) bool mask of (n, 2) polygons, px."""
    mask = np.zeros((SIZE, SIZE), np.uint8)
    for polygon in polygons:
        cv2.fillPoly(mask, [np.rint(polygon).astype(np.int32)], 1)
    return mask > 0
