"""The chart: a grid of rows and columns laid over the head.

Rows are horizontal slices from the crown to the chin, columns go round the
head from ear to ear and a little beyond. Two rows, the one through the eyes
and the one through the mouth, are there twice: their two copies coincide where
the skin is whole and part where lids and lips open. The grid is coarse; what
is drawn is a bicubic B-spline surface over it, evaluated as finely as the
picture asks.
"""

from dataclasses import dataclass
from functools import lru_cache
from itertools import pairwise

import numpy as np
from scipy import sparse

from idlock.cast.compiled import compiled

EYE_ROW_Y = 0.0
MOUTH_ROW_Y = -70.0
CROWN_Y = 115.0
CHIN_Y = -112.5
HALF_TURN = np.radians(128.0)


@dataclass(frozen=True, eq=False)
class Chart:
    """Where the rows and columns of the coarse grid lie on the mean head.

    Attributes:
        y: (R,) float64, height of each row in mm, falling; the eye row and the
            mouth row occur twice.
        turn: (C,) float64, angle of each column about the vertical axis in
            radians, 0 in the middle of the face, rising to the picture's right.
        bands: the three row ranges between the slits.
    """

    y: np.ndarray
    turn: np.ndarray
    bands: tuple[slice, slice, slice]

    @property
    def shape(self) -> tuple[int, int]:
        """Rows and columns."""
        return len(self.y), len(self.turn)


def _spacing(y: np.ndarray) -> np.ndarray:
    """Wanted distance between rows in mm at height ``y``: fine at eyes and mouth."""
    knots = [-113, -108, -90, -75, -64, -50, -38, -20, -8, 8, 20, 40, 80, 115]
    steps = [1.7, 1.7, 1.5, 1.0, 1.0, 1.0, 1.2, 1.4, 1.0, 1.0, 1.4, 1.9, 2.4, 2.6]
    return np.interp(y, knots, steps)


def _rows(top: float, bottom: float) -> np.ndarray:
    """Row heights from ``top`` to ``bottom``, both included, spaced by `_spacing`.

    Near crown and chin the spacing follows the slope of the skull, so that rows
    crowd where slices shrink to a point.
    """
    polar = np.linspace(polar_angle(top), polar_angle(bottom), 4001)
    y = height_at(polar)
    reach = np.hypot(np.gradient(y), 75.0 * np.gradient(np.sin(polar)) * (np.abs(y) > 90))
    travelled = np.concatenate([[0.0], np.cumsum((reach / _spacing(y))[1:])])
    count = int(np.ceil(travelled[-1])) + 1
    chosen = np.interp(np.linspace(0, travelled[-1], count), travelled, polar)
    rows = height_at(chosen)
    rows[0], rows[-1] = top, bottom
    return rows


def polar_angle(y: np.ndarray | float) -> np.ndarray:
    """Map height in mm to 0 (crown) .. pi (chin), so that slices shrink smoothly at both."""
    share = (CROWN_Y - np.asarray(y, dtype=np.float64)) / (CROWN_Y - CHIN_Y)
    return np.arccos(np.clip(1.0 - 2.0 * share, -1.0, 1.0))


def height_at(polar: np.ndarray) -> np.ndarray:
    """Invert `polar_angle`."""
    return CROWN_Y - (1.0 - np.cos(polar)) / 2.0 * (CROWN_Y - CHIN_Y)


@lru_cache(maxsize=1)
def chart() -> Chart:
    """Return the one chart all heads share."""
    parts = [
        _rows(CROWN_Y, EYE_ROW_Y),
        _rows(EYE_ROW_Y, MOUTH_ROW_Y),
        _rows(MOUTH_ROW_Y, CHIN_Y),
    ]
    ends = np.cumsum([0] + [len(part) for part in parts])
    across = np.linspace(-1.0, 1.0, 143)
    return Chart(
        y=np.concatenate(parts),
        turn=HALF_TURN * (0.46 * across + 0.54 * across**3),
        bands=tuple(slice(int(a), int(b)) for a, b in pairwise(ends)),
    )


def _spline(count: int, wanted: int) -> sparse.csr_matrix:
    """Cubic B-spline weights (wanted, count), ends included, over uniform controls."""
    place = np.linspace(0.0, count - 1.0, wanted)
    base = np.minimum(place.astype(int), count - 2)
    t = place - base
    weights = np.stack(
        [(1 - t) ** 3, 3 * t**3 - 6 * t**2 + 4, -3 * t**3 + 3 * t**2 + 3 * t + 1, t**3]
    )
    rows, cols, values = [], [], []
    for offset, weight in zip((-1, 0, 1, 2), weights / 6.0, strict=True):
        column = base + offset
        before, after = column < 0, column >= count
        inside = ~(before | after)
        # Beyond an end the controls go on in a straight line, so the end is met exactly.
        for mask, pairs in (
            (inside, ((column, 1.0),)),
            (before, ((np.zeros_like(column), 2.0), (np.ones_like(column), -1.0))),
            (
                after,
                ((np.full_like(column, count - 1), 2.0), (np.full_like(column, count - 2), -1.0)),
            ),
        ):
            for target, share in pairs:
                rows.append(np.nonzero(mask)[0])
                cols.append(target[mask])
                values.append(weight[mask] * share)
    entries = (np.concatenate(values), (np.concatenate(rows), np.concatenate(cols)))
    return sparse.csr_matrix(entries, shape=(wanted, count)).astype(np.float32)


@dataclass(frozen=True, eq=False)
class Fine:
    """A finer sampling of the chart, for one picture size.

    Attributes:
        down: (Rf, R) spline weights along rows, never mixing two bands.
        across: (Cf, C) spline weights along columns.
        bands: the three fine row ranges.
        row: (Rf,) coarse row index, as a fraction, of every fine row.
        column: (Cf,) coarse column index of every fine column.
    """

    down: sparse.csr_matrix
    across: sparse.csr_matrix
    bands: tuple[slice, slice, slice]
    row: np.ndarray
    column: np.ndarray

    @property
    def shape(self) -> tuple[int, int]:
        """Fine rows and columns."""
        return self.down.shape[0], self.across.shape[0]

    def surface(self, controls: np.ndarray) -> np.ndarray:
        """Evaluate control values (R, C) or (R, C, K) to float32 (Rf, Cf[, K])."""
        flat = controls.reshape(controls.shape[0], controls.shape[1], -1).astype(
            np.float32, copy=False
        )
        tall = (self.down @ flat.reshape(len(flat), -1)).reshape(-1, *flat.shape[1:])
        across = self.across
        result = _widened(tall, across.data, across.indices, across.indptr)
        return result[..., 0] if controls.ndim == 2 else result


@compiled
def _widened(tall, data, indices, indptr):
    """Multiply (R, C, K) from the left, along C, with a sparse matrix (Cf, C) in rows."""
    rows, _, depth = tall.shape
    wide = np.zeros((rows, len(indptr) - 1, depth), np.float32)
    for i in range(rows):
        for j in range(len(indptr) - 1):
            for entry in range(indptr[j], indptr[j + 1]):
                for k in range(depth):
                    wide[i, j, k] += data[entry] * tall[i, indices[entry], k]
    return wide


@lru_cache(maxsize=4)
def fine(size: int) -> Fine:
    """Return the sampling fit for pictures of ``size`` px: about five points to four pixels."""
    down, over = max(size / 205.0, 0.8), max(size / 225.0, 0.7)
    grid = chart()
    parts, bands, rows, start = [], [], [], 0
    for band in grid.bands:
        count = band.stop - band.start
        wanted = round((count - 1) * down) + 1
        parts.append(_spline(count, wanted))
        rows.append(band.start + np.linspace(0.0, count - 1.0, wanted))
        bands.append(slice(start, start + wanted))
        start += wanted
    columns = round((len(grid.turn) - 1) * over) + 1
    return Fine(
        down=sparse.block_diag(parts, format="csr"),
        across=_spline(len(grid.turn), columns),
        bands=tuple(bands),
        row=np.concatenate(rows),
        column=np.linspace(0.0, len(grid.turn) - 1.0, columns),
    )
