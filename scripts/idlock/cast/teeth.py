"""Two rows of teeth on their arches."""

from dataclasses import dataclass
from functools import lru_cache

import numpy as np

from idlock.cast.fields import step
from idlock.cast.muscles import JAW_AXIS


@dataclass(frozen=True)
class Row:
    """One row of teeth; lengths in mm.

    Attributes:
        widths: of the teeth from the middle outwards.
        reach: how much farther than the first tooth each one comes out of the gum.
        half: half the breadth of the arch.
        deep: its depth.
        behind: how far it stands behind the line of the closed lips.
        gum: where the teeth's necks are, over that line.
        tip: where the first tooth ends, over that line.
        bright: light that reaches it, 0..1.
        lower: it moves with the jaw.
    """

    widths: tuple[float, ...]
    reach: tuple[float, ...]
    half: float
    deep: float
    behind: float
    gum: float
    tip: float
    bright: float
    lower: bool


UPPER = Row(
    widths=(8.6, 6.7, 7.6, 7.0, 6.8, 9.0),
    reach=(0.0, -0.9, -0.3, -0.9, -1.2, -1.6),
    half=26.5,
    deep=36.0,
    behind=8.0,
    gum=9.5,
    tip=-1.9,
    bright=0.90,
    lower=False,
)
LOWER = Row(
    widths=(5.4, 5.9, 6.8, 7.0, 7.0, 9.0),
    reach=(0.0, 0.0, -0.2, 0.0, 0.3, 0.5),
    half=24.5,
    deep=33.0,
    behind=10.0,
    gum=-12.0,
    tip=-2.6,
    bright=0.62,
    lower=True,
)
_ACROSS = np.linspace(-42.0, 42.0, 253)
_DOWN = np.linspace(0.0, 1.0, 48)


def with_jaw(points: np.ndarray, angle: float) -> np.ndarray:
    """Turn points (..., 3) with the lower jaw by ``angle`` radians."""
    y, z = points[..., 1] - JAW_AXIS[1], points[..., 2] - JAW_AXIS[2]
    c, s = np.cos(angle), np.sin(angle)
    turned = [points[..., 0], JAW_AXIS[1] + c * y - s * z, JAW_AXIS[2] + s * y + c * z]
    return np.stack(turned, axis=-1)


def _split(row: Row) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """Return the tooth at every place of the arch, the place within it (0..1) and its width."""
    edges = np.concatenate([[0.0], np.cumsum(row.widths)])
    tooth = np.searchsorted(edges, np.abs(_ACROSS), side="right") - 1
    tooth = np.clip(tooth, 0, len(row.widths) - 1)
    width = np.asarray(row.widths)[tooth]
    return tooth, (np.abs(_ACROSS) - edges[tooth]) / width, width


def row_points(row: Row, rest: np.ndarray, breadth: float, jaw: float) -> np.ndarray:
    """Place a row of teeth.

    Args:
        row: which one.
        rest: (3,) middle of the closed mouth, mm.
        breadth: of the mouth against the mean.
        jaw: opening of the jaw, radians.

    Returns:
        (R, C, 3) mm on the unposed head, rows running down.
    """
    tooth, within, _ = _split(row)
    turn = _ACROSS / 31.0
    x = rest[0] + row.half * breadth**0.5 * np.sin(turn)
    z = rest[2] - row.behind - row.deep * (1.0 - np.cos(turn))
    tall = np.asarray(row.reach)[tooth] - 0.9 * np.abs(2 * within - 1) ** 5
    tip = row.tip + tall if row.lower else row.tip - tall
    y = rest[1] + row.gum + (tip - row.gum) * _DOWN[:, None]
    points = np.stack(np.broadcast_arrays(x, y, z), axis=-1)
    return with_jaw(points, jaw)[::-1] if row.lower else points


@lru_cache(maxsize=8)
def row_colours(row: Row, age: float) -> np.ndarray:
    """Linear RGB (R, C, 3) float32 of a row of teeth and its gums under light of strength 1."""
    _, within, width = _split(row)
    facing = np.cos(_ACROSS / 31.0)
    along = _DOWN[::-1] if row.lower else _DOWN
    old = np.clip((age - 20) / 60, 0, 1)
    enamel = np.array([0.80, 0.75 - 0.03 * old, 0.66 - 0.13 * old])
    gaps = 1.0 - 0.45 * np.exp(-((np.minimum(within, 1 - within) * width / 0.35) ** 2))
    bulge = 0.80 + 0.20 * np.sqrt(np.clip(1 - (2 * within - 1) ** 2, 0, 1))
    value = gaps * bulge * (0.25 + 0.75 * facing**1.6)
    value = value * (0.88 + 0.12 * np.sin(np.pi * along))[:, None]
    teeth = enamel * value[..., None] * row.bright
    gums = np.array([0.36, 0.13, 0.12]) * (0.3 + 0.7 * facing[:, None])
    share = step(along, 0.34, 0.22)[:, None, None]
    return (teeth + (gums - teeth) * share).astype(np.float32)
