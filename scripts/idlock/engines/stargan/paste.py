"""A network's small edit of a face, made on the large picture.

The network works at a fraction of the size, so its pixels are blurred beside
the photo's own. Its edit is what lies between two of its answers: the face in
the style asked for, and the face as it was. What moved from one to the other
moves in the photo, with all its detail: brows, lids, lips. What no movement
explains is added, such as a shade beside the mouth; where it is much, such as
teeth and the dark of an opened mouth, the network's own picture takes the
photo's place, in the photo's colours.
"""

import cv2
import numpy as np

from idlock.engines.stargan import movement
from idlock.engines.stargan.frames import Frame
from idlock.faces import shape

# Shares of full scale: smaller changes are the network's unrest, not an expression;
# from the second on they count in full.
UNREST = (0.01, 0.03)
# The same of what no movement explains; between these it is added to the photo's detail,
LEFT = (0.03, 0.10)
# and between these it takes its place.
NEW = (0.04, 0.10)
TINT = 0.08  # share of the side; larger patches have the photo's colours, not the network's
RIM = 0.08  # share of the frame's side over which it fades into the photo


def seen(picture: np.ndarray, frame: Frame, size: int) -> np.ndarray:
    """Return what a network sees of a picture: (size, size, 3) uint8.

    Args:
        picture: (768, 768, 3 or 4) uint8; a cut-out is laid on grey.
        frame: which part.
        size: side of the network's pictures, px.
    """
    return frame.cut(shape.opaque(picture), size)


def pasted(
    picture: np.ndarray, frame: Frame, before: np.ndarray, after: np.ndarray, strength: float
) -> np.ndarray:
    """Return ``picture`` with what a network changed in a part of it.

    Args:
        picture: (768, 768, 4) uint8.
        frame: which part.
        before: (S, S, 3) float, 0..255, the part as the network shows it unchanged.
        after: (S, S, 3) float, 0..255, the same changed.
        strength: how far everything moves, 1 as far as in the network's pictures;
            below 1, of what is added, too, only this share is. More of it than the
            network drew would be glaring.

    Returns:
        (768, 768, 4) uint8; alpha, and everything outside the frame, as it was.
    """
    size, side = len(before), frame.side
    place = (slice(frame.top, frame.top + side), slice(frame.left, frame.left + side))
    shown = shape.opaque(picture[place]).astype(np.float32)
    window = _window(side)[..., None]

    flow = movement.movement(before, after)
    flow *= _smooth(_extent(after - before, size / 24), *UNREST)[..., None]
    carried = movement.moved(shown, strength * window * movement.enlarged(flow, side))
    left = after - movement.moved(before, flow)
    extent = _extent(left, size / 64)
    added = _enlarged(left * _smooth(extent, *LEFT)[..., None], side)
    drawn = _enlarged(after + _tint(shown, before), side)
    new = _enlarged(_smooth(extent, *NEW), side)[..., None]
    change = (1 - new) * added + new * (drawn - carried)

    made = carried + min(strength, 1.0) * window * change
    part = picture[place].astype(np.float32)
    result = picture.copy()
    result[place][..., :3] = np.clip(
        part[..., :3] + (made - shown) * part[..., 3:] / 255 + 0.5, 0, 255
    )
    return result


def _tint(shown: np.ndarray, before: np.ndarray) -> np.ndarray:
    """How the photo's colours differ from the network's, in large patches: (S, S, 3)."""
    size = len(before)
    seen_again = cv2.resize(shown, (size, size), interpolation=cv2.INTER_AREA)
    return cv2.GaussianBlur(seen_again - before, (0, 0), TINT * size)


def _extent(change: np.ndarray, deviation: float) -> np.ndarray:
    """How much changes around each pixel of (S, S, 3), as a share of full scale: (S, S)."""
    return cv2.GaussianBlur(np.abs(change).max(axis=2) / 255, (0, 0), deviation)


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
