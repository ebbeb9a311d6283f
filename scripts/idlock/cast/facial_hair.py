"""Brows and beards, painted hair by hair onto the skin's textures."""

from dataclasses import dataclass
from functools import lru_cache

import cv2
import numpy as np

from idlock.cast.fields import crest, hills, step
from idlock.cast.ground import Ground, ground
from idlock.cast.head import lip_edges
from idlock.cast.noise import look, tile
from idlock.cast.people import Beard, Person
from idlock.cast.window import Window


def brow_line(person: Person, share: np.ndarray) -> np.ndarray:
    """Middle line (n, 2) of a brow, mm on the mean face, from inner end (0) to outer (1)."""
    brows = person.brows
    x = brows.gap + 43.0 * brows.length * share
    arch = brows.arch * np.exp(-(((share - 0.64) / 0.30) ** 2))
    y = 15.2 + 2.2 * step(share, 0.0, 0.5) + arch + brows.tilt * (share - 0.3)
    y = y - 44.0 * np.maximum(share - 0.66, 0.0) ** 2
    return np.stack([x, y], axis=-1)


@lru_cache(maxsize=2)
def brow_paint(person: Person, size: int) -> np.ndarray:
    """Density of the brows' hair on the textures, (Rf, Cf) float32 0..1."""
    g = ground(size)
    box = g.texels(np.array([-62.0, 62.0]), np.array([33.0, 3.0]))
    left, top = np.floor(box[0]).astype(int)
    right, bottom = np.ceil(box[1]).astype(int)
    window = Window(int(left), int(top), int(right - left), int(bottom - top), 2)
    canvas = np.zeros(g.shape, np.float32)
    hairs = [_brow_hairs(person, side) * [side, 1] for side in (-1, 1)]
    lines = np.concatenate([g.texels(part[..., 0], part[..., 1]) for part in hairs])
    width = 0.42 / g.texel
    paint = np.zeros(window.shape, np.float32)
    # In three passes, so that crossing hairs grow darker.
    for part in (lines[::3], lines[1::3], lines[2::3]):
        paint = 1.0 - (1.0 - paint) * (1.0 - 0.62 * window.strokes(part, width))
    paint = cv2.GaussianBlur(paint, (0, 0), 0.5)
    canvas[window.area] = np.maximum(window.reduced(paint), _brow_shade(person, g, window.area))
    return canvas


def _thickness(share: np.ndarray) -> np.ndarray:
    return (0.45 + 0.55 * step(share, -0.02, 0.30)) * (1.0 - 0.82 * step(share, 0.45, 1.02))


def _brow_shade(person: Person, g: Ground, area: tuple[slice, slice]) -> np.ndarray:
    """A soft ground under the single hairs, in an area of the textures."""
    x, y, front = g.x[area], g.y[area], g.front[area]
    brows = person.brows
    share = np.clip((np.abs(x) - brows.gap) / (43.0 * brows.length), -0.2, 1.2)
    middle = brow_line(person, np.clip(share, 0, 1).ravel())[:, 1].reshape(share.shape)
    half = 0.5 * brows.thickness * _thickness(np.clip(share, 0, 1))
    across = np.abs(y - middle) / np.maximum(half, 0.5)
    ends = step(share, -0.05, 0.16) * step(share, 1.04, 0.90)
    return (0.52 * brows.density * step(across, 1.25, 0.45) * ends * front).astype(np.float32)


def _brow_hairs(person: Person, side: int) -> np.ndarray:
    """Hairs of one brow as lines (n, 4, 2) in mm, laid out on the right side of the face."""
    brows = person.brows
    draw = np.random.default_rng([person.seed, 23, 1 + side])
    count = int(230 * brows.density * (0.6 + brows.thickness / 18.0))
    share = draw.beta(1.25, 1.35, count)
    up = draw.uniform(-1.0, 1.0, count)
    half = 0.5 * brows.thickness * _thickness(share)
    root = brow_line(person, share) + np.stack([np.zeros(count), up * half], axis=-1)
    angle = np.interp(share, [0, 0.12, 0.4, 0.7, 1.0], [66, 52, 30, 4, -26]) - 24.0 * up * step(
        share, 0.05, 0.3
    )
    angle = np.radians(angle + draw.normal(0, 7, count))
    length = (
        (3.2 + 0.26 * brows.thickness)
        * draw.uniform(0.7, 1.15, count)
        * np.interp(share, [0, 0.2, 1], [0.70, 1.0, 0.75])
    )
    bend = np.linspace(0, 1, 4)
    heading = angle[:, None] - 0.35 * bend
    way = (bend * length[:, None])[..., None]
    along = way * np.stack([np.cos(heading), np.sin(heading)], axis=-1)
    return root[:, None] - length[:, None, None] * [0.4, 0.0] + along


@dataclass(frozen=True, eq=False)
class BeardPaint:
    """Hair of the face on the textures.

    Attributes:
        cover: (Rf, Cf) float32, how much of the skin the hairs hide.
        rise: (Rf, Cf) float32, how far the beard stands off the skin, mm.
        blue: (Rf, Cf) float32, stubble seen through shaved skin.
        value: (Rf, Cf) float32, brightness of single hairs about 1.
        grain: (Rf, Cf) float32 noise that tells one hair from the next.
    """

    cover: np.ndarray
    rise: np.ndarray
    blue: np.ndarray
    value: np.ndarray
    grain: np.ndarray


@lru_cache(maxsize=4)
def _zones(size: int) -> tuple[np.ndarray, ...]:
    """Where chin, cheek and moustache hair grows, (Rf, Cf) float32 each, 0..1."""
    g = ground(size)
    x, y, far = g.x, g.y, np.abs(g.x)
    upper, lower = lip_edges(x)
    lips = np.where(y >= -70, (y + 70) < upper + 0.8, (-70 - y) < lower + 0.8) & (far < 26)
    skin = 1.0 - lips
    lip = step(y, -48.5, -53.0) * step(y, -74.0, -66.0) * step(far, 33.0, 25.0)
    lip = np.maximum(lip, crest(far, y, [(22, -58), (29, -68), (31, -78), (27, -88)], 3.6))
    chin = (
        step(y, -80.0, -88.0) * step(far, 34.0, 25.0) * (1 - 0.5 * hills(x, y, (12, -82), (6, 4)))
    )
    line = np.interp(far, [0, 24, 34, 48, 60, 72], [-78, -74, -63, -44, -18, 8])
    jaw = step(y, line + 3.0, line - 7.0) * step(far, 20.0, 30.0)
    jaw = jaw * (np.abs(g.u) < 128)
    return tuple((zone * skin).astype(np.float32) for zone in (chin, jaw, lip))


@lru_cache(maxsize=2)
def beard_paint(person: Person, size: int) -> BeardPaint | None:
    """Paint a person's beard, or None for a smooth face."""
    beard: Beard = person.beard
    if max(beard.shadow, beard.chin, beard.jaw, beard.lip) < 0.02:
        return None
    g = ground(size)
    chin, jaw, lip = _zones(size)
    offset = np.random.default_rng([person.seed, 29]).uniform(0, 1, 4).astype(np.float32)
    soft = cv2.GaussianBlur(np.maximum(np.maximum(chin, jaw), lip), (0, 0), 2.0 / g.texel)
    hairs = look(
        tile((128, 256), 0.9),
        g.u / 75.0 + offset[0],
        g.v / 240.0 + 0.1 * np.abs(g.u) / 75.0 + offset[1],
    )
    clump = look(tile((16, 32)), g.u / 150.0 + offset[2], g.v / 260.0 + offset[3])
    zone = np.maximum(np.maximum(chin * beard.chin, jaw * beard.jaw), lip * beard.lip)
    ragged = cv2.GaussianBlur(zone, (0, 0), 1.5 / g.texel)
    thick = step(ragged * 1.25 + 0.16 * hairs + 0.08 * clump, 0.30, 0.78) * step(ragged, 0.03, 0.25)
    grown = np.clip(beard.length / 6.0, 0, 1)
    cover = thick * (0.45 + 0.52 * grown)
    rise = cv2.GaussianBlur(zone, (0, 0), 3.0 / g.texel) * beard.length * (0.8 + 0.12 * clump)
    rise = rise + thick * 0.13 * hairs * grown
    dots = 0.75 + 0.25 * hairs
    return BeardPaint(
        cover.astype(np.float32),
        rise.astype(np.float32),
        (soft * beard.shadow * dots).astype(np.float32),
        (0.62 * np.exp(0.28 * hairs + 0.18 * clump)).astype(np.float32),
        hairs,
    )
