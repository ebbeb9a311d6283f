"""Where a person can be in a portrait, told from the landmarks alone."""

from dataclasses import dataclass

import cv2
import numpy as np
from scipy import ndimage
from scipy.special import expit

from idlock.faces.shape import LEFT_BROW, RIGHT_BROW, eye_centres, interocular

# How much likelier a colour seen nowhere else belongs to the person than to what is behind:
# above the chin, and below it, where clothes show colours of their own.
NOVELTY = (3.0, 27.0)


@dataclass(frozen=True)
class Head:
    """An upright head in a picture.

    Attributes:
        eyes: (x, y) of the middle between the eyes, px.
        size: mean of jaw width, interocular distance and eye-to-chin height, px: each alone
            shrinks or grows when the head turns or the mouth opens.
        chin: height of the chin below the eyes, px.
        turn: 0 seen from the front, about 0.5 where the far cheek vanishes; positive with the
            nose to the picture's right.
    """

    eyes: np.ndarray
    size: float
    chin: float
    turn: float


def head(landmarks: np.ndarray) -> Head:
    """Measure the head that (68, 2) landmarks mark.

    Raises:
        ValueError: the landmarks span no face.
    """
    eyes = eye_centres(landmarks).mean(axis=0)
    chin = landmarks[8, 1] - eyes[1]
    size = (np.linalg.norm(landmarks[16] - landmarks[0]) + chin + interocular(landmarks)) / 3
    left, right = (np.linalg.norm(landmarks[30] - landmarks[i]) for i in (0, 16))
    if min(size, chin, left + right) <= 0:
        raise ValueError("the landmarks span no upright face: the chin is not below the eyes")
    return Head(eyes, float(size), float(chin), float((left - right) / (left + right)))


def prior(landmarks: np.ndarray, shape: tuple[int, int], scale: float = 1.0) -> np.ndarray:
    """How likely each pixel shows the person.

    A head with hair (an ellipse above, a column below, because hair may hang) and a body that
    widens below the chin. The numbers were fitted by cross-entropy to the masks that MediaPipe's
    selfie segmenter draws on 88 portraits; fitted on either half of them they predict the other
    about as well (0.27 and 0.29 nats a pixel, the mean mask of all 0.31).

    Args:
        landmarks: (68, 2) px of the full picture.
        shape: (height, width) of the answer.
        scale: pixels of the answer per pixel of the full picture.

    Returns:
        (height, width) float, log odds.
    """
    seen = head(landmarks)
    y, x = (np.mgrid[: shape[0], : shape[1]] + 0.5) / scale
    x = (x - seen.eyes[0]) / seen.size + 0.68 * seen.turn  # a turned head has its mass behind
    y = (y - seen.eyes[1]) / seen.size
    column = np.maximum(0.85 - 0.29 * np.maximum(y + 0.1, 0), 0.1)
    in_head = 12 * (1 - np.hypot(x / column, np.minimum(y + 0.1, 0) / 1.1))
    below = y - 0.84 * seen.chin / seen.size
    half_width = 0.72 + 0.43 * np.maximum(below, 0)
    in_body = np.minimum(3.9 * (1 - np.abs(x) / half_width), 3.7 * below)
    return np.logaddexp(in_head, in_body) + 0.66


def novelty(landmarks: np.ndarray, shape: tuple[int, int], scale: float = 1.0) -> np.ndarray:
    """`NOVELTY` of each pixel. Clothes begin below the chin, and where a body is likely at all.

    Arguments as for `prior`.
    """
    seen = head(landmarks)
    y = (np.mgrid[: shape[0], : shape[1]][0] + 0.5) / scale
    below = (((y - seen.eyes[1]) / seen.chin - 1.1) / 0.17).clip(0, 1)
    clothes = below * expit(2 * (prior(landmarks, shape, scale) + 0.4))
    return NOVELTY[0] ** (1 - clothes) * NOVELTY[1] ** clothes


def face(landmarks: np.ndarray, shape: tuple[int, int], scale: float = 1.0) -> np.ndarray:
    """Fill the face from the jaw to the middle of the forehead, where skin is certain.

    Arguments as for `prior`.

    Returns:
        (height, width) bool.
    """
    iod = interocular(landmarks)
    brows = landmarks[LEFT_BROW.start : RIGHT_BROW.stop]
    points = np.vstack([landmarks, brows - [0, 0.35 * iod]])
    hull = cv2.convexHull((points * scale).round().astype(np.int32))
    filled = cv2.fillConvexPoly(np.zeros(shape, np.uint8), hull, 1)
    # The jaw line is uncertain by a few pixels, so the outline itself is left open.
    return ndimage.binary_erosion(filled, iterations=max(1, round(0.03 * iod * scale)))
