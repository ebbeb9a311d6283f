"""Light on surfaces, in linear RGB: a key light, a fill, the sky and a rim."""

from dataclasses import dataclass
from functools import cached_property

import cv2
import numpy as np

from idlock.cast.compiled import compiled
from idlock.cast.grid import blended, neighbours
from idlock.cast.scenes import Scene

VIEW = np.array([0.0, 0.0, 1.0], np.float32)


@dataclass(frozen=True, eq=False)
class Lights:
    """Directions towards the lights (3,) float32, unit length, and their colours (3,)."""

    key: np.ndarray
    key_colour: np.ndarray
    fill: np.ndarray
    fill_colour: np.ndarray
    rim: np.ndarray
    rim_colour: np.ndarray
    sky: np.ndarray
    floor: np.ndarray

    @cached_property
    def beams(self) -> np.ndarray:
        """Key, fill, rim: each its direction, half way to the viewer, colour; (3, 3, 3) float32."""
        towards = np.stack([self.key, self.fill, self.rim])
        half = towards + VIEW
        half /= np.linalg.norm(half, axis=1, keepdims=True)
        colours = np.stack([self.key_colour, self.fill_colour, self.rim_colour])
        return np.stack([towards, half, colours], axis=1).astype(np.float32)

    @cached_property
    def around(self) -> np.ndarray:
        """What comes from below and how much more from above: (2, 3) float32."""
        return np.stack([self.floor, self.sky - self.floor]).astype(np.float32)


def direction(azimuth: float, elevation: float) -> np.ndarray:
    """Unit vector (3,) float32 towards a light, degrees."""
    a, e = np.radians(azimuth), np.radians(elevation)
    return np.array([np.sin(a) * np.cos(e), np.sin(e), np.cos(a) * np.cos(e)], np.float32)


def lights(scene: Scene) -> Lights:
    """Set up the lights of a scene."""
    warm = np.array([1.0 + 0.13 * scene.warmth, 1.0, 1.0 - 0.20 * scene.warmth], np.float32)
    cool = np.array([1.0 - 0.05 * scene.warmth, 1.0, 1.0 + 0.09 * scene.warmth], np.float32)
    hue = np.asarray(scene.hue, np.float32)
    tint = 0.75 + 0.25 * hue / max(float(hue.mean()), 1e-3)
    side = -1.0 if scene.azimuth > 0 else 1.0
    return Lights(
        key=direction(scene.azimuth, scene.elevation),
        key_colour=1.95 * scene.key * warm,
        fill=direction(side * 50.0, 8.0),
        fill_colour=scene.fill * cool,
        rim=direction(side * 140.0, 28.0),
        rim_colour=1.3 * scene.rim * warm,
        sky=0.92 * scene.ambient * cool * tint,
        floor=0.50 * scene.ambient * warm * tint,
    )


def normals(points: np.ndarray, bands: tuple[slice, ...]) -> np.ndarray:
    """Unit normals (Rf, Cf, 3) float32 of a grid of points, never taken across a slit."""
    return _normals(np.ascontiguousarray(points, np.float32), neighbours(bands))


@compiled
def _normals(points, beside):
    rows, columns, _ = points.shape
    result = np.empty_like(points)
    for i in range(rows):
        above, below = beside[i, 0], beside[i, 1]
        for j in range(columns):
            before, after = max(j - 1, 0), min(j + 1, columns - 1)
            xa = points[i, after, 0] - points[i, before, 0]
            ya = points[i, after, 1] - points[i, before, 1]
            za = points[i, after, 2] - points[i, before, 2]
            xd = points[below, j, 0] - points[above, j, 0]
            yd = points[below, j, 1] - points[above, j, 1]
            zd = points[below, j, 2] - points[above, j, 2]
            result[i, j, 0] = yd * za - zd * ya
            result[i, j, 1] = zd * xa - xd * za
            result[i, j, 2] = xd * ya - yd * xa
    return _unit(result.reshape(-1, 3)).reshape(points.shape)


def unit(vectors: np.ndarray) -> np.ndarray:
    """Return (..., 3) float32 scaled to unit length."""
    flat = np.ascontiguousarray(vectors, np.float32).reshape(-1, 3)
    return _unit(flat.copy()).reshape(vectors.shape)


@compiled
def _unit(vectors):
    """Scale (n, 3) to unit length in place."""
    for i in range(len(vectors)):
        x, y, z = vectors[i, 0], vectors[i, 1], vectors[i, 2]
        length = np.sqrt(x * x + y * y + z * z) + np.float32(1e-9)
        vectors[i, 0], vectors[i, 1], vectors[i, 2] = x / length, y / length, z / length
    return vectors


def _dot(vectors: np.ndarray, towards: np.ndarray) -> np.ndarray:
    """Dot product of (..., 3) with one direction."""
    x, y, z = (vectors[..., k] * towards[k] for k in range(3))
    return x + y + z


@compiled
def along(vectors, i, direction):
    """Dot product of row i of (n, 3) with a direction; for compiled loops."""
    return (
        vectors[i, 0] * direction[0] + vectors[i, 1] * direction[1] + vectors[i, 2] * direction[2]
    )


@compiled
def wrapped(cosine, reach):
    """Light that creeps ``reach`` past the terminator, as through skin; for compiled loops."""
    one = np.float32(1)
    return max((cosine + reach) / (one + reach), np.float32(0))


def diffuse(
    normal: np.ndarray,
    open_sky: np.ndarray,
    shadow: np.ndarray,
    lamps: Lights,
    softness: np.ndarray,
) -> np.ndarray:
    """Light arriving on a surface.

    Args:
        normal: (R, C, 3) unit normals.
        open_sky: (R, C) share of the surroundings each point sees, 0..1.
        shadow: (R, C) share of the key light that arrives, 0..1.
        lamps: the lights.
        softness: (3,) how far each channel creeps past the terminator.

    Returns:
        (R, C, 3) float32.
    """
    return _diffuse(
        *_flat(normal, open_sky, shadow), lamps.beams, lamps.around, softness.astype(np.float32)
    ).reshape(normal.shape)


def _flat(normal: np.ndarray, *values: np.ndarray) -> tuple[np.ndarray, ...]:
    """Rows of vectors (n, 3) and values (n,), float32, in one piece."""
    vectors = np.ascontiguousarray(normal, np.float32).reshape(-1, 3)
    return vectors, *(np.ascontiguousarray(value, np.float32).ravel() for value in values)


@compiled
def _diffuse(normal, open_sky, shadow, beams, around, softness):
    result = np.empty_like(normal)
    half = np.float32(0.5)
    for i in range(len(normal)):
        key = along(normal, i, beams[0, 0])
        fill = wrapped(along(normal, i, beams[1, 0]), np.float32(0.35)) * open_sky[i]
        rim = wrapped(along(normal, i, beams[2, 0]), np.float32(0.05)) * open_sky[i]
        up = half + half * normal[i, 1]
        lit = shadow[i] * (np.float32(0.35) + np.float32(0.65) * open_sky[i])
        # Deep folds in skin glow red: each bounce in there takes blue first.
        again = np.sqrt(np.sqrt(open_sky[i]))
        bounced = np.sqrt(again) * again * again * again
        for k in range(3):
            result[i, k] = (
                beams[0, 2, k] * wrapped(key, softness[k]) * lit
                + beams[1, 2, k] * fill
                + beams[2, 2, k] * rim
                + (around[0, k] + around[1, k] * up) * bounced
            )
            bounced *= again
    return result


def shine_on(
    light: np.ndarray, normal: np.ndarray, shadow: np.ndarray, strength: np.ndarray, lamps: Lights
) -> None:
    """Add the highlights of skin seen from the front, in place: a sheen and a sharper glint.

    Args:
        light: (R, C, 3) float32, in one piece; they are added to it.
        normal: (R, C, 3) unit normals.
        shadow: (R, C) share of the key light that arrives, 0..1.
        strength: (R, C) how much is mirrored.
        lamps: the lights.
    """
    _shine(light.reshape(-1, 3), *_flat(normal, shadow, strength), lamps.beams)


@compiled
def _shine(light, normal, shadow, strength, beams):
    nothing, one = np.float32(0), np.float32(1)
    shares = (one, np.float32(0.7), np.float32(0.5))
    for i in range(len(normal)):
        for beam in range(3):
            facing = along(normal, i, beams[beam, 0]) * np.float32(2.5) + np.float32(0.4)
            lobe = along(normal, i, beams[beam, 1])
            if facing <= nothing or lobe <= nothing:
                continue
            for _ in range(4):
                lobe *= lobe
            if beam == 0:
                lobe = (lobe + np.float32(1.3) * (lobe * lobe * lobe)) * shadow[i]
            lobe *= min(facing, one) * shares[beam] * strength[i]
            for k in range(3):
                light[i, k] += lobe * beams[beam, 2, k]


def openness(
    points: np.ndarray,
    facing: np.ndarray,
    scales: tuple[float, ...] = (2.5, 7.0, 16.0),
    weights: tuple[float, ...] = (0.20, 0.05, 0.02),
) -> np.ndarray:
    """Share of the surroundings a point sees, from how far it lies under its neighbourhood.

    Args:
        points: (R, C, 3) float32 control points.
        facing: (R, C, 3) unit normals.
        scales: widths of the neighbourhoods, cells.
        weights: darkening per mm of depth at each scale.
    """
    closed = np.zeros(points.shape[:2], np.float32)
    for scale, weight in zip(scales, weights, strict=True):
        _close(closed, points, _blurred(points, scale), facing, np.float32(weight))
    return np.exp(-closed)


@compiled
def _close(closed, points, around, facing, weight):
    """Add what the depth of points (R, C, 3) under those around them closes, in place."""
    for i in range(closed.shape[0]):
        for j in range(closed.shape[1]):
            depth = np.float32(0)
            for k in range(3):
                depth += (around[i, j, k] - points[i, j, k]) * facing[i, j, k]
            closed[i, j] += weight * max(depth, np.float32(0))


def _blurred(points: np.ndarray, scale: float) -> np.ndarray:
    """Blur (R, C, 3); a wide blur leaves nothing that a coarser grid would not carry as well."""
    coarser = 2 ** max(int(np.log2(scale / 2.5)), 0)
    if coarser == 1:
        return cv2.GaussianBlur(points, (0, 0), scale)
    fraction = 1.0 / coarser
    small = cv2.resize(points, None, fx=fraction, fy=fraction, interpolation=cv2.INTER_AREA)
    small = cv2.GaussianBlur(small, (0, 0), scale * fraction)
    return cv2.resize(small, points.shape[1::-1], interpolation=cv2.INTER_LINEAR)


_CELL = 3.2


@dataclass(frozen=True, eq=False)
class ShadowMap:
    """How far towards the key light things reach, seen from that light.

    Attributes:
        frame: (3, 3) columns: aside, up and towards the light.
        low: (2,) corner of the map, mm.
        reach: (h, w) float32 mm.
    """

    frame: np.ndarray
    low: np.ndarray
    reach: np.ndarray

    def light(self, points: np.ndarray, facing: np.ndarray, bias: float = 2.5) -> np.ndarray:
        """Share of the key light that arrives at points, 0..1.

        Args:
            points: (R, C, 3) float32 mm.
            facing: (R, C, 3) their unit normals; slopes do not shadow themselves.
            bias: what stands less than this over a point throws no shadow on it, mm.
        """
        vectors = (_flat(part)[0] for part in (points, facing))
        frame = np.ascontiguousarray(self.frame.T)
        lit = _lit(*vectors, frame, self.low, self.reach[..., None], np.float32(bias))
        return lit.reshape(points.shape[:-1])


@compiled
def _lit(points, facing, frame, low, reach, bias):
    """`ShadowMap.light` of points (n, 3)."""
    result = np.empty(len(points), np.float32)
    one, half, cell = np.float32(1), np.float32(0.5), np.float32(_CELL)
    blocker = np.empty(1, np.float32)
    for i in range(len(points)):
        column = (along(points, i, frame[0]) - low[0]) / cell - half
        row = (along(points, i, frame[1]) - low[1]) / cell - half
        blended(reach, row, column, blocker)
        over = blocker[0] - along(points, i, frame[2]) - bias
        if over <= np.float32(0):
            result[i] = one
            continue
        cosine = min(max(along(facing, i, frame[2]), np.float32(0.18)), one)
        over -= np.float32(3.2) * np.sqrt(one - cosine * cosine) / cosine
        result[i] = min(max(one - over / np.float32(6.0), np.float32(0)), one)
    return result


def shadow_map(casters: list[np.ndarray], towards: np.ndarray) -> ShadowMap:
    """Look at clouds of points (..., 3), some 3 mm apart, from the key light."""
    aside = np.cross(np.array([0.0, 1.0, 0.0]), towards)
    aside /= np.linalg.norm(aside)
    frame = np.stack([aside, np.cross(towards, aside), towards], axis=1).astype(np.float32)
    points = np.concatenate([caster.reshape(-1, 3) for caster in casters])
    u, v, w = (_dot(points, frame[:, k]) for k in range(3))
    low = np.array([u.min(), v.min()], np.float32) - 2 * _CELL
    column, row = ((u - low[0]) / _CELL).astype(np.int32), ((v - low[1]) / _CELL).astype(np.int32)
    shape = int(row.max()) + 3, int(column.max()) + 3
    flat = np.full(shape[0] * shape[1], -1e4, np.float32)
    np.maximum.at(flat, row * shape[1] + column, w)
    closed = cv2.morphologyEx(flat.reshape(shape), cv2.MORPH_CLOSE, np.ones((3, 3), np.uint8))
    return ShadowMap(frame, low, closed)
