"""Neck, shoulders and what is worn on them."""

from dataclasses import dataclass
from functools import lru_cache

import cv2
import numpy as np
from scipy.interpolate import PchipInterpolator

from idlock.cast.camera import Camera
from idlock.cast.fields import crest, hill, hills, step
from idlock.cast.layers import Layers
from idlock.cast.light import diffuse, normals, shine_on
from idlock.cast.noise import look, tile
from idlock.cast.people import Person
from idlock.cast.raster import sight
from idlock.cast.skin import colour, mixed
from idlock.cast.stage import Stage, follow

NECKLINES = ("crew", "v", "collar", "scoop")

# Height, half breadth, front and middle of the slices, mm.
_SLICES = np.array(
    [
        [-52.0, 50.0, 20.0, -22.0],
        [-88.0, 52.0, 34.0, -20.0],
        [-108.0, 53.5, 40.0, -18.0],
        [-126.0, 57.0, 40.0, -17.0],
        [-139.0, 68.0, 40.0, -17.0],
        [-151.0, 92.0, 42.0, -18.0],
        [-163.0, 124.0, 47.0, -20.0],
        [-177.0, 156.0, 57.0, -22.0],
        [-195.0, 186.0, 68.0, -24.0],
        [-220.0, 206.0, 80.0, -26.0],
        [-300.0, 226.0, 92.0, -28.0],
    ]
)


@dataclass(frozen=True, eq=False)
class Bust:
    """Neck and shoulders on a grid, not yet posed.

    Attributes:
        points: (R, C, 3) float32 mm.
        albedo: (R, C, 3) float32 linear RGB.
        cloth: (R, C) float32, 1 where clothes are.
        sky: (R, C) float32, share of the surroundings seen, 0..1.
    """

    points: np.ndarray
    albedo: np.ndarray
    cloth: np.ndarray
    sky: np.ndarray


@lru_cache(maxsize=4)
def _slices(size: int) -> np.ndarray:
    """Mean neck and shoulders, (R, C, 3) float32 mm."""
    rows = int(np.clip(size * 0.48, 100, 900))
    columns = int(np.clip(size * 0.76, 180, 1400))
    y = -52.0 - 168.0 * np.linspace(0.0, 1.0, rows)
    turn = np.radians(104.0) * np.linspace(-1.0, 1.0, columns)
    half, front, middle = PchipInterpolator(-_SLICES[:, 0], _SLICES[:, 1:])(-y).T[..., None]
    sine, cosine = np.sin(turn), np.cos(turn)
    flat = step(-y, 138.0, 175.0)[:, None]
    x = half * (
        sine * (1 - flat) + flat * np.sign(sine) * np.abs(turn / np.radians(104.0)) ** 1.0 * 1.02
    )
    z = middle + (front - middle) * np.sign(cosine) * np.abs(cosine) ** (1.0 - 0.35 * flat)
    return np.stack([x, np.broadcast_to(y[:, None], x.shape), z], axis=-1).astype(np.float32)


@lru_cache(maxsize=4)
def _anatomy(size: int) -> tuple[np.ndarray, ...]:
    """Where muscles, collar bones, the notch between them, larynx and pits are, (R, C) each."""
    points = _slices(size)
    x, y = points[..., 0], points[..., 1]
    far = np.abs(x)
    strap = crest(far, y, [(50, -84), (36, -118), (20, -143), (9, -158)], 6.0)
    bone = crest(far, y, [(9, -163), (40, -163), (80, -156), (120, -158)], 4.0)
    notch = hill(x, y, (0, -158), (8, 6))
    larynx = hill(x, y, (0, -124), (8, 8))
    pit = hills(x, y, (42, -149), (16, 7))
    in_front = points[..., 2] > -10
    return tuple(part * in_front for part in (strap, bone, notch, larynx, pit))


def _relief(size: int, person: Person) -> np.ndarray:
    """Muscles, collar bones and larynx, mm outwards."""
    strap, bone, notch, larynx, pit = _anatomy(size)
    lean = 1.0 - 0.35 * np.clip(person.shape.fullness, -1.5, 1.5)
    return (
        4.0 * strap * lean
        + 3.4 * bone * lean
        - 4.0 * notch
        - 3.5 * pit * lean
        + 4.5 * person.masculine * larynx
    )


def neckline(x: np.ndarray, person: Person) -> np.ndarray:
    """Height of the clothes' upper edge at ``x``, mm."""
    far = np.abs(x)
    if person.clothes.neckline == "v":
        return -200.0 + 0.80 * np.minimum(far, 70.0) + 0.25 * np.maximum(far - 70, 0)
    if person.clothes.neckline == "scoop":
        return -190.0 + 0.0070 * np.minimum(far, 84.0) ** 2
    if person.clothes.neckline == "collar":
        return -172.0 + 0.52 * np.minimum(far, 66.0)
    return -162.0 + 0.0060 * np.minimum(far, 66.0) ** 2


@lru_cache(maxsize=8)
def bust(person: Person, size: int) -> Bust:
    """Model and paint a person's neck and shoulders."""
    points = _slices(size)
    x, y, z = (points[..., k] for k in range(3))
    fat = np.clip(person.shape.fullness, -2, 2)
    girth = 0.98 + 0.15 * (person.masculine - 0.5) + 0.035 * person.build + 0.02 * fat
    low = step(-y, 125.0, 175.0)
    broad = 1.0 + 0.10 * (person.masculine - 0.5) + 0.04 * person.build
    scale = girth * (1 - low) + broad * low
    z = z + _relief(size, person)
    stack = np.stack([x * scale, y, z], axis=-1).astype(np.float32)
    edge = neckline(x, person)
    draw = np.random.default_rng([person.seed, 5])
    offset = draw.uniform(0, 1, 4).astype(np.float32)
    u, v = (x / 190.0).astype(np.float32), (y / 190.0).astype(np.float32)
    folds = look(tile((4, 8), 0.5), 0.6 * u + offset[0], 0.25 * v + offset[1])
    weave = look(tile((128, 256), 1.0), 1.9 * u, 1.9 * v)
    cloth = step(edge - y, -0.6, 0.9).astype(np.float32)
    hem = np.exp(-(((edge - y - 4.0) / 3.6) ** 2))
    lift = cloth * (2.6 + 1.4 * folds * low + 1.2 * hem)
    stack[..., 2] += lift.astype(np.float32)
    stack[..., 1] += (0.4 * lift).astype(np.float32)
    wear = person.clothes
    cloud = look(tile((8, 16, 32)), u + offset[2], v + offset[3])
    bare = colour(
        person.skin.melanin * (0.96 + 0.05 * cloud),
        person.skin.blood * (1.0 + 0.15 * cloud) + 0.03,
        person.skin.yellow,
    )
    fabric = np.asarray(wear.colour, np.float32) * (1.0 + 0.07 * weave)[..., None]
    band = step(hem, 0.30, 0.42) * (wear.neckline in ("crew", "collar"))
    fabric = mixed(fabric, np.asarray(wear.accent, np.float32), 0.85 * band)
    under = np.exp(-(np.clip(y - edge, 0, None) / 2.2)) * (1 - cloth)
    bare = bare * (1.0 - 0.45 * under[..., None])
    return Bust(stack, mixed(bare, fabric, cloth), cloth, _sky(stack))


def _sky(points: np.ndarray) -> np.ndarray:
    """Share of the surroundings that neck and shoulders see, (R, C) float32."""
    # The chin hangs over the neck and takes most of the sky from it.
    under = np.clip((-points[..., 1] - 92.0) / 74.0, 0.14, 1.0)
    out = np.clip(np.abs(points[..., 0]) / 75.0, 0.0, 1.0) ** 2
    return np.maximum(under, out * 0.8) ** np.float32(0.8)


def posed(person: Person, camera: Camera) -> np.ndarray:
    """Let the neck follow the head, the shoulders stay; (R, C, 3) float32 mm."""
    return follow(bust(person, camera.size).points, camera, -150.0, -70.0)


def draw_bust(layers: Layers, points: np.ndarray, stage: Stage) -> None:
    """Draw neck, shoulders and clothes.

    Args:
        layers: the picture.
        points: (R, C, 3) as `posed` returns them.
        stage: person, camera and light.
    """
    body = bust(stage.person, stage.size)
    facing = normals(points, (slice(0, len(points)),))
    # Shadows are soft here, so that every other point tells enough of them.
    shade = stage.shadows.light(points[::2, ::2], facing[::2, ::2])
    shade = cv2.GaussianBlur(shade, (0, 0), stage.size / 140)
    shade = cv2.resize(shade, points.shape[1::-1], interpolation=cv2.INTER_LINEAR)
    softness = np.array([0.24, 0.14, 0.10])
    light = diffuse(facing, body.sky, shade, stage.lamps, softness) * body.albedo
    shine_on(light, facing, shade, 0.020 * body.sky * (1.0 - body.cloth), stage.lamps)
    seen = sight(stage.camera.project(points), points[..., 2], stage.frame)
    layers.add(seen.fetch(light), seen.cover, seen.depth, seen.area)
