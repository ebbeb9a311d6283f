"""Spectacles: frame, lenses and the shade they throw."""

from dataclasses import dataclass

import cv2
import numpy as np

from idlock.cast.figure import Figure
from idlock.cast.layers import Layers
from idlock.cast.stage import Stage
from idlock.cast.window import Window, around

# Half breadth, half height, squareness (power of the superellipse) and the
# thickness of the frame, all in mm but the third.
_MODELS = {
    "round": (23.0, 21.5, 2.2, 2.0),
    "square": (26.0, 18.5, 4.2, 3.0),
    "thin": (25.5, 17.0, 2.8, 1.1),
}
GLASSES = ("none", *_MODELS)


@dataclass(frozen=True, eq=False)
class Frame:
    """A pair of glasses as the picture shows it: lines of px (n, 2)."""

    rims: list[np.ndarray]
    bridge: np.ndarray
    temples: list[np.ndarray]
    thickness: float
    depth: float


def draw_glasses(layers: Layers, shape: Figure, stage: Stage) -> None:
    """Draw a person's glasses, if there are any, over the face and its eyes."""
    if stage.person.clothes.glasses == "none":
        return
    frame = _frame(shape, stage)
    scale = stage.camera.reach(100.0)
    every = np.concatenate([*frame.rims, *frame.temples])
    window = around(every, 8.0 * scale, stage.camera, 3 if stage.size < 400 else 2)
    if window is None:
        return
    wide = frame.thickness * scale
    rims = window.strokes([*(np.concatenate([r, r[:2]]) for r in frame.rims), frame.bridge], wide)
    temples = window.strokes(frame.temples, 1.2 * wide)
    _shade(layers, window, np.maximum(rims, 0.6 * temples), frame, scale)
    _lenses(layers, window, frame, stage)
    for drawing, depth in ((temples, 20.0), (rims, frame.depth + 25.0)):
        colour = _metal(window, drawing, stage, scale)
        cover = window.reduced(drawing)
        layers.add(colour, cover, np.full(cover.shape, depth, np.float32), window.area)


def _frame(shape: Figure, stage: Stage) -> Frame:
    """Fit the frame to the head and project it."""
    half, tall, power, thickness = _MODELS[stage.person.clothes.glasses]
    middle = shape.eyes.mean(axis=0)
    apart = float(shape.eyes[1, 0] - shape.eyes[0, 0]) / 2.0
    # It rests on the bridge of the nose, which stands out farthest near the middle.
    nose = np.abs(shape.points[..., 0] - middle[0]) < 9.0
    nose &= np.abs(shape.points[..., 1] - middle[1] - 1.0) < 5.0
    rest = float(shape.points[..., 2][nose].max()) + 1.5
    turn = np.linspace(0.0, 2.0 * np.pi, 73)[:-1]
    c, s = np.cos(turn), np.sin(turn)
    away = half * np.sign(c) * np.abs(c) ** (2.0 / power)
    up = tall * np.sign(s) * np.abs(s) ** (2.0 / power) * (1.0 - 0.06 * c) - 2.5

    def placed(x: np.ndarray, y: np.ndarray) -> np.ndarray:
        z = rest - 0.0035 * np.maximum(np.abs(x) - 8.0, 0.0) ** 2
        points = np.stack([middle[0] + x, middle[1] + y, z], axis=-1)
        return stage.camera.project(stage.camera.pose(points))

    rims = [placed(side * (apart + 0.5 + away), up) for side in (-1, 1)]
    across = np.linspace(-1.0, 1.0, 9)
    reach = apart + 0.5 - half
    bridge = placed(across * (reach + 0.8), 3.5 + 2.2 * (1.0 - across**2))
    temples = [_temple(side, middle, apart + half + 0.5, rest, stage) for side in (-1, 1)]
    return Frame(rims, bridge, temples, thickness, rest)


def _temple(side: int, middle: np.ndarray, start: float, rest: float, stage: Stage) -> np.ndarray:
    share = np.linspace(0.0, 1.0, 8)
    x = middle[0] + side * (start + (77.0 - start) * share**0.7)
    z = rest - 0.0035 * (start - 8.0) ** 2 + (0.0 - rest + 8.0) * share
    points = np.stack([x, np.full(8, middle[1] + 4.0), z], axis=-1)
    return stage.camera.project(stage.camera.pose(points))


def _shade(layers: Layers, window: Window, drawing: np.ndarray, frame: Frame, scale: float) -> None:
    """Darken the skin a little under the frame, in place."""
    moved = np.roll(drawing, round(3.0 * scale * window.times), axis=0)
    soft = window.reduced(cv2.GaussianBlur(moved, (0, 0), 1.6 * scale * window.times))
    skin = layers.depth[window.area] > -20.0
    layers.colour[window.area] *= 1.0 - (0.34 * soft * skin)[..., None]


def _lenses(layers: Layers, window: Window, frame: Frame, stage: Stage) -> None:
    """Lay the faint tint and a reflection of the lenses over the eyes, in place."""
    part = layers.colour[window.area]
    sky = (stage.lamps.sky + 0.3 * stage.lamps.key_colour) * layers.cover[window.area][..., None]
    for rim in frame.rims:
        glass = window.reduced(window.polygon(rim))
        low, high = rim.min(axis=0), rim.max(axis=0)
        rows, columns = window.area
        y = (np.arange(rows.start, rows.stop) - low[1]) / max(high[1] - low[1], 1.0)
        x = (np.arange(columns.start, columns.stop) - low[0]) / max(high[0] - low[0], 1.0)
        slant = y[:, None] + 0.6 * x[None]
        gleam = 0.05 * np.clip(1.0 - slant / 0.75, 0, 1) + 0.035 * np.exp(
            -(((slant - 1.05) / 0.06) ** 2)
        )
        part *= 1.0 - 0.05 * glass[..., None]
        part += (glass * gleam).astype(np.float32)[..., None] * sky


def _metal(window: Window, drawing: np.ndarray, stage: Stage, scale: float) -> np.ndarray:
    """Colour of the frame (h, w, 3): dark, with the light along its upper edges."""
    soft = cv2.GaussianBlur(drawing, (0, 0), 0.45 * scale * window.times)
    edge = np.clip(-cv2.Sobel(soft, cv2.CV_32F, 0, 1, ksize=3), 0.0, 1.0)
    lamps = stage.lamps
    base = np.asarray(stage.person.clothes.frame, np.float32) * (lamps.sky + 0.5 * lamps.key_colour)
    gleam = window.reduced(np.clip(soft - edge, 0, 1))[..., None]
    return base * 0.8 + 0.018 * lamps.key_colour * gleam
