"""Eyeballs between the lids, and the lashes: drawn exactly, a pixel at a time."""

from dataclasses import dataclass
from functools import lru_cache
from typing import NamedTuple

import cv2
import numpy as np

from idlock.cast.camera import Camera, rotation
from idlock.cast.compiled import compiled
from idlock.cast.fields import rise
from idlock.cast.head import EYEBALL_RADIUS
from idlock.cast.layers import Layers
from idlock.cast.light import Lights
from idlock.cast.noise import glimpse, tile
from idlock.cast.people import Person
from idlock.cast.window import Window, around

IRIS_RADIUS = 5.85
CORNEA_FORWARD, CORNEA_RADIUS = 5.2, 7.9
TIMES = 3  # as in `Window`


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
    window = around(eye.outline, 2.0, look_.camera, TIMES)
    wide = around(eye.outline, 6.0 * scale, look_.camera, TIMES)
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


class Ball(NamedTuple):
    """What is the same all over one eyeball, for compiled loops.

    Attributes:
        axes: (3, 3) float32, columns: the eye's own right, up and forwards.
        side: as in `Opening`.
        lights: (3,) brightness of key light, fill and sky.
        beams: as `Lights.beams`.
        haze: (3,) colour of the sky mirrored in the tear film.
        yellow: of the white of the eye, 0..0.2.
        pattern: number that tells one person's veins and fibres from another's.
        iris: (3,) linear RGB.
        ring: darkness of the iris' rim, 0..1.
        pupil: radius of the pupil as a share of the iris'.
        noises: (3, 512, 512) float32 tiles: veins, fibres, crypts.
    """

    axes: np.ndarray
    side: int
    lights: np.ndarray
    beams: np.ndarray
    haze: np.ndarray
    yellow: float
    pattern: int
    iris: np.ndarray
    ring: float
    pupil: float
    noises: np.ndarray


@lru_cache(maxsize=1)
def _noises() -> np.ndarray:
    return np.stack([tile((16, 32, 64)), tile((64, 128), 0.8), tile((8, 16, 32))])


def _eyeball(
    window: Window, mask: np.ndarray, eye: Opening, look_: Look, scale: float
) -> np.ndarray:
    """Colour of the eyeball at every subpixel of the window inside the mask, (h, w, 3)."""
    x, y = window.pixels()
    camera, half = look_.camera, look_.camera.size * 0.5
    dx = (x[0] - half) / scale - camera.shift[0] - eye.centre[0]
    dy = (half - y[:, 0]) / scale - camera.shift[1] - eye.centre[1]
    return _balled(dx, dy, mask, _lid_light(window, mask, eye, scale), _ball(eye, look_))


def _ball(eye: Opening, look_: Look) -> Ball:
    person, lamps = look_.person, look_.lamps
    across, up = look_.gaze
    # Eyes turn slightly towards each other: what they look at is near.
    axes = look_.camera.turn @ rotation(-up, across - 1.6 * eye.side, 0.0)
    old = float(np.clip((person.age - 30) / 50, 0, 1))
    bright = [lamps.key_colour.mean(), lamps.fill_colour.mean(), lamps.sky.mean()]
    return Ball(
        axes=axes.astype(np.float32),
        side=eye.side,
        lights=np.array(bright, np.float32),
        beams=lamps.beams,
        haze=lamps.sky + np.float32(0.2),
        yellow=0.05 + 0.10 * old + 0.04 * min(float(person.skin.melanin), 2.0),
        pattern=person.seed,
        iris=np.asarray(person.eyes.iris, np.float32),
        ring=float(person.eyes.ring),
        pupil=float(person.eyes.pupil) / 2.0 / IRIS_RADIUS,
        noises=_noises(),
    )


@compiled
def _balled(dx, dy, mask, light_in, ball):
    """Colour (h, w, 3) of an eyeball at places from its middle, mm across and up."""
    result = np.zeros((*mask.shape, 3), np.float32)
    for r in range(mask.shape[0]):
        for c in range(mask.shape[1]):
            if mask[r, c] <= 0:
                continue
            x, y = dx[c], dy[r]
            z = np.sqrt(max(EYEBALL_RADIUS**2 - x * x - y * y, 1.0))
            px, py, pz = _turned(ball.axes, x, y, z)
            radius = np.hypot(px, py) if pz > 0 else 20.0
            glow = _glow(x, y, z, ball)
            edge = rise(radius, IRIS_RADIUS + 0.35, IRIS_RADIUS - 0.35)
            white, iris = _white(px, py, glow, ball), (0.0, 0.0, 0.0)
            if edge > 0:
                iris = _iris(radius, np.arctan2(py, px), py, ball)
            mirrored = _mirrored(x, y, ball)
            light = light_in[r, c]
            for k in range(3):
                colour = white[k] * (1.0 - edge) + iris[k] * edge * (0.62 + 0.75 * glow)
                result[r, c, k] = colour * light + mirrored[k] * (0.25 + 0.75 * light)
    return result


@compiled
def _turned(axes, x, y, z):
    """A place from the eyeball's middle, mm, in the eye's own frame."""
    return (
        axes[0, 0] * x + axes[1, 0] * y + axes[2, 0] * z,
        axes[0, 1] * x + axes[1, 1] * y + axes[2, 1] * z,
        axes[0, 2] * x + axes[1, 2] * y + axes[2, 2] * z,
    )


@compiled
def _glow(x, y, z, ball):
    """Light on the eyeball at a place."""
    key, fill, sky = ball.lights
    towards = ball.beams[0, 0]
    cosine = (x * towards[0] + y * towards[1] + z * towards[2]) / EYEBALL_RADIUS
    around = sky * (0.6 + 0.4 * y / EYEBALL_RADIUS) + 0.5 * fill
    return (max(cosine * 0.75 + 0.25, 0.0) * key + around) * 0.55


@compiled
def _white(px, py, glow, ball):
    """Colour of the white of the eye and its inner corner."""
    u, v = px / EYEBALL_RADIUS, py / EYEBALL_RADIUS
    veins = glimpse(ball.noises[0], u * 0.9 + 0.13 * ball.pattern % 1, v * 0.9)
    out = min(max(abs(u) * 1.25 - 0.35, 0.0), 1.0)
    pink = out * (0.25 + 0.15 * np.exp(-abs(veins) * 5.0))
    flesh = rise(-u * ball.side, 0.80, 0.97)
    red = 0.66 - 0.03 * pink
    green = 0.60 - 0.20 * pink - 0.3 * ball.yellow
    blue = 0.57 - 0.20 * pink - 0.9 * ball.yellow
    return (
        (red + (0.42 - red) * flesh) * glow,
        (green + (0.17 - green) * flesh) * glow,
        (blue + (0.15 - blue) * flesh) * glow,
    )


@compiled
def _iris(radius, angle, height, ball):
    """Colour of iris and pupil by distance from the middle (mm) and angle."""
    turns = angle / (2.0 * np.pi)
    share = min(radius / IRIS_RADIUS, 1.0)
    fibre = glimpse(ball.noises[1], turns + 0.37 * (ball.pattern % 7), 0.02 + 0.06 * share)
    crypt = glimpse(ball.noises[2], turns, 0.3 + 0.25 * share)
    collar = np.exp(-(((share - ball.pupil - 0.17) / 0.12) ** 2))
    value = 0.85 + 0.20 * fibre + 0.16 * crypt + 0.25 * collar
    value *= 1.0 - ball.ring * rise(share, 0.74, 1.0) * 0.8
    # Light falls in from above and lights the lower half from within.
    value *= 1.0 - 0.30 * min(max(height / IRIS_RADIUS, -1.0), 1.0)
    value = min(max(value, 0.08), 2.0)
    open_ = rise(share, ball.pupil - 0.04, ball.pupil + 0.05)
    red, green, blue = ball.iris
    amber = 0.7 * collar
    return (
        red * (1.0 + 0.25 * amber) * value * open_ + 0.004,
        green * (1.0 - 0.05 * amber) * value * open_ + 0.004,
        blue * (1.0 - 0.38 * amber) * value * open_ + 0.004,
    )


@compiled
def _mirrored(x, y, ball):
    """Lights mirrored in cornea and tear film."""
    over, up = x - ball.axes[0, 2] * CORNEA_FORWARD, y - ball.axes[1, 2] * CORNEA_FORWARD
    key = 1.5 * _glint(over, up, ball.beams[0, 1], 0.95)
    fill = 0.35 * _glint(over, up, ball.beams[1, 1], 1.5)
    sky = 0.06 * np.exp(-((over / 3.6) ** 2) - ((up - 2.6) / 1.5) ** 2)
    return (
        key * ball.beams[0, 2, 0] + fill * ball.beams[1, 2, 0] + sky * ball.haze[0],
        key * ball.beams[0, 2, 1] + fill * ball.beams[1, 2, 1] + sky * ball.haze[1],
        key * ball.beams[0, 2, 2] + fill * ball.beams[1, 2, 2] + sky * ball.haze[2],
    )


@compiled
def _glint(over, up, half, size):
    """A light's image on the cornea, whose normal there is ``half``: 1 in its middle."""
    over, up = over - half[0] * CORNEA_RADIUS, up - half[1] * CORNEA_RADIUS
    return np.exp(-(over**4 + up**4) / size**4)


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
    lines = _hairs(eye, person, scale, tall)
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


class Lashes(NamedTuple):
    """The lashes of one lid, (n,) each: share of the way from the inner corner, mm, slope."""

    place: np.ndarray
    length: np.ndarray
    lean: np.ndarray


@lru_cache(maxsize=16)
def _grown(person: Person, side: int) -> tuple[Lashes, Lashes]:
    """Lashes of a person's upper and lower lid."""
    draw = np.random.default_rng([person.seed, 31, 1 + side])
    long = (1.5 + 1.7 * (1.0 - person.masculine)) * person.eyes.lashes
    lids = []
    for count, length in ((84, long), (34, 0.42 * long)):
        place = draw.uniform(0.04, 0.99, count)
        reach = length * draw.uniform(0.5, 1.2, count) * (0.45 + 0.75 * place)
        lids.append(
            Lashes(place, reach, side * (place - 0.42) * 1.25 + draw.normal(0, 0.17, count))
        )
    return lids[0], lids[1]


_BEND = np.linspace(0.0, 1.0, 5)  # from root to tip
_CURL = _BEND * (1.0 - _BEND)


def _hairs(eye: Opening, person: Person, scale: float, tall: float) -> np.ndarray:
    """Lines (n, 5, 2) of the upper and lower lashes, px."""
    lift = 0.35 + 0.65 * min(tall, 1.0) if tall > 0.12 else -0.75
    upper, lower = _grown(person, eye.side)
    lines = []
    for edge, lashes, sign in ((eye.upper, upper, -lift), (eye.lower, lower, 0.8)):
        at = (lashes.place if eye.side > 0 else 1.0 - lashes.place) * (len(edge) - 1)
        knots, reach = np.arange(len(edge)), scale * lashes.length[:, None]
        lean, out = lashes.lean[:, None] * reach, sign * reach
        x = np.interp(at, knots, edge[:, 0])[:, None] + lean * (_BEND + 0.56 * _CURL)
        y = np.interp(at, knots, edge[:, 1])[:, None] + out * _BEND
        lines.append(np.stack([x, y - 0.40 * np.sign(sign) * reach * _CURL], axis=-1))
    return np.concatenate(lines)
