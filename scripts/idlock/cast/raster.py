"""From a fine grid of points to pixels: which place of the grid each pixel sees.

Every grid point that faces the viewer is written into its pixel, the nearest
one wins, and the pixel's exact place on the grid follows from the slope of the
surface there. Colours are then fetched from textures at these places, so that
the picture is smooth although points are thrown at it one by one.
"""

from dataclasses import dataclass

import cv2
import numpy as np

NOWHERE = np.float32(-1e6)
_MARGIN = 3


@dataclass(frozen=True, eq=False)
class Sight:
    """What a picture sees of one grid, in the rectangle where it sees anything.

    Attributes:
        area: rows and columns (slices) of the picture; the arrays fill it.
        row: (h, w) float32, fractional grid row seen by each pixel.
        column: (h, w) float32, fractional grid column.
        depth: (h, w) float32, mm towards the viewer; very low where nothing is seen.
        cover: (h, w) float32, share of the pixel covered, soft by about a pixel.
    """

    area: tuple[slice, slice]
    row: np.ndarray
    column: np.ndarray
    depth: np.ndarray
    cover: np.ndarray

    def fetch(self, texture: np.ndarray) -> np.ndarray:
        """Return a grid texture (Rf, Cf[, K <= 4]) as seen in the area, float32."""
        return cv2.remap(
            texture, self.column, self.row, cv2.INTER_LINEAR, borderMode=cv2.BORDER_REPLICATE
        )

    def fetch_coarse(self, texture: np.ndarray, shape: tuple[int, int]) -> np.ndarray:
        """As `fetch`, for a texture of another size that covers the same grid of ``shape``."""
        down, over = texture.shape[0] / shape[0], texture.shape[1] / shape[1]
        row = (self.row + 0.5) * np.float32(down) - 0.5
        column = (self.column + 0.5) * np.float32(over) - 0.5
        return cv2.remap(texture, column, row, cv2.INTER_LINEAR, borderMode=cv2.BORDER_REPLICATE)


def sight(
    pixels: np.ndarray,
    depth: np.ndarray,
    size: tuple[int, int],
    bands: tuple[slice, ...] | None = None,
    mend: int = 3,
) -> Sight:
    """Find what each pixel sees of a grid.

    Args:
        pixels: (Rf, Cf, 2) float32, where each grid point falls, px (x, y).
        depth: (Rf, Cf) float32, mm towards the viewer.
        size: height and width of the picture, px.
        bands: row ranges between the slits of the grid; one by default.
        mend: holes narrower than this many px are closed.
    """
    bands = bands or (slice(0, depth.shape[0]),)
    x, y = np.ascontiguousarray(pixels[..., 0]), np.ascontiguousarray(pixels[..., 1])
    (xd, xa), (yd, ya) = _slopes(x, bands), _slopes(y, bands)
    turned = xa * yd - ya * xd
    inside = (x >= 0) & (x < size[1]) & (y >= 0) & (y < size[0])
    points = np.flatnonzero(inside & (turned > 1e-4))
    x, y = x.ravel()[points], y.ravel()[points]
    column, row = x.astype(np.int32), y.astype(np.int32)
    area = _area(row, column, size)
    shape = (area[0].stop - area[0].start, area[1].stop - area[1].start)
    target = (row - area[0].start) * shape[1] + (column - area[1].start)
    height = depth.ravel()[points]
    winner = _nearest(target, height, shape[0] * shape[1])
    hit = np.flatnonzero(winner >= 0)
    chosen = winner[hit]
    point = points[chosen]
    gap_x, gap_y = (
        column[chosen] + np.float32(0.5) - x[chosen],
        row[chosen] + np.float32(0.5) - y[chosen],
    )
    xd, xa, yd, ya, turn = (a.ravel()[point] for a in (xd, xa, yd, ya, turned))
    across = np.clip((gap_x * yd - gap_y * xd) / turn, -1.5, 1.5)
    down = np.clip((gap_y * xa - gap_x * ya) / turn, -1.5, 1.5)
    place = np.full((shape[0] * shape[1], 3), NOWHERE, np.float32)
    place[hit, 0] = np.clip(point // depth.shape[1] + down, 0, depth.shape[0] - 1)
    place[hit, 1] = np.clip(point % depth.shape[1] + across, 0, depth.shape[1] - 1)
    place[hit, 2] = height[chosen]
    return _finish(place.reshape(*shape, 3), area, mend)


def _slopes(field: np.ndarray, bands: tuple[slice, ...]) -> tuple[np.ndarray, np.ndarray]:
    """Central differences of (Rf, Cf) along rows and columns, rows not across slits."""
    along = np.empty_like(field)
    for band in bands:
        part, slope = field[band], along[band]
        np.subtract(part[2:], part[:-2], out=slope[1:-1])
        slope[1:-1] *= 0.5
        slope[0], slope[-1] = part[1] - part[0], part[-1] - part[-2]
    across = np.empty_like(field)
    np.subtract(field[:, 2:], field[:, :-2], out=across[:, 1:-1])
    across[:, 1:-1] *= 0.5
    across[:, 0], across[:, -1] = field[:, 1] - field[:, 0], field[:, -1] - field[:, -2]
    return along, across


def _area(row: np.ndarray, column: np.ndarray, size: tuple[int, int]) -> tuple[slice, slice]:
    """Return the rectangle round all points, with a margin for soft edges."""
    if not len(row):
        return slice(0, 1), slice(0, 1)
    return tuple(
        slice(max(int(at.min()) - _MARGIN, 0), min(int(at.max()) + _MARGIN + 1, limit))
        for at, limit in ((row, size[0]), (column, size[1]))
    )


def _nearest(target: np.ndarray, height: np.ndarray, count: int) -> np.ndarray:
    """For every pixel the index of its nearest point, -1 where there is none."""
    winner = np.full(count, -1, np.int32)
    order = np.arange(len(target), dtype=np.int32)
    winner[target] = order
    while len(order):
        order = order[height[order] > height[winner[target[order]]] + 0.25]
        winner[target[order]] = order
    return winner


def _finish(place: np.ndarray, area: tuple[slice, slice], mend: int) -> Sight:
    """Close pin holes, carry the surface a little over its edge and soften that edge."""
    hit = (place[..., 2] > NOWHERE).astype(np.uint8)
    solid = cv2.morphologyEx(hit, cv2.MORPH_CLOSE, np.ones((mend, mend), np.uint8))
    for _ in range(max(2, mend // 2 + 1)):
        hit = _grow(hit, place)
    cover = cv2.GaussianBlur(solid.astype(np.float32), (0, 0), 0.8)
    cover = np.clip((cover - 0.22) / 0.56, 0.0, 1.0)
    row, column, depth = (np.ascontiguousarray(place[..., k]) for k in range(3))
    return Sight(area, row, column, depth, cover)


def _grow(hit: np.ndarray, place: np.ndarray) -> np.ndarray:
    """Fill pixels beside the surface, in place, with the mean of what their neighbours see."""
    known = hit.astype(np.float32)
    total = cv2.blur(known, (3, 3))
    edge = (hit == 0) & (total > 0.05)
    summed = cv2.blur(place * known[..., None], (3, 3))
    place[edge] = summed[edge] / total[edge, None]
    return (hit | edge).astype(np.uint8)
