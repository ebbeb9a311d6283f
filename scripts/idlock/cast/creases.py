"""Lines in the skin: those that age leaves and those an expression draws."""

from functools import lru_cache

import cv2
import numpy as np

from idlock.cast.fields import crest
from idlock.cast.ground import ground
from idlock.cast.muscles import Strengths
from idlock.cast.people import Person

# Lines of each kind on one side of the mean face, mm, with their widths; the
# other side mirrors them.
_LINES: dict[str, tuple[list[list[tuple[float, float]]], float]] = {
    "forehead": (
        [
            [(-2, 30), (10, 31.5), (22, 33.5), (34, 32), (42, 28)],
            [(-2, 38.5), (12, 40), (25, 42), (38, 40), (46, 36)],
            [(-2, 47.5), (12, 48.5), (26, 50), (40, 47)],
            [(-2, 57), (14, 57.5), (28, 58)],
        ],
        0.9,
    ),
    "frown": ([[(5.6, 8), (5.0, 15), (6.2, 24)], [(9.5, 14), (10.2, 22)]], 0.8),
    "crow": (
        [
            [(49, 4), (55, 9), (61, 15)],
            [(50, 0.5), (57, 2), (64, 3)],
            [(49.5, -4), (55, -9), (61, -12)],
            [(47, -7.5), (51, -13), (55, -19)],
        ],
        0.75,
    ),
    "fold": ([[(18, -40), (22, -46), (27, -54), (31, -63), (33, -70)]], 1.1),
    "under": (
        [
            [(18, -6.5), (24, -9.5), (32, -10.5), (41, -7.5)],
            [(17.5, -9.5), (24, -14), (33, -15.5), (43, -11)],
        ],
        0.8,
    ),
    "bunny": ([[(5, 2), (10, -4), (14, -8)], [(6, -3), (10, -9), (13, -13)]], 0.8),
    "marionette": ([[(28, -74), (31, -81), (32, -90)]], 1.0),
    "lips": ([[(x, -57 - 0.05 * x), (x * 1.02, -62.5)] for x in (3, 7.5, 12, 16.5)], 0.5),
    "lid": ([[(17.5, 2.5), (23, 6.6), (32, 8.4), (41, 6.6), (47.5, 1.5)]], 0.75),
    "chin": ([[(-2, -87), (8, -87.5), (15, -90)]], 1.2),
}


@lru_cache(maxsize=4)
def lines(size: int) -> dict[str, np.ndarray]:
    """Return the depth (0..1) of every kind of line on the textures, (Rf, Cf) float32 each."""
    g = ground(size)
    far = np.abs(g.x.astype(np.float64))
    kinds = {}
    for name, (paths, width) in _LINES.items():
        wide = max(width, 0.75 * g.texel)
        depth = np.zeros(g.shape, np.float32)
        for path in paths:
            points = np.asarray(path)
            low, high = points.min(axis=0) - 5 * wide, points.max(axis=0) + 5 * wide
            near = (far > low[0]) & (far < high[0]) & (g.y > low[1]) & (g.y < high[1])
            wall = crest(far[near], g.y[near].astype(np.float64), points, wide)
            depth[near] = np.maximum(depth[near], wall)
        kinds[name] = depth * g.front
    return kinds


def depths(person: Person, pull: Strengths) -> dict[str, float]:
    """How deep each kind of line is in this face with this expression, mm."""
    old = float(np.clip((person.age - 34.0) / 30.0, 0.0, 1.4))
    ripe = float(np.clip((person.age - 22.0) / 30.0, 0.15, 1.4))
    m = pull.muscles
    squint = m["squint"] + m["wink"]
    return {
        "forehead": 0.16 * old + m["raise"] * (0.14 + 0.34 * ripe),
        "frown": 0.22 * old + m["knit"] * (0.30 + 0.36 * ripe),
        "crow": 0.20 * old + squint * (0.10 + 0.42 * ripe),
        "fold": 0.26 * old + (m["smile"] + 0.5 * m["spread"]) * (0.16 + 0.30 * ripe),
        "under": 0.16 * old + squint * (0.08 + 0.22 * ripe),
        "bunny": 0.05 * old + 0.10 * m["knit"] + 0.06 * m["smile"] * ripe,
        "marionette": 0.20 * old + m["glum"] * (0.10 + 0.22 * ripe),
        "lips": 0.10 * max(old - 0.3, 0.0) + 0.10 * m["pucker"],
        "lid": 0.10 + 0.42 * (1.0 - person.eyes.fold),
        "chin": 0.06 * old + 0.16 * (m["glum"] + m["press"]),
    }


def furrows(person: Person, pull: Strengths, size: int) -> np.ndarray:
    """Return how deep the skin is furrowed at every texel, (Rf, Cf) float32, mm."""
    total = np.zeros(ground(size).shape, np.float32)
    for name, depth in depths(person, pull).items():
        if depth > 0.01:
            cv2.scaleAdd(lines(size)[name], depth, total, total)
    return total
