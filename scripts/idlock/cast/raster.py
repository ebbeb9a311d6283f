"""From a grid of points to pixels: which place of the grid each pixel sees.

The grid is a skin of triangles. Every pixel whose middle lies in one that faces
the viewer gets its place on the grid and its depth from the corners, and the
nearest wins. Colours are then fetched from textures at these places, so that a
texture may be finer than the grid, and a grid coarser than the picture.
"""

from dataclasses import dataclass

import cv2
import numpy as np

from idlock.cast.compiled import compiled

NOWHERE = np.float32(-1e6)
_MARGIN = 3
_AROUND = np.ones((3, 3), np.uint8)


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
) -> Sight:
    """Find what each pixel sees of a grid.

    Args:
        pixels: (R, C, 2) float32, where each grid point falls, px (x, y).
        depth: (R, C) float32, mm towards the viewer.
        size: height and width of the picture, px.
        bands: row ranges between the slits of the grid; one by default.
    """
    pixels, depth = (np.ascontiguousarray(part, np.float32) for part in (pixels, depth))
    whole = np.ones(len(depth), bool)
    whole[[band.stop - 1 for band in bands or (slice(0, len(depth)),)]] = False
    area = _area(pixels[..., 1], size[0]), _area(pixels[..., 0], size[1])
    row, column, deep = _drawn(pixels, depth, whole, *((at.start, at.stop) for at in area))
    hit = (deep > NOWHERE).astype(np.uint8)
    solid = cv2.morphologyEx(hit, cv2.MORPH_CLOSE, _AROUND)
    # The surface is carried a little over its edge, so that the soft edge has colour.
    for _ in range(2):
        wider = cv2.dilate(hit, _AROUND)
        _grow(hit, wider, row, column, deep)
        hit = wider
    cover = cv2.GaussianBlur(solid.astype(np.float32), (0, 0), 0.8)
    cover = np.clip((cover - 0.22) / 0.56, 0.0, 1.0)
    return Sight(area, row, column, deep, cover)


def _area(places: np.ndarray, limit: int) -> slice:
    """Return the rows or columns that a grid fills, with a margin for soft edges."""
    low, high = float(places.min()) - _MARGIN, float(places.max()) + _MARGIN
    start = int(np.clip(low, 0, limit - 1))
    return slice(start, int(np.clip(high + 1, start + 1, limit)))


@compiled
def _drawn(pixels, depth, whole, rows, columns):
    """Where on the grid each pixel looks, from the first to before the last row and column.

    Returns:
        row, column and depth, (h, w) each, `NOWHERE` where nothing is seen.
    """
    height, width = rows[1] - rows[0], columns[1] - columns[0]
    row = np.full((height, width), NOWHERE)
    column, deep = row.copy(), row.copy()
    # So that places count from the middle of the area's first pixel.
    left, top = np.float32(columns[0] + 0.5), np.float32(rows[0] + 0.5)
    for i in range(depth.shape[0] - 1):
        if not whole[i]:
            continue
        for j in range(depth.shape[1] - 1):
            xa, ya, za = pixels[i, j, 0] - left, pixels[i, j, 1] - top, depth[i, j]
            xb, yb, zb = pixels[i, j + 1, 0] - left, pixels[i, j + 1, 1] - top, depth[i, j + 1]
            xc, yc, zc = pixels[i + 1, j, 0] - left, pixels[i + 1, j, 1] - top, depth[i + 1, j]
            xd, yd = pixels[i + 1, j + 1, 0] - left, pixels[i + 1, j + 1, 1] - top
            zd = depth[i + 1, j + 1]
            first, last = _middles(min(ya, yb, yc, yd), max(ya, yb, yc, yd), height)
            start, stop = _middles(min(xa, xb, xc, xd), max(xa, xb, xc, xd), width)
            if first == last or start == stop:
                continue
            box = first, last, start, stop
            over, down = (xb - xa, yb - ya, zb - za), (xc - xa, yc - ya, zc - za)
            _draw(row, column, deep, box, (xa, ya, za), over, down, (i, j), 1)
            over, down = (xc - xd, yc - yd, zc - zd), (xb - xd, yb - yd, zb - zd)
            _draw(row, column, deep, box, (xd, yd, zd), over, down, (i + 1, j + 1), -1)
    return row, column, deep


@compiled
def _middles(low, high, limit):
    """First pixel whose middle lies between two places, and the first one beyond them."""
    one = np.float32(1)
    start = int(max(low, -one) + one)
    return start, max(start, int(min(high, np.float32(limit - 1)) + one))


@compiled
def _draw(row, column, deep, box, corner, over, down, place, way):
    """Draw a triangle into `_drawn`'s arrays.

    Args:
        row: of the grid that each pixel sees so far.
        column: likewise.
        deep: depth of what it sees so far.
        box: first row and the one after the last, then the columns, within which it lies.
        corner: x, y and depth of the corner with the right angle on the grid.
        over: from there to the corner in the same row.
        down: from there to the corner in the same column.
        place: row and column of the first corner on the grid.
        way: 1 where rows and columns rise towards the other corners, else -1.
    """
    turned = over[0] * down[1] - over[1] * down[0]
    if not turned > np.float32(1e-6):
        return
    # A hair's breadth wider, lest a pixel falls between two triangles.
    least, most = np.float32(-1e-4), np.float32(1.0001)
    for r in range(box[0], box[1]):
        for c in range(box[2], box[3]):
            x, y = np.float32(c) - corner[0], np.float32(r) - corner[1]
            across = (x * down[1] - y * down[0]) / turned
            along = (y * over[0] - x * over[1]) / turned
            if across < least or along < least or across + along > most:
                continue
            near = corner[2] + across * over[2] + along * down[2]
            if near > deep[r, c]:
                deep[r, c] = near
                row[r, c] = np.float32(place[0]) + np.float32(way) * along
                column[r, c] = np.float32(place[1]) + np.float32(way) * across


@compiled
def _grow(hit, wider, row, column, deep):
    """Give pixels that are in ``wider`` but not hit the mean of their neighbours, in place."""
    height, width = hit.shape
    for r in range(height):
        for c in range(width):
            if hit[r, c] or not wider[r, c]:
                continue
            count = i = j = z = np.float32(0)
            for above in range(max(r - 1, 0), min(r + 2, height)):
                for before in range(max(c - 1, 0), min(c + 2, width)):
                    if hit[above, before]:
                        count += np.float32(1)
                        i += row[above, before]
                        j += column[above, before]
                        z += deep[above, before]
            row[r, c], column[r, c], deep[r, c] = i / count, j / count, z / count
