"""Bringing every face to the same place: upright, same size, 768 px."""

from dataclasses import dataclass

import cv2
import numpy as np

from idlock.faces.shape import eye_centres

SIZE = 768  # px, side of a prepared picture
# Hair, ears and shoulders belong to a likeness, so the face takes the middle of
# the frame: the eyes are 145 px apart, a little above its middle.
INTEROCULAR = 145.0
EYE_LINE = 0.47


@dataclass(frozen=True)
class Aligned:
    """A photo brought to the common frame.

    Attributes:
        rgb: (768, 768, 3) uint8.
        inside: (768, 768) bool, False where the photo does not reach.
        landmarks: (68, 2) float64, px in ``rgb``.
        transform: (2, 3) float64, maps a point (x, y, 1) of the photo into ``rgb``.
    """

    rgb: np.ndarray
    inside: np.ndarray
    landmarks: np.ndarray
    transform: np.ndarray

    @property
    def back(self) -> np.ndarray:
        """(2, 3) float64, maps a point of ``rgb`` back into the photo."""
        return cv2.invertAffineTransform(self.transform)


def align(rgb: np.ndarray, landmarks: np.ndarray) -> Aligned:
    """Turn, scale and crop a photo so that the eyes lie level at their fixed places.

    Args:
        rgb: (H, W, 3) uint8, the photo.
        landmarks: (68, 2) px in it.
    """
    transform = similarity(landmarks)
    size = (SIZE, SIZE)
    reach = cv2.warpAffine(
        np.full(rgb.shape[:2], 255, np.uint8), transform, size, flags=cv2.INTER_LINEAR
    )
    return Aligned(
        rgb=warped(rgb, transform),
        inside=reach == 255,
        landmarks=moved(landmarks, transform),
        transform=transform,
    )


def similarity(landmarks: np.ndarray) -> np.ndarray:
    """Return the (2, 3) turn, scale and shift that brings the eyes to their places."""
    left, right = eye_centres(landmarks)
    across = right - left
    # as complex numbers a similarity is z -> a z + b
    a = INTEROCULAR / complex(*across)
    middle = complex(*((left + right) / 2))
    b = complex((SIZE - 1) / 2, EYE_LINE * SIZE) - a * middle
    return np.array([[a.real, -a.imag, b.real], [a.imag, a.real, b.imag]])


def warped(picture: np.ndarray, transform: np.ndarray) -> np.ndarray:
    """Return ``picture`` in the 768 px frame, without jagged edges whatever the scale.

    Args:
        picture: (H, W) or (H, W, C) uint8.
        transform: (2, 3), photo to frame.
    """
    scale = float(np.hypot(transform[0, 0], transform[1, 0]))
    if scale < 0.75:  # a plain warp would skip pixels: average them first
        smaller = cv2.resize(picture, None, fx=scale, fy=scale, interpolation=cv2.INTER_AREA)
        rate = np.array([smaller.shape[1], smaller.shape[0]]) / picture.shape[1::-1]
        # pixel centres: x_small + .5 = rate (x + .5)
        linear = transform[:, :2] / rate
        shift = transform[:, 2] + linear @ (0.5 - 0.5 * rate)
        picture, transform = smaller, np.column_stack([linear, shift])
    return cv2.warpAffine(
        picture,
        transform,
        (SIZE, SIZE),
        flags=cv2.INTER_CUBIC if scale > 1 else cv2.INTER_LANCZOS4,
        borderMode=cv2.BORDER_CONSTANT,
    )


def moved(points: np.ndarray, transform: np.ndarray) -> np.ndarray:
    """Apply a (2, 3) affine ``transform`` to (n, 2) points."""
    return points @ transform[:, :2].T + transform[:, 2]
