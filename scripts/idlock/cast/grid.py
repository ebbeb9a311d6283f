"""Grids of points: who stands beside whom, and what lies between."""

import numpy as np

from idlock.cast.compiled import compiled


def neighbours(bands: tuple[slice, ...]) -> np.ndarray:
    """Rows over and under every row, (R, 2) int64, the row itself beside a slit."""
    rows = np.arange(-1, bands[-1].stop + 1)
    beside = np.stack([rows[:-2], rows[2:]], axis=-1)
    for band in bands:
        beside[band.start, 0] = band.start
        beside[band.stop - 1, 1] = band.stop - 1
    return beside


@compiled
def blended(field, row, column, values):
    """Put the bilinear values of a field (h, w, K) at a place into ``values`` (K,).

    The field goes on beyond its edges as it is there. For compiled loops.
    """
    row = min(max(row, np.float32(0)), np.float32(field.shape[0] - 1))
    column = min(max(column, np.float32(0)), np.float32(field.shape[1] - 1))
    i, j = int(row), int(column)
    below, after = min(i + 1, field.shape[0] - 1), min(j + 1, field.shape[1] - 1)
    down, over = row - np.float32(i), column - np.float32(j)
    for k in range(field.shape[2]):
        upper = field[i, j, k] + (field[i, after, k] - field[i, j, k]) * over
        lower = field[below, j, k] + (field[below, after, k] - field[below, j, k]) * over
        values[k] = upper + (lower - upper) * down
