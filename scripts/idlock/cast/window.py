"""A small part of the picture, drawn several times finer and then laid back into it."""

from dataclasses import dataclass

import cv2
import numpy as np

from idlock.cast.camera import Camera


@dataclass(frozen=True, eq=False)
class Window:
    """A rectangle of whole pixels and how much finer it is drawn.

    Attributes:
        left: first column, px.
        top: first row, px.
        width: px.
        height: px.
        times: subpixels to a pixel, each way.
    """

    left: int
    top: int
    width: int
    height: int
    times: int

    @property
    def shape(self) -> tuple[int, int]:
        """Rows and columns of the finer drawing."""
        return self.height * self.times, self.width * self.times

    @property
    def area(self) -> tuple[slice, slice]:
        """Rows and columns of the picture it covers."""
        return slice(self.top, self.top + self.height), slice(self.left, self.left + self.width)

    def local(self, pixels: np.ndarray) -> np.ndarray:
        """Picture places (..., 2) in subpixels of the window."""
        return (pixels - np.array([self.left, self.top], pixels.dtype)) * self.times

    def pixels(self) -> tuple[np.ndarray, np.ndarray]:
        """Picture x and y of every subpixel's centre, float32."""
        rows, columns = self.shape
        x = self.left + (np.arange(columns, dtype=np.float32) + 0.5) / self.times
        y = self.top + (np.arange(rows, dtype=np.float32) + 0.5) / self.times
        return np.broadcast_to(x, (rows, columns)), np.broadcast_to(y[:, None], (rows, columns))

    def reduced(self, drawing: np.ndarray) -> np.ndarray:
        """Average a fine drawing back to whole pixels."""
        return cv2.resize(drawing, (self.width, self.height), interpolation=cv2.INTER_AREA)

    def polygon(self, pixels: np.ndarray) -> np.ndarray:
        """Fill a polygon of picture places (n, 2); float32 0..1 in subpixels, smooth-edged."""
        canvas = np.zeros(self.shape, np.uint8)
        points = np.round(self.local(pixels) * 16 - 8).astype(np.int32)
        cv2.fillPoly(canvas, [points], 255, lineType=cv2.LINE_AA, shift=4)
        return canvas.astype(np.float32) / 255.0

    def strokes(self, lines: list[np.ndarray] | np.ndarray, thickness: float) -> np.ndarray:
        """Draw open lines.

        Args:
            lines: picture places, a list of (n, 2) or an array (lines, n, 2).
            thickness: px.

        Returns:
            float32 0..1 in subpixels.
        """
        canvas = np.zeros(self.shape, np.uint8)
        wide = thickness * self.times
        if isinstance(lines, np.ndarray):
            points = list(np.round(self.local(lines) * 16 - 8).astype(np.int32))
        else:
            points = [np.round(self.local(line) * 16 - 8).astype(np.int32) for line in lines]
        cv2.polylines(canvas, points, False, 255, max(round(wide), 1), cv2.LINE_AA, 4)
        return canvas.astype(np.float32) / 255.0 * min(wide, 1.0)


def around(pixels: np.ndarray, margin: float, camera: Camera, times: int) -> Window | None:
    """Return the window round picture places (n, 2), ``margin`` px wider; None if outside."""
    low = np.floor(pixels.min(axis=0) - margin).astype(int).clip(0, camera.size)
    high = np.ceil(pixels.max(axis=0) + margin).astype(int).clip(0, camera.size)
    width, height = (high - low).tolist()
    if width < 2 or height < 2:
        return None
    return Window(int(low[0]), int(low[1]), width, height, times)
