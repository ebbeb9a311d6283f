"""Ears: a cup on each side of the head, modelled in polar places about its hollow."""

from functools import lru_cache

import cv2
import numpy as np
from scipy.interpolate import CubicSpline

from idlock.cast.chart import chart
from idlock.cast.fields import step
from idlock.cast.figure import resting
from idlock.cast.layers import Layers
from idlock.cast.light import normals, openness
from idlock.cast.people import Person
from idlock.cast.raster import sight
from idlock.cast.shading import lit_skin
from idlock.cast.skin import colour
from idlock.cast.stage import Stage

# Distance of the rim from the hollow, mm, by angle: 0 is backwards, 90 up, 180 forwards.
_RIM = np.array(
    [
        [0, 19.5],
        [30, 23.5],
        [60, 29.0],
        [90, 31.0],
        [120, 24.0],
        [150, 15.5],
        [180, 12.0],
        [210, 13.5],
        [240, 22.0],
        [262, 29.0],
        [285, 29.5],
        [310, 24.0],
        [335, 20.5],
        [360, 19.5],
    ],
    dtype=np.float64,
)


@lru_cache(maxsize=1)
def _cup() -> tuple[np.ndarray, np.ndarray, np.ndarray, np.ndarray]:
    """Return back (R, C), up, out (mm) and the share of hollow (R, C) of the mean ear."""
    share = np.linspace(0.02, 1.0, 30)[:, None]
    # A little more than once round, so that the seam is covered.
    angle = np.linspace(-12.0, 372.0, 65)
    rim = CubicSpline(_RIM[:, 0], _RIM[:, 1], bc_type="periodic")(angle % 360.0)
    turn = np.radians(angle)
    back, up = share * rim * np.cos(turn), share * rim * np.sin(turn)
    helix = step(np.cos(np.radians(angle - 55)), -0.55, 0.1)
    lobe = np.exp(-(((angle - 270) / 26) ** 2))
    behind = step(np.cos(np.radians(angle - 20)), -0.3, 0.4)
    tragus = np.exp(-(((angle - 190) / 24) ** 2)) * np.exp(-(((share - 0.72) / 0.2) ** 2))
    out = 4.6 * helix * np.exp(-(((share - 0.90) / 0.085) ** 2))
    out = out - 2.0 * helix * np.exp(-(((share - 0.74) / 0.10) ** 2))
    out = out + 3.6 * behind * np.exp(-(((share - 0.56) / 0.13) ** 2)) + 3.8 * tragus
    hollow = np.exp(-((share / 0.40) ** 4)) * (1.0 - 0.5 * lobe * share)
    out = out - 6.5 * hollow + 1.5 * lobe * share
    # Inwards at the very edge, so that the rim rolls over.
    out = out - 3.0 * np.clip((share - 0.93) / 0.07, 0, 1) ** 2 * (0.4 + 0.6 * helix)
    return back, up, out, hollow + 0.55 * helix * np.exp(-(((share - 0.74) / 0.10) ** 2))


@lru_cache(maxsize=16)
def ear(person: Person, side: int) -> tuple[np.ndarray, np.ndarray]:
    """Return one ear's points (R, C, 3) float32 in mm, unposed, and its albedo (R, C, 3)."""
    back, up, out, hollow = _cup()
    ears = person.ears
    low = np.where(up < 0, 1.0 + 0.25 * (ears.lobe - 1.0) * step(-up, 8.0, 26.0), 1.0)
    back, up, out = back * ears.size, up * ears.size * low, out * ears.size
    lean = np.radians(9.0)
    back, up = back * np.cos(lean) + up * np.sin(lean), up * np.cos(lean) - back * np.sin(lean)
    flare = np.radians(ears.flare)
    anchor = _anchor(person, side)
    x = side * (back * np.sin(flare) + out * np.cos(flare))
    z = -back * np.cos(flare) + out * np.sin(flare)
    points = np.stack([anchor[0] + x, anchor[1] + up, anchor[2] + z], axis=-1)
    if side < 0:
        points = points[:, ::-1]
    skin = person.skin
    dark = hollow if side > 0 else hollow[:, ::-1]
    blood = skin.blood + 0.10 + 0.22 * skin.blush + 0.25 * dark
    albedo = colour(skin.melanin * (1.0 + 0.10 * dark) + 0.15 * dark, blood, skin.yellow)
    return points.astype(np.float32), albedo * (1.0 - 0.45 * dark[..., None]).astype(np.float32)


def _anchor(person: Person, side: int) -> np.ndarray:
    """Place of the ear's hollow on this head, mm."""
    c = chart()
    row = int(np.argmin(np.abs(c.y + 19.0)))
    column = int(np.argmin(np.abs(c.turn - side * np.radians(96.0))))
    return resting(person)[0][row, column] + np.array([side * 3.0, 0.0, 6.0])


def draw_ears(layers: Layers, stage: Stage) -> None:
    """Draw both ears."""
    for side in (-1, 1):
        points, albedo = ear(stage.person, side)
        points = stage.camera.pose(points)
        facing = normals(points, (slice(0, len(points)),))
        sky = openness(points, facing, (2.0, 5.0), (0.28, 0.10)) * np.float32(0.85)
        shade = stage.shadows.light(points, facing, 4.0)
        times = max(stage.size / 256.0, 1.0)
        fine = cv2.resize(points, None, fx=times, fy=times, interpolation=cv2.INTER_CUBIC)
        light = lit_skin(
            facing, facing, sky, shade, albedo, np.full_like(shade, 0.35), stage.lamps, 1.6
        )
        seen = sight(stage.camera.project(fine), fine[..., 2], stage.frame)
        colour_seen = seen.fetch_coarse(light, fine.shape[:2])
        layers.add(colour_seen, seen.cover, seen.depth, seen.area)
