"""Grids of points: who stands beside whom, and what lies between."""

from functools import lru_cache
from itertools import pairwise

import numpy as np

from idlock.cast.compiled import compiled


def neighbours(bands: tuple[slice, ...]) -> np.ndarray:
    """Rows over and under every row, (R, 2) int64, the row itself beside a slit."""
    return _beside(tuple(band.stop for band in bands))


@lru_cache(maxsize=64)
def _beside(stops: tuple[int, ...]) -> np.ndarray:
    rows = np.arange(-1, stops[-1] + 1)
    beside = np.stack([rows[:-2], rows[2:]], axis=-1)
    for start, stop in pairwise((0, *stops)):
        beside[start, 0], beside[stop - 1, 1] = start, stop - 1
    return beside


@compiled
def blended(field, row, column, values):
    """Put the bilinear values of a field (h, w, K) at a place into ``values`` (K,).

    The field goes on beyond its edges as it is there. For compiled loops.
    """
    row = min(max(row, np.float32(0)), np.float32(field.shape[0] - 1))
    column = min(max(column, np.float32(0)), np.float32(field.shape[1] - 1))
    i, j = np.uint32(row), np.uint32(column)
    down, over = row - np.float32(i), column - np.float32(j)
    below = min(i + np.uint32(1), np.uint32(field.shape[0] - 1))
    after = min(j + np.uint32(1), np.uint32(field.shape[1] - 1))
    for k in range(field.shape[2]):
        upper = field[i, j, k] + (field[i, after, k] - field[i, j, k]) * over
        lower = field[below, j, k] + (field[below, after, k] - field[below, j, k]) * over
        values[k] = upper + (lower - upper) * down
