"""What the mouth does: muscles that pull its corners, and those that shape the lips.

Each is a displacement (x, y, z) in mm at full strength, as in `muscles`.
"""

from dataclasses import dataclass

import numpy as np

from idlock.cast.chart import MOUTH_ROW_Y
from idlock.cast.fields import crest, hill, hills
from idlock.cast.head import MOUTH_HALF, MeanHead, lip_edges

Move = tuple[np.ndarray | float, np.ndarray | float, np.ndarray | float]


@dataclass(frozen=True, eq=False)
class _Places:
    """Where the muscles of the mouth act, (R, C) each.

    Attributes:
        side: -1 on the picture's left, 1 on its right, soft in the middle.
        corner: round the corners of the mouth, wide.
        tight: round the corners, narrow.
        along: 0 in the middle of the mouth, 1 at its corners.
        inner: 1 in the middle of the mouth, 0 from its corners on.
        near: on the mouth and a little around it.
        fall: falls off with the height over and under the mouth's line.
        edge: 1 at the upper edge of the lips, -1 at the lower one.
        fold: the fold from nose to mouth.
        outside: the cheek beside that fold.
        chin: the ball of the chin.
    """

    side: np.ndarray
    corner: np.ndarray
    tight: np.ndarray
    along: np.ndarray
    inner: np.ndarray
    near: np.ndarray
    fall: np.ndarray
    edge: np.ndarray
    fold: np.ndarray
    outside: np.ndarray
    chin: np.ndarray


def gap(m: MeanHead, power: float = 0.6) -> np.ndarray:
    """Share of a point in the parting of the lips: 1 in the middle, 0 from the corners on."""
    t = np.clip(np.abs(m.x) / MOUTH_HALF, 0.0, 1.0)
    return (1.0 - t**2) ** power


def mouth_muscles(m: MeanHead, over_mouth: np.ndarray) -> dict[str, Move]:
    """Return the muscles of the mouth.

    Args:
        m: the mean head.
        over_mouth: (R, 1) True on the rows over the mouth's slit.
    """
    places = _places(m, over_mouth)
    return _corners(m, places) | _lips(m, places, over_mouth)


def _places(m: MeanHead, over_mouth: np.ndarray) -> _Places:
    x, y = m.x, m.y
    far, height = np.abs(x), y - MOUTH_ROW_Y
    upper, _ = lip_edges(x)
    rim = np.where(over_mouth, np.minimum(height / 7.0, 1), -np.minimum(-height / 8.5, 1))
    rim = rim * np.exp(-(np.maximum(np.abs(height) - 8.0, 0) ** 2) / 30.0)
    across = np.exp(-((np.maximum(far - 14.0, 0) - 12.0) ** 2) / 200.0)
    along = np.clip(far / MOUTH_HALF, 0, 1.4)
    return _Places(
        side=np.tanh(x / 5.0),
        corner=across * np.exp(-(height**2) / 190.0),
        tight=hills(x, y, (26, -70), (8.5, 7.5)),
        along=along,
        inner=1.0 - along.clip(0, 1),
        near=np.exp(-(height**2) / 220.0) * np.exp(-(np.maximum(far - 27.0, 0) ** 2) / 160.0),
        fall=np.exp(-(height**2) / 130.0),
        edge=rim * np.minimum(upper / 5.0, 1),
        fold=crest(far, y, [(17.5, -40), (23, -48), (30, -58), (36, -70)], 2.6),
        outside=crest(far, y, [(24, -38), (31, -47), (38, -57), (43, -68)], 4.0),
        chin=hill(x, y, (0, -98), (15, 9)),
    )


def _corners(m: MeanHead, p: _Places) -> dict[str, Move]:
    """Muscles that move the corners of the mouth, and what they push along."""
    x, y = m.x, m.y
    apple = hills(x, y, (41, -27), (14, 11), 20)
    wing = hills(x, y, (14, -43), (7, 8))
    teeth = hill(x, y, (0, -66), (16, 9))
    furrow = crest(np.abs(x), y, [(27, -72), (31, -80), (33, -88)], 2.2)
    return {
        "smile": (
            p.side * (5.0 * p.corner + 1.4 * apple + 1.2 * wing),
            5.4 * p.corner * p.along**1.5 + 1.0 * p.near * p.inner + 3.6 * apple - 0.5 * p.edge,
            3.4 * apple - 3.6 * p.corner * p.along - 1.7 * p.fold + 1.2 * p.outside - teeth,
        ),
        "glum": (
            0.6 * p.side * p.tight,
            1.2 * p.chin
            - 4.6 * p.tight * p.along**2
            + 0.9 * p.near * (1 - p.along.clip(0, 1) ** 2),
            0.8 * p.near * p.inner + 1.3 * p.chin - 1.2 * furrow,
        ),
        "spread": (
            5.4 * p.side * p.corner,
            -0.8 * p.corner - 0.3 * p.edge,
            -1.8 * p.corner - 0.6 * p.fold + 0.6 * p.outside,
        ),
        "narrow": (-5.0 * p.side * p.corner, 0, 1.2 * p.near),
    }


def _lips(m: MeanHead, p: _Places, over_mouth: np.ndarray) -> dict[str, Move]:
    """Muscles that part, round and press the lips."""
    fade = np.exp(-(np.maximum(np.abs(m.x) - 26, 0) ** 2) / 300.0)
    return {
        "part": (0, np.where(over_mouth, 2.9, -1.5) * gap(m) * p.fall, 0),
        "pucker": (
            -8.5 * p.side * p.near * p.along**1.1 * fade,
            1.2 * p.edge,
            7.0 * p.near * (0.55 + 0.45 * p.inner),
        ),
        "round": (0, np.where(over_mouth, 1.5, -2.1) * gap(m, 0.45) * p.fall, 0),
        "flat": (2.6 * p.side * p.corner, -1.0 * p.edge, -2.6 * p.near),
        "press": (
            0.6 * p.side * p.tight,
            -2.6 * p.edge,
            0.9 * p.chin - 1.6 * p.near * p.inner,
        ),
    }
