"""From a fine grid of points to pixels: which place of the grid each pixel sees.

Every grid point that faces the viewer is written into its pixel, the nearest
one wins, and the pixel's exact place on the grid follows from the slope of the
surface there. Colours are then fetched from textures at these places, so that
the picture is smooth although points are thrown at it one by one.
"""

from dataclasses import dataclass

import cv2
import numpy as np

from idlock.cast.compiled import compiled
from idlock.cast.grid import neighbours

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
    pixels, depth = (np.ascontiguousarray(part, np.float32) for part in (pixels, depth))
    beside = neighbours(bands or (slice(0, len(depth)),))
    winner, hit_rows, hit_columns = _nearest(pixels, depth, beside, *size)
    area = _area(hit_rows), _area(hit_columns)
    row, column, deep = _places(
        np.ascontiguousarray(winner[area]), area[0].start, area[1].start, pixels, depth, beside
    )
    hit = (deep > NOWHERE).astype(np.uint8)
    solid = cv2.morphologyEx(hit, cv2.MORPH_CLOSE, np.ones((mend, mend), np.uint8))
    # The surface is carried a little over its edge, so that the soft edge has colour.
    for _ in range(max(2, mend // 2 + 1)):
        wider = cv2.dilate(hit, _AROUND)
        _grow(hit, wider, row, column, deep)
        hit = wider
    cover = cv2.GaussianBlur(solid.astype(np.float32), (0, 0), 0.8)
    cover = np.clip((cover - 0.22) / 0.56, 0.0, 1.0)
    return Sight(area, row, column, deep, cover)


@compiled
def _slopes(pixels, beside, i, j):
    """How x and y change from row to row and from column to column at a point."""
    above, below = beside[i, 0], beside[i, 1]
    before, after = max(j - 1, 0), min(j + 1, pixels.shape[1] - 1)
    down = np.float32(0.5 if below - above == 2 else 1.0)
    over = np.float32(0.5 if after - before == 2 else 1.0)
    return (
        (pixels[below, j, 0] - pixels[above, j, 0]) * down,
        (pixels[i, after, 0] - pixels[i, before, 0]) * over,
        (pixels[below, j, 1] - pixels[above, j, 1]) * down,
        (pixels[i, after, 1] - pixels[i, before, 1]) * over,
    )


@compiled
def _nearest(pixels, depth, beside, height, width):
    """For every pixel (height, width) the number of its nearest point, -1 where there is none.

    Also says which rows (height,) and columns (width,) have any point.
    """
    winner = np.full((height, width), -1, np.int32)
    nearest = np.full((height, width), NOWHERE)
    hit_rows, hit_columns = np.zeros(height, np.bool_), np.zeros(width, np.bool_)
    rows, columns = depth.shape
    # From the end, so that of points about as near the last one stays.
    for i in range(rows - 1, -1, -1):
        for j in range(columns - 1, -1, -1):
            x, y = pixels[i, j, 0], pixels[i, j, 1]
            if not (x >= 0 and x < width and y >= 0 and y < height):
                continue
            # Unsigned: an index that may be negative takes numba a second look.
            r, c = np.uint32(y), np.uint32(x)
            if depth[i, j] <= nearest[r, c] + np.float32(0.25):
                continue
            x_down, x_over, y_down, y_over = _slopes(pixels, beside, i, j)
            if x_over * y_down - y_over * x_down > np.float32(1e-4):
                winner[r, c], nearest[r, c] = i * columns + j, depth[i, j]
                hit_rows[r] = hit_columns[c] = True
    return winner, hit_rows, hit_columns


def _area(hit: np.ndarray) -> slice:
    """Return the rows or columns from the first to the last hit, with a margin for soft edges."""
    found = np.flatnonzero(hit)
    if not len(found):
        return slice(0, 1)
    return slice(max(int(found[0]) - _MARGIN, 0), min(int(found[-1]) + _MARGIN + 1, len(hit)))


@compiled
def _places(winner, top, left, pixels, depth, beside):
    """Where on the grid each pixel of the area looks: row, column and depth, (h, w) each."""
    row = np.full(winner.shape, NOWHERE)
    column, deep = row.copy(), row.copy()
    rows, columns = depth.shape
    farthest = np.float32(1.5)
    for r in range(winner.shape[0]):
        for c in range(winner.shape[1]):
            if winner[r, c] < 0:
                continue
            i, j = winner[r, c] // columns, winner[r, c] % columns
            x_down, x_over, y_down, y_over = _slopes(pixels, beside, i, j)
            turned = x_over * y_down - y_over * x_down
            x = np.float32(left + c) + np.float32(0.5) - pixels[i, j, 0]
            y = np.float32(top + r) + np.float32(0.5) - pixels[i, j, 1]
            over = (x * y_down - y * x_down) / turned
            down = (y * x_over - x * y_over) / turned
            over = min(max(over, -farthest), farthest)
            down = min(max(down, -farthest), farthest)
            row[r, c] = min(max(np.float32(i) + down, np.float32(0)), np.float32(rows - 1))
            column[r, c] = min(max(np.float32(j) + over, np.float32(0)), np.float32(columns - 1))
            deep[r, c] = depth[i, j]
    return row, column, deep


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
