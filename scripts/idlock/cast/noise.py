"""Noise for skin, hair and cloth: fixed tiles, looked into at offsets of one's own."""

from functools import lru_cache

import cv2
import numpy as np

from idlock.cast.compiled import compiled

TILE = 512


@lru_cache(maxsize=32)
def tile(octaves: tuple[int, ...], fall: float = 0.6) -> np.ndarray:
    """Return a (512, 512) float32 tile that repeats seamlessly, mean 0, deviation 1.

    Args:
        octaves: cells across the tile for each layer, coarse to fine.
        fall: amplitude of a layer against the one before it.
    """
    draw = np.random.default_rng([20_240_229, *octaves])
    total = np.zeros((TILE, TILE), np.float32)
    for depth, cells in enumerate(octaves):
        grid = draw.standard_normal((cells, cells)).astype(np.float32)
        wrapped = np.pad(grid, 4, mode="wrap")
        scale = TILE / cells
        big = cv2.resize(wrapped, None, fx=scale, fy=scale, interpolation=cv2.INTER_CUBIC)
        edge = round(4 * scale)
        total += fall**depth * big[edge : edge + TILE, edge : edge + TILE]
    total -= total.mean()
    return total / total.std()


def look(source: np.ndarray, u: np.ndarray, v: np.ndarray) -> np.ndarray:
    """Sample a tile at (u, v), given in tile widths, any shape (H, W); float32."""
    return cv2.remap(
        source,
        (u * np.float32(TILE)).astype(np.float32),
        (v * np.float32(TILE)).astype(np.float32),
        cv2.INTER_LINEAR,
        borderMode=cv2.BORDER_WRAP,
    )


@compiled
def glimpse(source, u, v):
    """`look` at one place; for compiled loops."""
    x, y = u * TILE, v * TILE
    left, top = int(np.floor(x)), int(np.floor(y))
    over, down = x - left, y - top
    # The side is a power of two, so that "and" wraps round.
    last = TILE - 1
    i, j, below, after = top & last, left & last, (top + 1) & last, (left + 1) & last
    upper = source[i, j] * (1.0 - over) + source[i, after] * over
    lower = source[below, j] * (1.0 - over) + source[below, after] * over
    return upper * (1.0 - down) + lower * down
