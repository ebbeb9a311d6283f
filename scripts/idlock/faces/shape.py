"""The 68 landmarks of a face, and what is told from their places."""

from functools import cache

import cv2
import numpy as np

from idlock.faces import models
from idlock.faces.detect import Box

# the iBUG 300-W mark-up; left and right are the picture's
JAW = slice(0, 17)
LEFT_BROW, RIGHT_BROW = slice(17, 22), slice(22, 27)
NOSE_BRIDGE, NOSTRILS = slice(27, 31), slice(31, 36)
LEFT_EYE, RIGHT_EYE = slice(36, 42), slice(42, 48)
OUTER_LIPS, INNER_LIPS = slice(48, 60), slice(60, 68)

SHOWN = 300  # px, the side at which a face is shown to the predictor
SHIFTS = (  # px of it: right, down, larger on each side
    *((x, y, 0) for x in (-9, 0, 9) for y in (-9, 0, 9)),
    *((0, 0, larger) for larger in (-12, -6, 6, 12)),
)
GREY = 128  # what a cut-out is laid on where a picture without alpha is needed


def opaque(image: np.ndarray) -> np.ndarray:
    """Return a contiguous (H, W, 3) uint8 picture: one with alpha is laid on mid-grey.

    Raises:
        ValueError: ``image`` is not uint8 with three or four channels.
    """
    if image.dtype != np.uint8 or image.ndim != 3 or image.shape[2] not in (3, 4):
        raise ValueError(
            f"a picture is (H, W, 3) or (H, W, 4) uint8, not {image.shape} {image.dtype}"
        )
    if image.shape[2] == 3:
        return np.ascontiguousarray(image)
    alpha = image[..., 3:].astype(np.uint16)
    mixed = image[..., :3] * alpha + GREY * (255 - alpha)
    return ((mixed + 127) // 255).astype(np.uint8)


def landmarks_in(rgb: np.ndarray, box: Box) -> np.ndarray:
    """Return the (68, 2) float64 landmarks, px, of the face in ``box``.

    dlib's regression trees (Kazemi and Sullivan 2014). They answer in whole
    pixels and hang on where the box happens to lie, so the face is shown at
    about 300 px and the answers for boxes a little apart are averaged.
    """
    import dlib  # noqa: PLC0415  (models take half a second)

    scale = SHOWN / box.side
    crop, (left, top) = _around(rgb, box)
    way = cv2.INTER_AREA if scale < 1 else cv2.INTER_CUBIC
    shown = np.ascontiguousarray(cv2.resize(crop, None, fx=scale, fy=scale, interpolation=way))
    x, y = (box.left - left) * scale, (box.top - top) * scale
    found = []
    for right, down, larger in SHIFTS:
        corner = np.rint([x + right - larger, y + down - larger]).astype(int)
        side = SHOWN + 2 * larger
        rectangle = dlib.rectangle(*corner.tolist(), *(corner + side).tolist())
        found.append([(p.x, p.y) for p in _predictor()(shown, rectangle).parts()])
    # pixel centres: a scaled picture's (x + .5) is scale times the original's
    return (np.mean(found, axis=0) + 0.5) / scale - 0.5 + (left, top)


def eye_centres(landmarks: np.ndarray) -> np.ndarray:
    """Return the (2, 2) centres of the eyes, px: the picture's left one first."""
    return np.array([landmarks[LEFT_EYE].mean(axis=0), landmarks[RIGHT_EYE].mean(axis=0)])


def interocular(landmarks: np.ndarray) -> float:
    """Return the distance of the eye centres, px."""
    left, right = eye_centres(landmarks)
    return float(np.linalg.norm(right - left))


def five_points(landmarks: np.ndarray) -> np.ndarray:
    """Return the (5, 2) points face recognisers align by: eyes, nose tip, mouth corners."""
    return np.vstack([eye_centres(landmarks), landmarks[[30, 48, 54]]])


def _around(rgb: np.ndarray, box: Box) -> tuple[np.ndarray, tuple[int, int]]:
    """Cut out ``box`` with as much again on each side, as far as the picture goes."""
    height, width = rgb.shape[:2]
    left = int(np.clip(box.left - box.side, 0, width - 1))
    top = int(np.clip(box.top - box.side, 0, height - 1))
    right = int(np.clip(box.left + 2 * box.side, left + 1, width))
    bottom = int(np.clip(box.top + 2 * box.side, top + 1, height))
    return rgb[top:bottom, left:right], (left, top)


@cache
def _predictor():
    import dlib  # noqa: PLC0415

    return dlib.shape_predictor(models.dlib_file(models.PREDICTOR))
