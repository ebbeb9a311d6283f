"""Small smooth functions of place from which all shapes and colours are put together.

Places are arrays of millimetres on the mean head: ``x`` to the picture's
right, ``y`` up, the origin between the eyes.
"""

import numpy as np

from idlock.cast.compiled import compiled


def step(value: np.ndarray, low: float, high: float) -> np.ndarray:
    """Rise smoothly from 0 at ``low`` to 1 at ``high`` (falls where high < low)."""
    t = np.clip((value - low) / (high - low), 0.0, 1.0)
    return t * t * (3.0 - 2.0 * t)


@compiled
def rise(value, low, high):
    """`step` of one number; for compiled loops."""
    if (value - low) * (high - low) <= 0:
        return 0.0
    if (value - high) * (high - low) >= 0:
        return 1.0
    t = (value - low) / (high - low)
    return t * t * (3.0 - 2.0 * t)


def hill(x, y, at, spread, lean=0.0):
    """Gaussian hill of height 1 at ``at`` mm, ``spread`` mm wide, leaning ``lean`` degrees."""
    dx, dy = x - at[0], y - at[1]
    if lean:
        c, s = np.cos(np.radians(lean)), np.sin(np.radians(lean))
        dx, dy = c * dx + s * dy, c * dy - s * dx
    return np.exp(-0.5 * ((dx / spread[0]) ** 2 + (dy / spread[1]) ** 2))


def hills(x, y, at, spread, lean=0.0):
    """Two mirrored hills, one on each side of the face."""
    return hill(np.abs(x), y, at, spread, lean)


def plateau(x, y, at, spread, power=4):
    """Like `hill` with a flat top and steeper flanks."""
    r2 = ((x - at[0]) / spread[0]) ** 2 + ((y - at[1]) / spread[1]) ** 2
    return np.exp(-(r2 ** (power / 2)))


def crest(x, y, path, width):
    """Gaussian wall of height 1 along the polyline ``path``, fading at its ends.

    Args:
        x: places, mm, any shape.
        y: as ``x``.
        path: (n, 2) points in mm.
        width: standard deviation across the line, mm.
    """
    best = np.full(np.shape(x), np.inf, dtype=np.float64)
    along = np.zeros(np.shape(x))
    path = np.asarray(path, dtype=np.float64)
    lengths = np.hypot(*np.diff(path, axis=0).T)
    ends = np.concatenate([[0.0], np.cumsum(lengths)]) / lengths.sum()
    for a, b, start, stop in zip(path, path[1:], ends, ends[1:], strict=False):
        ab = b - a
        t = np.clip(((x - a[0]) * ab[0] + (y - a[1]) * ab[1]) / (ab @ ab), 0.0, 1.0)
        d2 = (x - a[0] - t * ab[0]) ** 2 + (y - a[1] - t * ab[1]) ** 2
        nearer = d2 < best
        best = np.where(nearer, d2, best)
        along = np.where(nearer, start + t * (stop - start), along)
    fade = np.clip(6.0 * along * (1.0 - along), 0.0, 1.0)
    return np.exp(-0.5 * best / width**2) * fade


def union(a, b, soft):
    """Larger of ``a`` and ``b``, the edge between them rounded over about ``soft`` mm."""
    return 0.5 * (a + b + np.sqrt((a - b) ** 2 + soft**2))


def dome(x, y, at, radii, top, power=2.0):
    """Height field of half an ellipsoid with its top at ``top``; it falls away steeply outside."""
    r2 = ((x - at[0]) / radii[0]) ** 2 + ((y - at[1]) / radii[1]) ** 2
    inside = np.sqrt(np.maximum(1.0 - r2, 0.0))
    return top - radii[2] * (1.0 - inside) - 0.9 * radii[2] * np.maximum(r2 - 1.0, 0.0)
