"""The part of a picture around a face, with a grid laid over it, and the way back."""

from dataclasses import dataclass

import cv2
import numpy as np

from idlock.engines.parametric.anatomy import Frame
from idlock.engines.parametric.field import NODES_PER_UNIT, Grid

ABOVE, BELOW, BESIDE = 0.95, 0.80, 0.10  # face units around the landmarks


@dataclass(frozen=True)
class Patch:
    """A rectangle of the picture; beyond the picture's edge its border is repeated.

    Attributes:
        corner: (x, y) of the rectangle in the picture, pixels; may be negative.
        grid: the grid over the rectangle.
        rgb: uint8 (h, w, 3).
    """

    corner: tuple[int, int]
    grid: Grid
    rgb: np.ndarray

    @classmethod
    def around(cls, image: np.ndarray, frame: Frame, landmarks: np.ndarray) -> "Patch":
        """Cut the face out of ``image`` (uint8 (H, W, 3 or 4)), with room to move."""
        face = frame.to_face(landmarks)
        (left, top), (right, bottom) = face.min(axis=0), face.max(axis=0)
        x, y = (left - BESIDE, right + BESIDE), (top - ABOVE, bottom + BELOW)
        corners = frame.to_pixels(np.array([[a, b] for a in x for b in y]))
        step = max(1, round(frame.unit / NODES_PER_UNIT))
        start = np.floor(corners.min(axis=0)).astype(int)
        cols, rows = np.ceil((corners.max(axis=0) - start) / step).astype(int) + 1
        grid = Grid(step, int(rows | 1), int(cols | 1))
        corner = (int(start[0]), int(start[1]))
        return cls(corner, grid, cls._cut(image[..., :3], corner, grid, cv2.BORDER_REPLICATE))

    @staticmethod
    def _cut(image, corner, grid, border) -> np.ndarray:
        (x, y), (height, width) = corner, grid.pixels
        inside = image[max(0, y) : max(0, y + height), max(0, x) : max(0, x + width)]
        return cv2.copyMakeBorder(
            np.ascontiguousarray(inside),
            max(0, -y),
            max(0, y + height - image.shape[0]),
            max(0, -x),
            max(0, x + width - image.shape[1]),
            border,
        )

    def cut(self, plane: np.ndarray) -> np.ndarray:
        """The rectangle of another plane of the picture (H, W); zero beyond its edge."""
        return self._cut(plane, self.corner, self.grid, cv2.BORDER_CONSTANT)

    def paste(self, onto: np.ndarray, values: np.ndarray, where: np.ndarray) -> None:
        """Write ``values`` (h, w, k) into ``onto`` (H, W, >= k) at the pixels ``where`` (h, w)."""
        (x, y), (height, width) = self.corner, self.grid.pixels
        rows = slice(max(0, y), min(onto.shape[0], y + height))
        cols = slice(max(0, x), min(onto.shape[1], x + width))
        here = (slice(rows.start - y, rows.stop - y), slice(cols.start - x, cols.stop - x))
        target = onto[rows, cols, : values.shape[2]]
        np.copyto(target, values[here], where=where[here][..., None])


def sample(picture: np.ndarray, places: np.ndarray) -> np.ndarray:
    """Cubic interpolation of ``picture`` at ``places`` (h, w, 2), float32."""
    found = cv2.remap(
        picture, places[..., 0], places[..., 1], cv2.INTER_CUBIC, borderMode=cv2.BORDER_REPLICATE
    )
    return found.astype(np.float32, copy=False)


def brightness(picture: np.ndarray) -> np.ndarray:
    """Mean of the three channels, float32 (h, w)."""
    return cv2.transform(picture, np.full((1, 3), 1 / 3, np.float32)).astype(np.float32, copy=False)


def box_around(
    points: np.ndarray, before: tuple[float, float], after: tuple[float, float], shape: tuple
) -> tuple[slice, slice]:
    """Rows and columns around ``points`` (n, 2), with (x, y) pixels ``before`` and ``after``."""
    low = np.floor(points.min(axis=0) - before).astype(int)
    high = np.ceil(points.max(axis=0) + after).astype(int) + 1
    x0, y0 = np.clip(low, 0, (shape[1], shape[0]))
    x1, y1 = np.clip(high, 0, (shape[1], shape[0]))
    return slice(int(y0), int(y1)), slice(int(x0), int(x1))


def box_of(chosen: np.ndarray, every: int = 1) -> tuple[slice, slice]:
    """Smallest rows and columns that hold every true pixel; empty slices if there is none.

    Args:
        chosen: bool (h, w), one in ``every`` pixels each way; the box is grown by
            as much.
        every: pixels between the samples.
    """
    rows, cols = np.flatnonzero(chosen.any(axis=1)), np.flatnonzero(chosen.any(axis=0))
    if not len(rows):
        return slice(0, 0), slice(0, 0)
    low, high = (rows[0], cols[0]), (rows[-1], cols[-1])
    return tuple(
        slice(max(0, int(a - 1) * every), int(b + 2) * every)
        for a, b in zip(low, high, strict=True)
    )


def edge_width(pixels: np.ndarray) -> float:
    """Pixels over which the strongest edges of a picture go: 1.6 where it is sharp, up to 6.

    An edge painted sharper than the photo's own looks cut out with scissors. The
    range of brightness in 9 pixels over the steepest slope in it grows evenly with
    blur: 4.2 to 4.7 in sharp portraits of 768 px, about 1.1 more for each pixel of a
    Gaussian's standard deviation (six London photographs).

    Args:
        pixels: uint8 RGB (h, w, 3).
    """
    light = cv2.cvtColor(np.ascontiguousarray(pixels), cv2.COLOR_RGB2GRAY).astype(np.float32)
    slope = np.hypot(*(cv2.Scharr(light, cv2.CV_32F, x, 1 - x) / 32 for x in (1, 0)))
    square = np.ones((9, 9), np.uint8)
    reach = cv2.dilate(light, square) - cv2.erode(light, square)
    steep = slope >= max(np.percentile(slope, 97), 1e-3)
    if not steep.any():
        return 1.6
    spread = float(np.median(reach[steep] / slope[steep]))
    return float(np.clip(1.6 + 2.0 * (spread - 4.6), 1.6, 6.0))
