"""A network's small picture back in the large one.

The network works at a fraction of the size, so its pixels are blurred beside
the photo's own. What it changed is therefore taken as a difference, and the
photo's fine detail stays wherever little was changed; where much was, the
detail of what used to be there (the line of closed lips on an open mouth) goes.
"""

import cv2
import numpy as np

from idlock.engines.stargan.frames import Frame
from idlock.faces import shape

# Shares of full scale: smaller changes are the network's unrest, not an expression;
# from the second on they count in full.
UNREST = (0.015, 0.05)
# Changes over which the photo's detail fades out.
ELSE = (0.06, 0.18)
RIM = 0.08  # share of the frame's side over which it fades into the photo


def seen(picture: np.ndarray, frame: Frame, size: int) -> np.ndarray:
    """Return what a network sees of a picture: (size, size, 3) uint8.

    Args:
        picture: (768, 768, 3 or 4) uint8; a cut-out is laid on grey.
        frame: which part.
        size: side of the network's pictures, px.
    """
    return frame.cut(shape.opaque(picture), size)


def pasted(picture: np.ndarray, frame: Frame, before: np.ndarray, after: np.ndarray) -> np.ndarray:
    """Return ``picture`` with what a network made of a part of it.

    Args:
        picture: (768, 768, 4) uint8.
        frame: which part.
        before: (S, S, 3) uint8, what the network saw.
        after: (S, S, 3) float, 0..255, what it answered.

    Returns:
        (768, 768, 4) uint8; alpha, and everything outside the frame, as it was.
    """
    change = (after - before) / 255.0
    extent = cv2.GaussianBlur(np.abs(change).max(axis=2), (0, 0), len(before) / 64)
    change = change * _smooth(extent, *UNREST)[..., None]
    above, left = (
        slice(frame.top, frame.top + frame.side),
        slice(frame.left, frame.left + frame.side),
    )
    part = picture[above, left].astype(np.float32)
    colours, alpha = part[..., :3], part[..., 3:] / 255.0
    coarse = _enlarged(before.astype(np.float32), frame.side)
    gone = _enlarged(_smooth(extent, *ELSE), frame.side)[..., None]
    shown = shape.opaque(picture)[above, left].astype(np.float32)
    moved = 255.0 * _enlarged(change.astype(np.float32), frame.side) - gone * (shown - coarse)
    result = picture.copy()
    colours += moved * _window(frame.side)[..., None] * alpha
    result[above, left, :3] = np.clip(colours + 0.5, 0, 255)
    return result


def _enlarged(small: np.ndarray, side: int) -> np.ndarray:
    return cv2.resize(small, (side, side), interpolation=cv2.INTER_CUBIC)


def _smooth(x: np.ndarray, low: float, high: float) -> np.ndarray:
    """Rise from 0 at ``low`` to 1 at ``high``."""
    t = np.clip((x - low) / (high - low), 0, 1)
    return (t * t * (3 - 2 * t)).astype(np.float32)


def _window(side: int) -> np.ndarray:
    """(side, side) float32: 1 inside, falling to 0 at the rim."""
    place = (np.arange(side) + 0.5) / side
    edge = _smooth(np.minimum(place, 1 - place), 0.0, RIM)
    return np.minimum(edge[:, None], edge[None])
