"""How skin answers its muscles: folds, dimples and lines as brightness ratios.

An expression changes not only where skin is but how the light falls on it; the
change is a ratio that carries over from face to face (Liu, Shan & Zhang 2001,
"Expressive Expression Mapping with Ratio Images"). The ratios are drawn from
``marks`` laid between the landmarks.
"""

from collections.abc import Mapping

import cv2
import numpy as np

from idlock.engines.parametric.anatomy import Frame, named_points
from idlock.engines.parametric.marks import MARKS, WINK, Mark

UNFOLDED = 0.35  # of a mark is lifted where its movement is let go: the photo's own lie elsewhere
SCALE = 2  # the marks are drawn at half the patch's resolution
CHANNELS = np.array([0.82, 1.0, 1.06], np.float32)  # a shadow on skin is warm: red falls least


class Skin:
    """The marks of one face, drawn once, each when first asked for.

    Args:
        frame: the face's frame, in patch pixels.
        landmarks: (68, 2) patch pixels.
        shape: height and width of the patch.
        bare: float32, the patch's shape: 1 well inside the face, 0 where it ends.
    """

    def __init__(
        self, frame: Frame, landmarks: np.ndarray, shape: tuple[int, int], bare: np.ndarray
    ):
        self._frame = frame
        self._points = named_points(frame, landmarks)
        self._size = ((shape[1] + 1) // SCALE, (shape[0] + 1) // SCALE)
        self._bare = bare[::SCALE, ::SCALE]
        self._drawn: dict[str, np.ndarray] = {}

    def ratio(self, pulled: Mapping[str, float], places: np.ndarray) -> np.ndarray | None:
        """Factor on the brightness at source ``places``, float32 (h, w, 3), or None for none.

        Args:
            pulled: share of every slider's end (see ``pulls``).
            places: float32 (h, w, 2), patch pixels.
        """
        total = None
        for end, share in pulled.items():
            if end not in MARKS and end != "wink+":
                continue
            layer = np.float32(share if share > 0 else UNFOLDED * share) * self._map(end)
            total = layer if total is None else total + layer
        if total is None:
            return None
        log = cv2.remap(
            total,
            places[..., 0] / np.float32(SCALE),
            places[..., 1] / np.float32(SCALE),
            cv2.INTER_LINEAR,
            borderMode=cv2.BORDER_REPLICATE,
        )
        return np.exp(log[..., None] * CHANNELS)

    def _map(self, end: str) -> np.ndarray:
        if end not in self._drawn:
            canvas = np.zeros(self._size[::-1], np.float32)
            for mark in WINK if end == "wink+" else MARKS[end]:
                for side in ("L",) if end == "wink+" else ("L", "R"):
                    self._draw(canvas, mark, side)
            self._drawn[end] = canvas * self._bare
        return self._drawn[end]

    def _path(self, mark: Mark, side: str) -> np.ndarray:
        """The mark's line in face units, as 24 evenly spread points (24, 2)."""
        knots = []
        for name, x, y in mark.path:
            point = self._points.get(name)
            point = self._points[f"{name}.{side}"] if point is None else point
            knots.append(point + (-x if side == "R" else x, y))
        knots = np.array(knots)
        at = np.linspace(0, 1, 24)
        if len(knots) == 2:
            return knots[0] + at[:, None] * (knots[1] - knots[0])
        return _smooth_through(knots, at)

    def _draw(self, canvas: np.ndarray, mark: Mark, side: str) -> None:
        line = self._path(mark, side)
        reach = 3.5 * mark.width
        pixels = self._frame.to_pixels(line) / SCALE
        pad = reach * self._frame.unit / SCALE
        x0, y0 = np.maximum(np.floor(pixels.min(axis=0) - pad).astype(int), 0)
        x1, y1 = np.minimum(np.ceil(pixels.max(axis=0) + pad).astype(int) + 1, self._size)
        if x0 >= x1 or y0 >= y1:
            return
        y, x = np.mgrid[y0:y1, x0:x1].astype(np.float32)
        scale = np.float32(SCALE / self._frame.unit)
        dx = (x[..., None] - pixels[:, 0].astype(np.float32)) * scale
        dy = (y[..., None] - pixels[:, 1].astype(np.float32)) * scale
        nearest = (dx * dx + dy * dy).argmin(axis=-1)
        tangent = np.gradient(pixels, axis=0).astype(np.float32)
        tangent /= np.linalg.norm(tangent, axis=1, keepdims=True)
        pick = nearest[..., None]
        dx, dy = np.take_along_axis(dx, pick, -1)[..., 0], np.take_along_axis(dy, pick, -1)[..., 0]
        tx, ty = tangent[nearest, 0], tangent[nearest, 1]
        beside, past = dx * ty - dy * tx, np.abs(dx * tx + dy * ty)
        beside *= _rim_side(tangent[len(line) // 2], side)
        taper = np.sin(np.pi * np.clip(np.linspace(0.04, 0.96, len(line)), 0, 1)) ** 0.8
        strength = taper[nearest].astype(np.float32) * np.exp(-((past / mark.width) ** 2))
        valley = -np.exp(-0.5 * (beside / mark.width) ** 2)
        towards = np.sign(mark.ridge) if mark.ridge else 1.0
        rim = np.exp(-0.5 * ((beside * towards - 2.2 * mark.width) / (1.2 * mark.width)) ** 2)
        canvas[y0:y1, x0:x1] += mark.depth * strength * (valley + abs(mark.ridge) * rim)


def _rim_side(tangent: np.ndarray, side: str) -> int:
    """1 or -1: which side of a line is above it or, for a vertical one, towards the middle."""
    normal = np.array([tangent[1], -tangent[0]])
    if abs(normal[1]) > abs(normal[0]):
        return 1 if normal[1] < 0 else -1
    return 1 if (normal[0] > 0) == (side == "L") else -1


def _smooth_through(knots: np.ndarray, at: np.ndarray) -> np.ndarray:
    """The polynomial through ``knots`` (n, 2), spaced by distance, at 0..1."""
    along = np.r_[0, np.cumsum(np.linalg.norm(np.diff(knots, axis=0), axis=1))]
    powers = np.vander(along / along[-1], increasing=True)
    return np.vander(at, len(knots), increasing=True) @ np.linalg.solve(powers, knots)
