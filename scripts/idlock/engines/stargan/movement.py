"""What moved between two small pictures of a face, and how to move a large one the same way.

Least squares in a window around every pixel (Lucas and Kanade 1981), in colour,
from wide windows to narrow ones. Pixels that no movement explains, such as teeth
that were not there before, count less; where there is nothing to see that could
have moved, nothing did.
"""

import cv2
import numpy as np

WIDE, NARROW = 5.5, 2.0  # px, deviation of the first window and the last
ROUNDS = 6
EVEN = 0.8  # px, deviation of the window that movements are evened out in
STILL = 1e-4  # squared gradient that speaks for no movement, beside that of the picture
STRANGE = 0.10  # difference, as a share of full scale, at which a pixel counts half
FARTHEST = 1 / 8  # of the side; no part of a face goes farther


def movement(before: np.ndarray, after: np.ndarray) -> np.ndarray:
    """Find where everything in a picture came from.

    Args:
        before: (S, S, 3) float, 0..255.
        after: the same.

    Returns:
        (S, S, 2) float32, px, x and y: ``after`` at a place is ``before`` at the
        place plus this. Zero where the pictures are the same.
    """
    first, second = (picture.astype(np.float32) / 255 for picture in (before, after))
    flow = np.zeros((*before.shape[:2], 2), np.float32)
    for window in np.geomspace(WIDE, NARROW, ROUNDS):
        flow = _improved(flow, first, second, window)
        flow = cv2.GaussianBlur(flow, (0, 0), EVEN)
    return flow


def moved(picture: np.ndarray, flow: np.ndarray) -> np.ndarray:
    """Move a picture (H, W, C) float32 as (H, W, 2) px say."""
    rows, columns = np.indices(picture.shape[:2], np.float32)
    return cv2.remap(
        *(picture, columns + flow[..., 0], rows + flow[..., 1]),
        cv2.INTER_CUBIC,
        borderMode=cv2.BORDER_REPLICATE,
    )


def enlarged(flow: np.ndarray, side: int) -> np.ndarray:
    """Bring movements (S, S, 2) of a small picture to those of one of ``side`` px."""
    large = cv2.resize(flow, (side, side), interpolation=cv2.INTER_CUBIC)
    return large * (side / len(flow))


def _improved(flow: np.ndarray, before: np.ndarray, after: np.ndarray, window: float) -> np.ndarray:
    """Solve for the movement anew, from where the last one has brought ``before``."""
    here = moved(before, flow)
    missing = after - here
    x, y = ((_slope(here, axis) + _slope(after, axis)) / 2 for axis in (0, 1))
    weight = 1 / (1 + (missing**2).sum(axis=2) / STRANGE**2)
    # what is left to explain, and what the movement so far has explained
    whole = missing + x * flow[..., :1] + y * flow[..., 1:]
    xx, xy, yy, xw, yw = (
        cv2.GaussianBlur(weight * (a * b).sum(axis=2), (0, 0), window)
        for a, b in ((x, x), (x, y), (y, y), (x, whole), (y, whole))
    )
    xx, yy = xx + STILL, yy + STILL
    new = np.dstack([yy * xw - xy * yw, xx * yw - xy * xw]) / (xx * yy - xy * xy)[..., None]
    length = np.linalg.norm(new, axis=2, keepdims=True)
    return new * np.minimum(1, FARTHEST * len(flow) / np.maximum(length, 1e-6))


def _slope(picture: np.ndarray, axis: int) -> np.ndarray:
    return cv2.Sobel(picture, -1, int(axis == 0), int(axis == 1), scale=1 / 8)
