"""From a photo to the square picture a diffusion model is trained on."""

import cv2
import numpy as np

from idlock.faces.align import EYE_LINE, SIZE, similarity

# The square of the prepared 768 px picture that a small base is shown: brows to
# chin with room for an open mouth, and as much hair and neck as tell a person.
# At 512 px it is the prepared picture's own pixels.
WINDOW = 512
EYES_AT = 0.42  # of the window's height


def framed(
    picture: np.ndarray, landmarks: np.ndarray, size: int, window: int = WINDOW
) -> np.ndarray:
    """Return the face in a square of ``size`` px, its eyes always at the same place.

    On a prepared picture this is a plain crop, since its eyes already lie where
    they belong; any other picture is turned and scaled as well.

    Args:
        picture: (H, W, C) uint8.
        landmarks: (68, 2) px in it.
        size: side of the result, px.
        window: side of what is shown, in px of a prepared picture; 768 is all of it.

    Returns:
        (size, size, C) uint8; black (and, with alpha, transparent) beyond the picture.
    """
    transform = to_frame(landmarks, size, window)
    scale = float(np.hypot(transform[0, 0], transform[1, 0]))
    if scale < 1.0:  # a plain warp would skip pixels: smooth first
        blur = 0.5 * np.sqrt(1.0 / scale**2 - 1.0)
        picture = cv2.GaussianBlur(picture, (0, 0), blur) if blur > 0.2 else picture
    return cv2.warpAffine(
        picture, transform, (size, size), flags=cv2.INTER_CUBIC, borderMode=cv2.BORDER_CONSTANT
    )


def to_frame(landmarks: np.ndarray, size: int, window: int = WINDOW) -> np.ndarray:
    """Return the (2, 3) turn, scale and shift from a photo into the square; see `framed`."""
    rate = size / window
    left = (SIZE - window) / 2
    top = EYE_LINE * SIZE - EYES_AT * window if window < SIZE else 0.0
    shrink = np.array([[rate, 0.0], [0.0, rate]])
    # pixel centres: x_square + .5 = rate (x - left + .5)
    shift = 0.5 * rate - 0.5 - rate * np.array([left, top])
    aligned = similarity(landmarks)
    return np.column_stack([shrink @ aligned[:, :2], shrink @ aligned[:, 2] + shift])
