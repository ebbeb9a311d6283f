"""How far the eyes are open, seen in the pixels.

Landmark predictors hardly follow a closing lid: over the synthetic cast dlib's
opening correlates .67 with the truth, this one .94 (people left out of the
fit; `bench/fit/eyes.py`). It looks at gradients alone (HOG, Dalal and
Triggs 2005), so the colours of skin and iris do not matter.
"""

from dataclasses import dataclass
from functools import cache

import cv2
import numpy as np

from idlock.paths import RESOURCES
from idlock.store.files import read_json

FILE = RESOURCES / "expression" / "eyes.json"
UNIT = 64.0  # px between the eyes, at which a patch is cut
WIDTH, HEIGHT = 40, 64  # px of a patch: the eye, with brow and cheek
ABOVE = 6.0  # px that the eye's corners lie above the middle of it


@dataclass(frozen=True)
class Fit:
    """A linear reading of an eye's description: opening = (d - mean) @ weights + offset."""

    mean: np.ndarray
    weights: np.ndarray
    offset: float


@cache
def fitted() -> Fit:
    """Return the shipped reading."""
    content = read_json(FILE)
    return Fit(np.array(content["mean"]), np.array(content["weights"]), content["offset"])


def openings(rgb: np.ndarray, landmarks: np.ndarray) -> np.ndarray:
    """Return the (2,) mean distances of the lids, the picture's left eye first.

    The unit is the distance between the eyes.

    Args:
        rgb: (H, W, 3) uint8.
        landmarks: (68, 2) px; only the corners of the eyes are used.
    """
    return read(described(rgb, landmarks))


def read(described: np.ndarray) -> np.ndarray:
    """Return the (n,) openings of (n, 1008) described eyes."""
    fit = fitted()
    return (described - fit.mean) @ fit.weights + fit.offset


def described(rgb: np.ndarray, landmarks: np.ndarray) -> np.ndarray:
    """Return the (2, 1008) float64 descriptions of the eyes, the right one mirrored."""
    from skimage.feature import hog  # noqa: PLC0415  (half a second)

    grey = cv2.cvtColor(rgb, cv2.COLOR_RGB2GRAY)
    left, right = (_patch(grey, landmarks, *corners) for corners in ((36, 39), (42, 45)))
    return np.array([hog(eye, 9, (8, 8), (2, 2), "L2-Hys") for eye in (left, right[:, ::-1])])


def _patch(grey: np.ndarray, landmarks: np.ndarray, first: int, second: int) -> np.ndarray:
    """Cut out an eye, turned level and scaled."""
    across = landmarks[45] - landmarks[36]
    level = np.array([[across[0], across[1]], [-across[1], across[0]]]) / np.hypot(*across)
    eyes = landmarks[[42, 45]].mean(axis=0) - landmarks[[36, 39]].mean(axis=0)
    matrix = level * UNIT / np.hypot(*eyes)
    middle = landmarks[[first, second]].mean(axis=0)
    shift = (WIDTH / 2, HEIGHT / 2 - ABOVE) - matrix @ middle
    smooth = max(1e-3, 0.4 * np.hypot(*eyes) / UNIT)  # or a large face would be aliased
    return cv2.warpAffine(
        cv2.GaussianBlur(grey, (0, 0), smooth), np.column_stack([matrix, shift]), (WIDTH, HEIGHT)
    )
