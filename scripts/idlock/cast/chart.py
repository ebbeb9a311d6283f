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
from typing import NamedTuple

import numpy as np

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


class Spline(NamedTuple):
    """Cubic B-spline weights from a row of controls to a finer row of values.

    Attributes:
        first: (wanted,) int64, the first of the four controls that make each value.
        weights: (wanted, 4) float32, theirs.
    """

    first: np.ndarray
    weights: np.ndarray


def _spline(count: int, wanted: int) -> Spline:
    """Spread ``wanted`` values evenly over ``count`` uniform controls, ends included."""
    place = np.linspace(0.0, count - 1.0, wanted)
    base = np.minimum(place.astype(int), count - 2)
    t = place - base
    basis = np.stack(
        [(1 - t) ** 3, 3 * t**3 - 6 * t**2 + 4, -3 * t**3 + 3 * t**2 + 3 * t + 1, t**3], axis=-1
    )
    every = np.zeros((wanted, count + 2))
    np.put_along_axis(every, base[:, None] + np.arange(4), basis / 6.0, axis=1)
    # Beyond an end the controls go on in a straight line, so the end is met exactly.
    before, inside, after = every[:, :1], every[:, 1:-1], every[:, -1:]
    inside[:, :2] += before * [2.0, -1.0]
    inside[:, -2:] += after * [-1.0, 2.0]
    first = np.clip(base - 1, 0, count - 4)
    weights = np.take_along_axis(inside, first[:, None] + np.arange(4), axis=1)
    return Spline(first, weights.astype(np.float32))


@dataclass(frozen=True, eq=False)
class Fine:
    """A finer sampling of the chart, for one picture size.

    Attributes:
        down: along rows, never mixing two bands.
        over: along columns.
        bands: the three fine row ranges.
        row: (Rf,) coarse row index, as a fraction, of every fine row.
        column: (Cf,) coarse column index of every fine column.
    """

    down: Spline
    over: Spline
    bands: tuple[slice, slice, slice]
    row: np.ndarray
    column: np.ndarray

    def surface(self, controls: np.ndarray) -> np.ndarray:
        """Evaluate control values (R, C) or (R, C, K) to float32 (Rf, Cf[, K])."""
        values = np.ascontiguousarray(controls, np.float32).reshape(*controls.shape[:2], -1)
        wide = _finer(values, self.over)
        tall = _finer(wide.reshape(1, len(wide), -1), self.down)
        return tall.reshape(len(self.row), -1, *controls.shape[2:])


@compiled
def _finer(values, spline):
    """Make (n, R, K) finer along R."""
    count, _, depth = values.shape
    result = np.empty((count, len(spline.first), depth), np.float32)
    for i in range(count):
        for j in range(len(spline.first)):
            at = spline.first[j]
            a, b, c, d = spline.weights[j]
            for k in range(depth):
                before = a * values[i, at, k] + b * values[i, at + 1, k]
                result[i, j, k] = before + c * values[i, at + 2, k] + d * values[i, at + 3, k]
    return result


@lru_cache(maxsize=4)
def fine(size: int) -> Fine:
    """Return the sampling fit for pictures of ``size`` px: about five points to four pixels."""
    down, over = max(size / 205.0, 0.8), max(size / 225.0, 0.7)
    grid = chart()
    parts, bands, rows, start = [], [], [], 0
    for band in grid.bands:
        count = band.stop - band.start
        wanted = round((count - 1) * down) + 1
        part = _spline(count, wanted)
        parts.append(Spline(band.start + part.first, part.weights))
        rows.append(band.start + np.linspace(0.0, count - 1.0, wanted))
        bands.append(slice(start, start + wanted))
        start += wanted
    columns = round((len(grid.turn) - 1) * over) + 1
    return Fine(
        down=Spline(*(np.concatenate(part) for part in zip(*parts, strict=True))),
        over=_spline(len(grid.turn), columns),
        bands=tuple(bands),
        row=np.concatenate(rows),
        column=np.linspace(0.0, len(grid.turn) - 1.0, columns),
    )
