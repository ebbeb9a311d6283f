"""The look of hair: strands, their sheen and their ends."""

from dataclasses import dataclass, replace
from functools import lru_cache

import cv2
import numpy as np

from idlock.cast.fields import step
from idlock.cast.hair.colours import hair_colour
from idlock.cast.hair.laying import Sheet
from idlock.cast.layers import Layers
from idlock.cast.light import VIEW, Lights, dot, normals, unit, wrapped
from idlock.cast.noise import look, tile
from idlock.cast.people import Person
from idlock.cast.raster import sight
from idlock.cast.stage import Stage

_CURLED = ("curls", "coils")


@dataclass(frozen=True, eq=False)
class Weave:
    """The strands of a sheet at the picture's pixels, (h, w) float32 each.

    Attributes:
        hairs: noise of single strands, deviation about 1.
        clump: noise of locks, deviation about 1.
        relief: height of the strands, deviation about 1.
        alpha: how much they cover, 0..1.
        root: 0 at the root rising to 1 along the strand.
    """

    hairs: np.ndarray
    clump: np.ndarray
    relief: np.ndarray
    alpha: np.ndarray
    root: np.ndarray


@lru_cache(maxsize=24)
def _dense_marks(sheet: Sheet, shape: tuple[int, int]) -> tuple[np.ndarray, np.ndarray]:
    """Resample what does not move with the head: two stacks (Rf, Cf, 3)."""
    first = np.stack([sheet.strand, sheet.along, sheet.ends], axis=-1)
    second = np.stack([sheet.roots, sheet.border, sheet.open], axis=-1)
    return tuple(_dense(stack, shape) for stack in (first, second))


def _dense(stack: np.ndarray, shape: tuple[int, int]) -> np.ndarray:
    return cv2.resize(stack, shape[::-1], interpolation=cv2.INTER_CUBIC)


def _shape(sheet: Sheet, scale: float) -> tuple[int, int]:
    """Rows and columns that put a sheet's points a little under a pixel apart."""
    rows, columns = sheet.strand.shape
    tall = int(np.clip(float(sheet.along.max()) * scale * 1.45, rows, 1800))
    wide = int(np.clip(float(sheet.strand.max()) * scale * 1.25, columns, 1800))
    return tall, wide


def draw_hair(layers: Layers, sheet: Sheet, points: np.ndarray, stage: Stage) -> None:
    """Draw one sheet of hair.

    Args:
        layers: the picture.
        sheet: the sheet at rest.
        points: (R, C, 3) float32, its points as the pose has moved them.
        stage: person, camera and light.
    """
    facing = normals(points, (slice(0, len(points)),))
    shade = cv2.GaussianBlur(stage.shadows.light(points, facing, 9.0), (0, 0), 1.5)
    tangent = unit(np.gradient(points, axis=0).astype(np.float32))
    shape = _shape(sheet, stage.camera.scale)
    fine = _dense(points, shape)
    seen = sight(
        stage.camera.project(fine), np.ascontiguousarray(fine[..., 2]), stage.frame, None, 5
    )
    facing = unit(seen.fetch_coarse(facing, shape))
    tangent = unit(seen.fetch_coarse(tangent, shape))
    shade = seen.fetch_coarse(shade, shape)
    marks = [seen.fetch(stack) for stack in _dense_marks(sheet, shape)]
    weave = _weave(marks, sheet, stage.person)
    # Strands seen along the surface are finer than a pixel and blend.
    near = np.clip(1.7 * np.abs(facing[..., 2]), 0.15, 1.0)
    weave = replace(weave, hairs=weave.hairs * near, relief=weave.relief * near)
    sky = marks[1][..., 2]
    colour = _shade(weave, facing, tangent, shade, sky, sheet.texture, stage)
    rim = step(np.abs(facing[..., 2]) + 0.03 * weave.relief, -0.06, 0.07)
    layers.add(colour, weave.alpha * rim * seen.cover, seen.depth, seen.area)


def _weave(marks: list[np.ndarray], sheet: Sheet, person: Person) -> Weave:
    """Give a sheet its strands and uneven ends."""
    strand, along, ends = (np.ascontiguousarray(marks[0][..., k]) for k in range(3))
    roots, border = marks[1][..., 0], marks[1][..., 1]
    o = np.random.default_rng([person.seed, 47]).uniform(0, 1, 8).astype(np.float32)
    if sheet.texture == "coils":
        u, v = strand / np.float32(70.0), along / np.float32(70.0)
        relief = look(tile((8, 16, 32), 0.75), u + o[0], v + o[1])
        clump = look(tile((8, 16), 0.6), strand / 260.0 + o[2], along / 260.0 + o[3])
        hairs = 0.7 * relief + 0.6 * look(tile((64, 128), 0.9), u + o[4], v + o[5])
    elif sheet.texture == "curls":
        # Locks wind about themselves: bands that climb across each lock.
        clump = look(tile((8, 16), 0.6), strand / 260.0 + o[2], along / 260.0 + o[3])
        lock = look(tile((32, 64), 0.6), strand / 190.0 + o[6], along / 900.0 + o[7])
        bands = np.sin(along / 3.4 + strand / 5.5 + 3.0 * clump + 2.2 * lock)
        knots = look(tile((8, 16, 32), 0.75), strand / 120.0 + o[0], along / 120.0 + o[1])
        relief = 0.62 * bands + 0.35 * lock + 0.28 * knots
        single = tile((64, 128, 256), 0.9)
        hairs = 0.45 * lock
        hairs += 0.55 * look(single, (strand + bands) / 110.0, along / 1400.0 + o[3])
    else:
        drift = along / np.float32(1400.0)
        hairs = look(tile((64, 128, 256), 0.9), strand / 110.0 + o[0], drift + o[1])
        clump = look(tile((16, 32), 0.7), strand / 200.0 + o[2], drift * 0.8 + o[3])
        relief = 0.6 * clump + 0.4 * hairs
    ragged = sheet.ragged
    # Every strand has its own length; strands at a border stray over it.
    own = (5.0 + 16.0 * ragged) * (0.25 * hairs + 0.35 * clump)
    alpha = step(ends + own - (4.0 + 6.0 * ragged), -1.5, 5.0 + 3.0 * ragged)
    alpha = alpha * step(roots + 1.2 * hairs, sheet.root_line, sheet.root_line + 5.0)
    alpha = alpha * step(border + 2.2 * hairs + 1.2 * clump, 0.0, 3.5) * step(border, 0.2, 2.2)
    return Weave(hairs, clump, relief, alpha, step(along, 0.0, 45.0))


def _shade(weave, facing, tangent, shade, sky, texture: str, stage: Stage) -> np.ndarray:
    """Light reflected by strands (h, w, 3): softened lambert and two sheens across the strand."""
    curled = texture in _CURLED
    bump = np.float32(0.30 if curled else 0.16)
    tilted = facing.copy()
    bump = bump * np.float32(stage.size / 400.0)
    tilted[..., 0] -= bump * cv2.Sobel(weave.relief, cv2.CV_32F, 1, 0, ksize=3)
    tilted[..., 1] += bump * cv2.Sobel(weave.relief, cv2.CV_32F, 0, 1, ksize=3)
    facing = unit(tilted)
    person, lamps = stage.person, stage.lamps
    value = np.exp(0.30 * weave.hairs + 0.20 * weave.clump) * (0.66 + 0.34 * weave.root)
    tint = hair_colour(person, 0.7 * weave.hairs + 0.5 * weave.clump) * value[..., None]
    deep = np.clip(0.80 + 0.22 * weave.relief, 0.2, 1.25) * sky
    light, sheen = np.empty_like(facing), np.zeros_like(facing)
    up = (0.5 + 0.5 * facing[..., 1]) * deep * np.float32(0.8)
    for k in range(3):
        light[..., k] = lamps.floor[k] * deep * 0.8 + (lamps.sky[k] - lamps.floor[k]) * up
    gloss = 0.55 if curled else 1.0
    leant = tangent + facing * (0.11 * weave.relief - 0.05)[..., None]
    broken = np.clip(1.0 + 0.6 * weave.relief, 0.1, 2.4) * gloss
    for towards, colour, share in _beams(lamps, shade * sky, sky):
        front = wrapped(dot(facing, towards), 0.25) * share
        along = dot(tangent, towards)
        matt = front * (0.55 + 0.45 * np.sqrt(np.maximum(1.0 - along * along, 0.0)))
        half = towards + VIEW
        half = half / np.linalg.norm(half)
        lean = dot(leant, half)
        ring = np.maximum(1.0 - lean * lean, 0.0)
        ring2 = ring * ring
        ring8 = ring2 * ring2 * ring2 * ring2
        glow = (ring8 * ring8 * ring8 * ring8 * 0.060 + ring8 * 0.024) * front * broken
        for k in range(3):
            light[..., k] += matt * colour[k]
            sheen[..., k] += glow * colour[k]
    return tint * light + sheen * (0.30 + 0.70 * np.sqrt(tint + 0.02))


def _beams(lamps: Lights, lit: np.ndarray, sky: np.ndarray):
    """The three lights with the share of each that arrives."""
    return (
        (lamps.key, lamps.key_colour, lit),
        (lamps.fill, lamps.fill_colour, sky),
        (lamps.rim, lamps.rim_colour, sky),
    )
