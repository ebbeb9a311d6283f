"""Inside the mouth: a dark cavity, teeth on their arches and the tongue."""

from dataclasses import dataclass

import cv2
import numpy as np

from idlock.cast.fields import step
from idlock.cast.layers import Layers
from idlock.cast.raster import sight
from idlock.cast.stage import Stage
from idlock.cast.teeth import LOWER, UPPER, row_colours, row_points, with_jaw
from idlock.cast.window import Window, around


@dataclass(frozen=True, eq=False)
class Lips:
    """The mouth as the picture shows it.

    Attributes:
        upper: (n, 2) lower edge of the upper lip from left to right, px.
        lower: (n, 2) upper edge of the lower lip, px.
        rest: (3,) place of the middle of the closed mouth on the unposed head, mm.
        width: of the mouth at rest against the mean.
        jaw: opening of the jaw, radians.
    """

    upper: np.ndarray
    lower: np.ndarray
    rest: np.ndarray
    width: float
    jaw: float

    @property
    def outline(self) -> np.ndarray:
        """The opening as one polygon (2n, 2), px."""
        return np.concatenate([self.upper, self.lower[::-1]])


def draw_mouth(layers: Layers, lips: Lips, stage: Stage) -> None:
    """Draw the inside of the mouth, or the line where closed lips meet, in place.

    Args:
        layers: the picture, already holding the skin.
        lips: where the lips are.
        stage: person, camera and light.
    """
    scale = stage.camera.reach(100.0)
    window = around(lips.outline, 3.0 * scale, stage.camera, 3 if stage.size < 400 else 2)
    if window is None:
        return
    part = layers.colour[window.area]
    gap = float((lips.lower[:, 1] - lips.upper[:, 1]).max()) / scale
    if gap > 0.4:
        mask = window.polygon(lips.outline)
        inside = _cavity(window, lips, stage) * _lip_light(mask, scale * window.times)
        cover = window.reduced(mask)
        colour = window.reduced(inside * mask[..., None]) / np.maximum(cover, 1e-3)[..., None]
        layers.fill(colour, cover, float(lips.rest[2]) - 4.0, window.area)
    _seam(part, window, lips, scale, gap)


def _seam(part: np.ndarray, window: Window, lips: Lips, scale: float, gap: float) -> None:
    """Darken the line between the lips and their corners, in place."""
    closed = float(np.clip(1.0 - gap / 3.0, 0.0, 1.0))
    middle = 0.5 * (lips.upper + lips.lower)
    ninth = max(len(middle) // 9, 2)
    line = window.strokes([middle[1:-1]], 1.0 * scale) * 0.60 * closed
    corners = window.strokes([middle[:ninth], middle[-ninth:]], 1.3 * scale) * 0.5
    edges = window.strokes([lips.upper[2:-2]], 0.7 * scale) * 0.45 * (1 - closed)
    ink = np.maximum(np.maximum(line, corners), edges)
    ink = window.reduced(cv2.GaussianBlur(ink, (0, 0), 0.42 * scale * window.times))
    part *= 1.0 - ink[..., None] * np.array([0.80, 0.92, 0.92], np.float32)


def _lip_light(mask: np.ndarray, millimetre: float) -> np.ndarray:
    """Share of light that falls past the lips, (h, w, 1) float32; ``millimetre`` in subpixels."""
    reach = cv2.GaussianBlur(mask, (0, 0), 2.0 * millimetre)
    shade = 0.16 + 0.84 * step(np.clip(reach * 2.0 - 1.0, 0, 1), 0.0, 0.95)
    down = max(round(1.2 * millimetre), 1)
    lowered = np.zeros_like(mask)
    lowered[down:] = mask[:-down]
    shade = shade * (0.35 + 0.65 * cv2.GaussianBlur(lowered, (0, 0), 0.8 * millimetre))
    return shade[..., None].astype(np.float32)


def _cavity(window: Window, lips: Lips, stage: Stage) -> np.ndarray:
    """Colour of what lies between the lips at every subpixel, (h, w, 3)."""
    lamps = stage.lamps
    key, sky, fill = (float(c.mean()) for c in (lamps.key_colour, lamps.sky, lamps.fill_colour))
    light = 0.8 * sky + 0.42 * key + 0.3 * fill
    inside = np.empty((*window.shape, 3), np.float32)
    inside[:] = np.array([0.055, 0.012, 0.012]) * (0.6 + 0.4 * key)
    if lips.jaw > 0.05:
        _lay(inside, window, _tongue_points(lips), _tongue_colours(light), stage)
    for row in (LOWER, UPPER):
        points = row_points(row, lips.rest, lips.width, lips.jaw)
        colours = np.float32(light) * row_colours(row, stage.person.age)
        _lay(inside, window, points, colours, stage)
    return inside


def _lay(
    inside: np.ndarray, window: Window, points: np.ndarray, colours: np.ndarray, stage: Stage
) -> None:
    """Lay a surface of points (R, C, 3) and colours (R, C, 3) over the cavity, in place."""
    posed = stage.camera.pose(points)
    pixels = window.local(stage.camera.project(posed)).astype(np.float32)
    seen = sight(pixels, posed[..., 2].astype(np.float32), window.shape)
    part = inside[seen.area]
    part += (seen.fetch(colours) - part) * seen.cover[..., None]


_TONGUE_ACROSS = np.linspace(-1.0, 1.0, 121)
_TONGUE_DOWN = np.linspace(0.0, 1.0, 81)[:, None]


def _tongue_points(lips: Lips) -> np.ndarray:
    """Place the tongue behind the lower teeth, (R, C, 3) mm, from its back to its tip."""
    a, b = _TONGUE_ACROSS, _TONGUE_DOWN
    x = lips.rest[0] + 19.0 * a * (1.0 - 0.25 * b)
    back = np.sin(np.pi * 0.5 * (1 - b))
    y = lips.rest[1] - 11.0 + 12.0 * back * np.sqrt(np.clip(1 - a**2, 0, 1))
    y = y - 2.0 * np.exp(-((a / 0.16) ** 2)) * (1 - b)
    z = lips.rest[2] - 44.0 + 28.0 * b**0.8
    return with_jaw(np.stack(np.broadcast_arrays(x, y, z), axis=-1), lips.jaw)


def _tongue_colours(light: float) -> np.ndarray:
    """Linear RGB (R, C, 3) float32 of the tongue."""
    a, b = _TONGUE_ACROSS, _TONGUE_DOWN
    round_ = 0.75 + 0.25 * np.sqrt(np.clip(1 - a**2, 0, 1))
    value = (0.35 + 0.65 * b) * round_ * (1 - 0.25 * np.exp(-((a / 0.12) ** 2)))
    return (np.array([0.36, 0.11, 0.10]) * value[..., None] * 0.75 * light).astype(np.float32)
