"""Places on the mean head for every texel of a picture's textures."""

from dataclasses import dataclass
from functools import lru_cache

import numpy as np

from idlock.cast.chart import Fine, chart, fine
from idlock.cast.head import mean_head


@dataclass(frozen=True, eq=False)
class Ground:
    """The textures' geography for one picture size; all arrays (Rf, Cf) float32.

    Attributes:
        grid: how the chart is sampled.
        x: place on the mean face, mm to the picture's right.
        y: height over the eye line, mm.
        u: way round the head from the middle of the face, mm along the skin.
        v: way down from the eye line, mm along the skin (negative upwards).
        turn: (Cf,) float64, angle of each column on the chart, radians.
        angle: direction seen from the middle of the head, degrees from the face's middle.
        front: 1 on the face, 0 behind the ears.
        texel: mean side of a texel in the middle of the face, mm.
    """

    grid: Fine
    x: np.ndarray
    y: np.ndarray
    u: np.ndarray
    v: np.ndarray
    turn: np.ndarray
    angle: np.ndarray
    front: np.ndarray
    texel: float

    @property
    def shape(self) -> tuple[int, int]:
        """Rows and columns of a texture."""
        return self.x.shape

    def texels(self, x: np.ndarray, y: np.ndarray) -> np.ndarray:
        """Find texture places (..., 2) as (column, row) float64 for places in mm on the face."""
        c = chart()
        row = np.interp(-np.asarray(y), -c.y, np.arange(len(c.y)))
        half = np.interp(-np.asarray(y), -c.y, _half_widths())
        turn = np.arcsin(np.clip(x / np.maximum(half, 1.0), -1.0, 1.0))
        for _ in range(3):
            sine = x / np.maximum(half * (1.0 + 0.04 * np.cos(turn) ** 2), 1.0)
            turn = np.arcsin(np.clip(sine, -1.0, 1.0))
        column = np.interp(turn, c.turn, np.arange(len(c.turn)))
        return np.stack(
            [
                np.interp(column, self.grid.column, np.arange(len(self.grid.column))),
                np.interp(row, self.grid.row, np.arange(len(self.grid.row))),
            ],
            axis=-1,
        )


@lru_cache(maxsize=1)
def _half_widths() -> np.ndarray:
    """Half the mean head's breadth on each row of the chart (R,), mm."""
    return np.abs(mean_head().x).max(axis=1)


@lru_cache(maxsize=4)
def ground(size: int) -> Ground:
    """Return the geography of the textures for pictures of ``size`` px."""
    grid, mean, c = fine(size), mean_head(), chart()
    middle = int(np.argmin(np.abs(c.turn)))
    outline = mean.points[:, middle, 1:]
    way = np.concatenate([[0.0], np.cumsum(np.hypot(*np.diff(outline, axis=0).T))])
    way -= way[c.bands[1].start]
    girth = np.hypot(mean.points[..., 0], mean.points[..., 2] - 10.0)
    ring = np.broadcast_to(
        np.minimum(girth.max(axis=1), 92.0)[:, None] * c.turn[None], mean.x.shape
    )
    angle = np.degrees(np.arctan2(mean.points[..., 0], mean.points[..., 2] + 6.0))
    x, y, u, angle, front = (
        grid.surface(np.asarray(a)) for a in (mean.x, mean.y, ring, angle, mean.front)
    )
    turn = np.interp(grid.column, np.arange(len(c.turn)), c.turn)
    v = np.repeat(np.interp(grid.row, np.arange(len(way)), way)[:, None], x.shape[1], axis=1)
    centre = x.shape[1] // 2
    texel = float(np.abs(np.diff(x[x.shape[0] // 2, centre - 5 : centre + 5])).mean())
    return Ground(grid, x, y, u, v.astype(np.float32), turn, angle, np.clip(front, 0, 1), texel)
