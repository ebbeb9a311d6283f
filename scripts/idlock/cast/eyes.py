"""Eyeballs between the lids, and the lashes: drawn exactly, a pixel at a time."""

from dataclasses import dataclass

import cv2
import numpy as np

from idlock.cast.camera import Camera, rotation
from idlock.cast.fields import step
from idlock.cast.head import EYEBALL_RADIUS
from idlock.cast.layers import Layers
from idlock.cast.light import VIEW, Lights, dot
from idlock.cast.noise import look, tile
from idlock.cast.people import Person
from idlock.cast.window import Window, around

IRIS_RADIUS = 5.85
CORNEA_FORWARD, CORNEA_RADIUS = 5.2, 7.9


@dataclass(frozen=True, eq=False)
class Opening:
    """One eye as the picture shows it.

    Attributes:
        upper: (n, 2) edge of the upper lid from the picture's left to its right, px.
        lower: (n, 2) edge of the lower lid, px.
        centre: (3,) centre of the eyeball, posed, mm.
        side: -1 for the eye on the picture's left, 1 for the other.
    """

    upper: np.ndarray
    lower: np.ndarray
    centre: np.ndarray
    side: int

    @property
    def outline(self) -> np.ndarray:
        """The opening as one polygon (2n, 2), px."""
        return np.concatenate([self.upper, self.lower[::-1]])


@dataclass(frozen=True, eq=False)
class Look:
    """What the eyes of one picture share: who, under which light, looking where."""

    person: Person
    camera: Camera
    lamps: Lights
    gaze: tuple[float, float]


def draw_eye(layers: Layers, eye: Opening, look_: Look) -> None:
    """Draw one eyeball and its lashes into a picture, in place.

    Args:
        layers: the picture, already holding the skin; nearer skin (a nose) hides the eye.
        eye: where the lids are.
        look_: the rest of what matters.
    """
    scale = look_.camera.reach(80.0)
    times = 4 if look_.camera.size < 400 else 3
    window = around(eye.outline, 2.0, look_.camera, times)
    wide = around(eye.outline, 6.0 * scale, look_.camera, times)
    if window is None or wide is None:
        return
    nose = float(eye.centre[2]) + EYEBALL_RADIUS + 7.0
    mask = window.polygon(eye.outline)
    if mask.max() > 0:
        ball = _eyeball(window, mask, eye, look_, scale)
        share = window.reduced(mask)
        colour = window.reduced(ball * mask[..., None]) / np.maximum(share, 1e-3)[..., None]
        share = share * (layers.depth[window.area] < nose)
        layers.fill(colour, share, float(eye.centre[2]) + EYEBALL_RADIUS - 1.0, window.area)
    part = layers.colour[wide.area]
    _lashes(part, wide, eye, look_, scale, layers.depth[wide.area] > nose)


def _eyeball(
    window: Window, mask: np.ndarray, eye: Opening, look_: Look, scale: float
) -> np.ndarray:
    """Colour of the eyeball at every subpixel of the window, (h, w, 3)."""
    x, y = window.pixels()
    camera, half = look_.camera, look_.camera.size * 0.5
    dx = (x - half) / scale - camera.shift[0] - eye.centre[0]
    dy = (half - y) / scale - camera.shift[1] - eye.centre[1]
    reach2 = np.float32(EYEBALL_RADIUS**2)
    dz = np.sqrt(np.maximum(reach2 - dx * dx - dy * dy, 1.0))
    normal = np.stack([dx, dy, dz], axis=-1) / np.float32(EYEBALL_RADIUS)
    across, up = look_.gaze
    # Eyes turn slightly towards each other: what they look at is near.
    axes = (camera.turn @ rotation(-up, across - 1.6 * eye.side, 0.0)).astype(np.float32)
    local = np.stack([dot(normal, axes[:, k]) for k in range(3)], axis=-1)
    px, py = local[..., 0] * np.float32(EYEBALL_RADIUS), local[..., 1] * np.float32(EYEBALL_RADIUS)
    # The iris lies behind the cornea and is seen a little larger and nearer.
    radius = np.where(local[..., 2] > 0, np.hypot(px, py), 20.0).astype(np.float32)
    light_in = _lid_light(window, mask, eye, scale)
    white = _sclera(window, normal, local, eye, look_)
    iris = _iris(radius, np.arctan2(py, px), py, look_.person)
    edge = step(radius, IRIS_RADIUS + 0.35, IRIS_RADIUS - 0.35)[..., None]
    ball = white * (1.0 - edge) + iris * edge * (0.62 + 0.75 * _glow(normal, look_))[..., None]
    ball = ball * light_in[..., None]
    return ball + _reflections(dx, dy, axes, look_) * (0.25 + 0.75 * light_in[..., None])


def _lid_light(window: Window, mask: np.ndarray, eye: Opening, scale: float) -> np.ndarray:
    """Shade that the lids and lashes throw on the eyeball, 0..1."""
    unit_ = scale * window.times
    down = max(round(1.5 * unit_), 1)
    lowered = np.zeros_like(mask)
    lowered[down:] = mask[:-down] if down < len(mask) else 0
    upper = cv2.GaussianBlur(lowered, (0, 0), 1.15 * unit_)
    rim = cv2.GaussianBlur(mask, (0, 0), 0.9 * unit_)
    return (0.30 + 0.70 * np.clip(upper * 1.08, 0, 1)) * (
        0.52 + 0.48 * np.clip(rim * 2.0 - 1.0, 0, 1) ** 0.7
    )


def _glow(normal: np.ndarray, look_: Look) -> np.ndarray:
    lamps = look_.lamps
    key = np.maximum(dot(normal, lamps.key) * 0.75 + 0.25, 0.0) * float(lamps.key_colour.mean())
    around_ = float(lamps.sky.mean()) * (0.6 + 0.4 * normal[..., 1]) + 0.5 * float(
        lamps.fill_colour.mean()
    )
    return (key + around_) * 0.55


def _sclera(
    window: Window, normal: np.ndarray, local: np.ndarray, eye: Opening, look_: Look
) -> np.ndarray:
    person = look_.person
    veins = look(
        tile((16, 32, 64)), local[..., 0] * 0.9 + 0.13 * person.seed % 1, local[..., 1] * 0.9
    )
    out = np.clip(np.abs(local[..., 0]) * 1.25 - 0.35, 0, 1)
    old = np.clip((person.age - 30) / 50, 0, 1)
    pink = out * (0.25 + 0.15 * np.exp(-np.abs(veins) * 5))
    yellow = 0.05 + 0.10 * old + 0.04 * min(person.skin.melanin, 2.0)
    base = np.stack(
        [0.66 - 0.03 * pink, 0.60 - 0.20 * pink - 0.3 * yellow, 0.57 - 0.20 * pink - 0.9 * yellow],
        axis=-1,
    )
    inner = local[..., 0] * -eye.side
    caruncle = step(inner, 0.80, 0.97)[..., None]
    base = base * (1 - caruncle) + np.array([0.42, 0.17, 0.15], np.float32) * caruncle
    return (base * _glow(normal, look_)[..., None]).astype(np.float32)


def _iris(radius: np.ndarray, angle: np.ndarray, height: np.ndarray, person: Person) -> np.ndarray:
    """Colour of iris and pupil by distance from the middle (mm) and angle."""
    eyes = person.eyes
    turns = (angle / (2 * np.pi)).astype(np.float32)
    share = np.clip(radius / IRIS_RADIUS, 0, 1)
    fibre = look(tile((64, 128), 0.8), turns + 0.37 * (person.seed % 7), 0.02 + 0.06 * share)
    crypt = look(tile((8, 16, 32)), turns, 0.3 + 0.25 * share)
    pupil = eyes.pupil / 2 / IRIS_RADIUS
    collar = np.exp(-(((share - pupil - 0.17) / 0.12) ** 2))
    value = 0.85 + 0.20 * fibre + 0.16 * crypt + 0.25 * collar
    value = value * (1.0 - eyes.ring * step(share, 0.74, 1.0) * 0.8)
    # Light falls in from above and lights the lower half from within.
    value = value * (1.0 - 0.30 * np.clip(height / IRIS_RADIUS, -1, 1))
    base = np.asarray(eyes.iris, np.float32)
    amber = base * np.array([1.25, 0.95, 0.62], np.float32)
    colour = base + (amber - base) * (0.7 * collar)[..., None]
    colour = colour * np.clip(value, 0.08, 2.0)[..., None] + 0.004
    black = step(share, pupil - 0.04, pupil + 0.05)[..., None]
    return colour * black + 0.004 * (1 - black)


def _reflections(dx: np.ndarray, dy: np.ndarray, axes: np.ndarray, look_: Look) -> np.ndarray:
    """Lights mirrored in cornea and tear film, (h, w, 3)."""
    cornea = axes[:, 2] * np.float32(CORNEA_FORWARD)
    result = np.zeros((*dx.shape, 3), np.float32)
    lamps = look_.lamps
    for towards, colour, size, strength in (
        (lamps.key, lamps.key_colour, 0.95, 1.5),
        (lamps.fill, lamps.fill_colour, 1.5, 0.35),
    ):
        half = towards + VIEW
        half = half / np.linalg.norm(half) * np.float32(CORNEA_RADIUS)
        across, up = dx - (cornea[0] + half[0]), dy - (cornea[1] + half[1])
        across *= across
        up *= up
        away = (across * across + up * up) * np.float32(size**-4)
        result += (np.exp(-away) * np.float32(strength))[..., None] * colour
    sky = np.exp(-(((dx - cornea[0]) / 3.6) ** 2) - ((dy - cornea[1] - 2.6) / 1.5) ** 2)
    return result + (0.06 * sky)[..., None] * (lamps.sky + 0.2)


def _lashes(
    part: np.ndarray, window: Window, eye: Opening, look_: Look, scale: float, hidden: np.ndarray
) -> None:
    """Darken the lids' edges and draw the lashes, in place."""
    person = look_.person
    feminine = 1.0 - person.masculine
    tall = float(np.clip((eye.lower[:, 1] - eye.upper[:, 1]).max() / (9.0 * scale), 0.0, 1.3))
    n = len(eye.upper)
    inside = slice(max(n // 14, 1), None) if eye.side > 0 else slice(0, n - max(n // 14, 1))
    edge = window.strokes(
        [eye.upper[inside]], (0.75 + 0.35 * feminine + 0.8 * person.eyes.liner) * scale
    )
    lines = _hairs(eye, look_, scale, tall)
    hairs = 0.55 * window.strokes(lines, 0.16 * scale)
    hairs = hairs + 0.45 * window.strokes(lines[:, :3], 0.24 * scale)
    low = window.strokes([eye.lower[n // 5 : -n // 8]], 0.5 * scale) * (
        0.28 + 0.4 * person.eyes.liner
    )
    strength = 0.62 + 0.25 * feminine
    ink = np.maximum(np.maximum(edge * strength, hairs * (0.42 + 0.33 * feminine)), low)
    ink = window.reduced(cv2.GaussianBlur(ink, (0, 0), 0.6))
    ink = ink * ~hidden
    brown = np.array([0.012, 0.008, 0.006], np.float32)
    part += (brown - part) * ink[..., None]


def _hairs(eye: Opening, look_: Look, scale: float, tall: float) -> np.ndarray:
    """Lines (n, 5, 2) of the upper and lower lashes, px."""
    person = look_.person
    draw = np.random.default_rng([person.seed, 31, 1 + eye.side])
    long = (1.5 + 1.7 * (1.0 - person.masculine)) * person.eyes.lashes * scale
    bend = np.linspace(0.0, 1.0, 5)
    lines = []
    lift = 0.35 + 0.65 * min(tall, 1.0) if tall > 0.12 else -0.75
    for edge, count, length, sign in (
        (eye.upper, 84, long, -lift),
        (eye.lower, 34, 0.42 * long, 0.8),
    ):
        place = draw.uniform(0.04, 0.99, count)
        at = (place if eye.side > 0 else 1.0 - place) * (len(edge) - 1)
        knots = np.arange(len(edge))
        root = np.stack([np.interp(at, knots, edge[:, k]) for k in range(2)], axis=-1)
        reach = length * draw.uniform(0.5, 1.2, count) * (0.45 + 0.75 * place)
        lean = eye.side * (place - 0.42) * 1.25 + draw.normal(0, 0.17, count)
        tip = np.stack([lean * reach, sign * reach], axis=-1)
        sweep = np.stack([0.56 * lean * reach, -0.40 * np.sign(sign) * reach], axis=-1)
        curve = (bend * (1 - bend))[:, None]
        lines.append(root[:, None] + bend[:, None] * tip[:, None] + curve * sweep[:, None])
    return np.concatenate(lines)
