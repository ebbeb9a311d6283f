"""What the pixels of a mouth say beyond its landmarks: lips pushed forward, drawn in, stretched.

68 landmarks, even perfect ones, tell "woo" only with r = .8 (`bench/fit/reading.py`).
"""

import cv2
import numpy as np

UNIT = 64.0  # px between the eyes, at which the patch is cut
SIDE = 88  # px of the patch
ABOVE = 8.0  # px from its upper edge to the line of the nostrils, which the mouth hardly moves
CELL = 11  # px, of gradients
PLACES = (16, 16)  # of colours, across and down
LIP_UNIT, LIP_SIDES = 96.0, (112, 72)  # px, of the patch that goes where the lips go
LIP_PLACES = (28, 18)


def patch(rgb: np.ndarray, landmarks: np.ndarray) -> np.ndarray:
    """Cut out the mouth, turned level and scaled: (88, 88, 3) uint8.

    Args:
        rgb: (H, W, 3) uint8.
        landmarks: (68, 2) px; only eye corners and nostrils are used.
    """
    return _cut(
        rgb, landmarks, UNIT, landmarks[31:36].mean(axis=0), (SIDE / 2, ABOVE), (SIDE, SIDE)
    )


def lips(rgb: np.ndarray, landmarks: np.ndarray) -> np.ndarray:
    """Cut out the lips, wherever the jaw has taken them: (72, 112, 3) uint8.

    How thick they are shows better about their own middle than below the nose.

    Args:
        rgb: (H, W, 3) uint8.
        landmarks: (68, 2) px; eye corners, and the middle of the mouth.
    """
    middle = tuple((side - 1) / 2 for side in LIP_SIDES)
    return _cut(rgb, landmarks, LIP_UNIT, landmarks[48:68].mean(axis=0), middle, LIP_SIDES)


def _cut(rgb, landmarks, unit: float, what: np.ndarray, to: tuple, sides: tuple) -> np.ndarray:
    """Bring a point of a level face, eyes ``unit`` px apart, ``to`` a place of a new picture."""
    across = landmarks[45] - landmarks[36]
    level = np.array([[across[0], across[1]], [-across[1], across[0]]]) / np.hypot(*across)
    eyes = np.hypot(*(landmarks[[42, 45]].mean(axis=0) - landmarks[[36, 39]].mean(axis=0)))
    matrix = level * unit / eyes
    smooth = max(1e-3, 0.4 * eyes / unit)  # or a large face would be aliased
    return cv2.warpAffine(
        cv2.GaussianBlur(rgb, (0, 0), smooth), np.column_stack([matrix, to - matrix @ what]), sides
    )


def gradients(patch: np.ndarray) -> np.ndarray:
    """Return the (1764,) float32 description of gradients (HOG, Dalal and Triggs 2005)."""
    from skimage.feature import hog  # noqa: PLC0415  (half a second)

    grey = cv2.cvtColor(patch, cv2.COLOR_RGB2GRAY)
    return hog(grey, 9, (CELL, CELL), (2, 2), "L2-Hys").astype(np.float32)


def colours(patch: np.ndarray, places: tuple[int, int] = PLACES) -> np.ndarray:
    """Return the float32 mean colours of so many places across and down, CIE Lab over 20."""
    small = cv2.resize(patch, places, interpolation=cv2.INTER_AREA)
    return cv2.cvtColor(small / np.float32(255), cv2.COLOR_RGB2LAB).ravel() / 20
