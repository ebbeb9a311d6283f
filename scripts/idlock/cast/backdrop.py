"""What is behind the person, out of focus."""

import cv2
import numpy as np

from idlock.cast.noise import look, tile
from idlock.cast.scenes import Scene

BACKDROPS = ("studio", "room", "garden")
_SMALL = 96
_PLACE = np.linspace(-1.0, 1.0, _SMALL, dtype=np.float32)  # of columns and of rows


def backdrop(scene: Scene, size: int) -> np.ndarray:
    """Paint the background of a scene, (S, S, 3) float32 linear RGB."""
    draw = np.random.default_rng([scene.seed, 3])
    x, y = np.meshgrid(_PLACE, _PLACE)
    paint = {"studio": _studio, "room": _room, "garden": _garden}[scene.backdrop]
    small = paint(scene, draw, x, y)
    small = small * (1.0 - 0.16 * np.clip(x * x + y * y - 0.5, 0, 2))[..., None]
    big = cv2.resize(small.astype(np.float32), (size, size), interpolation=cv2.INTER_LINEAR)
    return np.maximum(big, 0.0)


def _studio(scene: Scene, draw: np.random.Generator, x: np.ndarray, y: np.ndarray) -> np.ndarray:
    """A paper roll with a pool of light on it."""
    at = draw.uniform(-0.6, 0.6), draw.uniform(-0.5, 0.4)
    pool = np.exp(-(((x - at[0]) / 1.1) ** 2) - ((y - at[1]) / 1.2) ** 2)
    mottle = look(tile((4, 8, 16)), x * 0.18 + draw.uniform(), y * 0.18 + draw.uniform())
    value = 0.50 + 0.62 * pool + 0.035 * mottle
    return np.asarray(scene.hue, np.float32) * value[..., None]


def _room(scene: Scene, draw: np.random.Generator, x: np.ndarray, y: np.ndarray) -> np.ndarray:
    """A wall, furniture and perhaps a window, well out of focus."""
    wall = np.asarray(scene.hue, np.float32)
    picture = np.empty((_SMALL, _SMALL, 3), np.float32)
    picture[:] = wall * 0.85
    edge = draw.uniform(-0.8, 0.8)
    picture[x > edge] *= draw.uniform(0.55, 0.85)
    for _ in range(int(draw.integers(3, 7))):
        cx, cy, w, h = (
            draw.uniform(-1, 1),
            draw.uniform(-0.7, 1.0),
            draw.uniform(0.1, 0.4),
            draw.uniform(0.1, 0.5),
        )
        tone = wall * draw.uniform(0.25, 1.3) + draw.uniform(-0.05, 0.10, 3) * [1.2, 0.8, 0.5]
        picture[(np.abs(x - cx) < w) & (np.abs(y - cy) < h)] = np.clip(tone, 0.01, 1.0)
    if draw.uniform() < 0.6:
        cx, w = draw.choice([-0.75, 0.75]), draw.uniform(0.16, 0.34)
        picture[(np.abs(x - cx) < w) & (y < draw.uniform(-0.1, 0.6)) & (y > -0.9)] = [
            0.95,
            0.98,
            1.0,
        ]
    return cv2.GaussianBlur(picture, (0, 0), 4.5, borderType=cv2.BORDER_REFLECT)


def _garden(scene: Scene, draw: np.random.Generator, x: np.ndarray, y: np.ndarray) -> np.ndarray:
    """Leaves and discs of light."""
    leaf = look(tile((4, 8, 16)), x * 0.22 + draw.uniform(), y * 0.22 + draw.uniform())
    green = np.array([0.10, 0.17, 0.06], np.float32)
    sky = np.array([0.48, 0.54, 0.58], np.float32)
    share = np.clip(0.30 + 0.30 * leaf - 0.35 * y, 0, 1)[..., None]
    picture = (green * (1.0 + 0.35 * leaf[..., None]) * (1 - share) + sky * share).astype(
        np.float32
    )
    picture = cv2.GaussianBlur(picture, (0, 0), 4.0, borderType=cv2.BORDER_REFLECT)
    for _ in range(int(draw.integers(6, 16))):
        cx, cy, r = draw.uniform(-1, 1), draw.uniform(-1, 0.6), draw.uniform(0.05, 0.14)
        rows, columns = (slice(*np.searchsorted(_PLACE, (at - r, at + r))) for at in (cy, cx))
        away = np.hypot(_PLACE[columns] - cx, _PLACE[rows, None] - cy)[..., None]
        disc = np.clip((r - away) / 0.035, 0, 1)
        picture[rows, columns] += disc * draw.uniform(0.04, 0.22) * [1.0, 1.0, 0.75]
    return cv2.GaussianBlur(picture, (0, 0), 1.4, borderType=cv2.BORDER_REFLECT)
