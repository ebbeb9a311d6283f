"""Light on surfaces, in linear RGB: a key light, a fill, the sky and a rim."""

from dataclasses import dataclass

import cv2
import numpy as np

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
    """Unit normals (Rf, Cf, 3) of a grid of points, never taken across a slit."""
    across = np.empty_like(points)
    across[:, 1:-1] = points[:, 2:] - points[:, :-2]
    across[:, 0], across[:, -1] = points[:, 1] - points[:, 0], points[:, -1] - points[:, -2]
    down = np.empty_like(points)
    for band in bands:
        part = points[band]
        down[band][1:-1] = part[2:] - part[:-2]
        down[band][0], down[band][-1] = part[1] - part[0], part[-1] - part[-2]
    return unit(cross(down, across))


def cross(a: np.ndarray, b: np.ndarray) -> np.ndarray:
    """Cross product of two (..., 3) arrays, quicker than numpy's."""
    result = np.empty_like(a)
    for k in range(3):
        i, j = (k + 1) % 3, (k + 2) % 3
        result[..., k] = a[..., i] * b[..., j] - a[..., j] * b[..., i]
    return result


def unit(vectors: np.ndarray) -> np.ndarray:
    """Scale (..., 3) to unit length in place."""
    length = np.sqrt(np.einsum("...k,...k->...", vectors, vectors)) + np.float32(1e-9)
    vectors /= length[..., None]
    return vectors


def dot(vectors: np.ndarray, along: np.ndarray) -> np.ndarray:
    """Dot product of (..., 3) with one direction."""
    return vectors[..., 0] * along[0] + vectors[..., 1] * along[1] + vectors[..., 2] * along[2]


def wrapped(cosine: np.ndarray, reach: float) -> np.ndarray:
    """Light that creeps ``reach`` past the terminator, as through skin."""
    return np.maximum((cosine + np.float32(reach)) * np.float32(1.0 / (1.0 + reach)), 0.0)


def diffuse(
    normal: np.ndarray,
    open_sky: np.ndarray,
    shadow: np.ndarray,
    lamps: Lights,
    softness: np.ndarray,
) -> np.ndarray:
    """Light arriving on a surface.

    Args:
        normal: (..., 3) unit normals.
        open_sky: (...) share of the surroundings each point sees, 0..1.
        shadow: (...) share of the key light that arrives, 0..1.
        lamps: the lights.
        softness: (3,) how far each channel creeps past the terminator.

    Returns:
        (..., 3) float32.
    """
    key = dot(normal, lamps.key)
    fill = wrapped(dot(normal, lamps.fill), 0.35) * open_sky
    rim = wrapped(dot(normal, lamps.rim), 0.05) * open_sky
    up = 0.5 + 0.5 * normal[..., 1]
    result = np.empty_like(normal)
    for k in range(3):
        ambient = lamps.floor[k] + (lamps.sky[k] - lamps.floor[k]) * up
        # Deep folds in skin glow red: each bounce in there takes blue first.
        around = open_sky ** np.float32(0.9 + 0.25 * k)
        arriving = wrapped(key, float(softness[k])) * shadow * (0.35 + 0.65 * open_sky)
        result[..., k] = (
            lamps.key_colour[k] * arriving
            + lamps.fill_colour[k] * fill
            + lamps.rim_colour[k] * rim
            + ambient * around
        )
    return result


def gloss(normal: np.ndarray, lamps: Lights, shadow: np.ndarray) -> np.ndarray:
    """Highlights (..., 3) on skin seen from the front: a sheen and a sharper glint."""
    result = np.zeros_like(normal)
    for towards, colour, share, glint in (
        (lamps.key, lamps.key_colour, shadow, 1.3),
        (lamps.fill, lamps.fill_colour * 0.7, 1.0, 0.0),
        (lamps.rim, lamps.rim_colour * 0.5, 1.0, 0.0),
    ):
        half = towards + VIEW
        half /= np.linalg.norm(half)
        lobe = np.maximum(dot(normal, half), 0.0)
        for _ in range(4):
            lobe *= lobe
        if glint:
            lobe = lobe + np.float32(glint) * (lobe * lobe * lobe)
        lobe *= np.clip(dot(normal, towards) * 2.5 + 0.4, 0.0, 1.0) * share
        for k in range(3):
            result[..., k] += lobe * colour[k]
    return result


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
        around = cv2.GaussianBlur(points, (0, 0), scale)
        around -= points
        depth = sum(around[..., k] * facing[..., k] for k in range(3))
        closed += np.float32(weight) * np.maximum(depth, 0.0)
    return np.exp(-closed)


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
        aside, up, towards = (dot(points, self.frame[:, k]) for k in range(3))
        u = (aside - self.low[0]) * np.float32(1 / _CELL) - np.float32(0.5)
        v = (up - self.low[1]) * np.float32(1 / _CELL) - np.float32(0.5)
        blocker = cv2.remap(self.reach, u, v, cv2.INTER_LINEAR, borderMode=cv2.BORDER_REPLICATE)
        cosine = np.clip(dot(facing, self.frame[:, 2]), 0.18, 1.0)
        slope = np.sqrt(1.0 - cosine * cosine) / cosine
        return np.clip(1.0 - (blocker - towards - bias - 3.2 * slope) / 6.0, 0.0, 1.0)


def shadow_map(casters: list[np.ndarray], towards: np.ndarray) -> ShadowMap:
    """Look at clouds of points (..., 3), some 3 mm apart, from the key light."""
    aside = np.cross(np.array([0.0, 1.0, 0.0]), towards)
    aside /= np.linalg.norm(aside)
    frame = np.stack([aside, np.cross(towards, aside), towards], axis=1).astype(np.float32)
    points = np.concatenate([caster.reshape(-1, 3) for caster in casters])
    u, v, w = (dot(points, frame[:, k]) for k in range(3))
    low = np.array([u.min(), v.min()], np.float32) - 2 * _CELL
    column, row = ((u - low[0]) / _CELL).astype(np.int32), ((v - low[1]) / _CELL).astype(np.int32)
    shape = int(row.max()) + 3, int(column.max()) + 3
    flat = np.full(shape[0] * shape[1], -1e4, np.float32)
    np.maximum.at(flat, row * shape[1] + column, w)
    closed = cv2.morphologyEx(flat.reshape(shape), cv2.MORPH_CLOSE, np.ones((3, 3), np.uint8))
    return ShadowMap(frame, low, closed)
