"""The look of hair: strands, their sheen and their ends."""

from functools import lru_cache
from typing import NamedTuple

import cv2
import numpy as np

from idlock.cast.compiled import compiled
from idlock.cast.fields import rise
from idlock.cast.grid import blended
from idlock.cast.hair.colours import SILVER, greyness
from idlock.cast.hair.laying import Sheet
from idlock.cast.layers import Layers
from idlock.cast.light import along, normals, unit, wrapped
from idlock.cast.noise import glimpse, tile
from idlock.cast.people import Person
from idlock.cast.raster import NOWHERE, sight
from idlock.cast.stage import Stage

_CURLED = ("curls", "coils")
_TEXTURES = ("strands", "waves", *_CURLED)
_CURLS, _COILS = 2, 3


class Cut(NamedTuple):
    """What is the same all over one sheet of hair, for compiled loops.

    Attributes:
        texture: its number in `_TEXTURES`.
        ragged: as in `Sheet`.
        root_line: as in `Sheet`.
        offsets: (8,) float64, where this person's hair lies in the noise.
        noises: (4, 512, 512) float32 tiles: locks, single hairs, knots, single locks.
    """

    texture: int
    ragged: float
    root_line: float
    offsets: np.ndarray
    noises: np.ndarray


@lru_cache(maxsize=4)
def _noises(texture: str) -> np.ndarray:
    curled, coils = texture in _CURLED, texture == "coils"
    locks = tile((8, 16), 0.6) if curled else tile((16, 32), 0.7)
    hairs = tile((64, 128), 0.9) if coils else tile((64, 128, 256), 0.9)
    return np.stack([locks, hairs, tile((8, 16, 32), 0.75), tile((32, 64), 0.6)])


@lru_cache(maxsize=24)
def _cut(sheet: Sheet, person: Person) -> Cut:
    return Cut(
        texture=_TEXTURES.index(sheet.texture),
        ragged=float(sheet.ragged),
        root_line=float(sheet.root_line),
        offsets=np.random.default_rng([person.seed, 47]).uniform(0, 1, 8),
        noises=_noises(sheet.texture),
    )


class Weave(NamedTuple):
    """The strands of a sheet at the picture's pixels, float32; (h, w) but where told otherwise.

    Attributes:
        facing: (h, w, 3) unit normals of the sheet.
        tangent: (h, w, 3) unit vectors along the strands.
        shade: share of the key light that arrives.
        sky: share of the surroundings seen.
        hairs: noise of single strands, deviation about 1.
        clump: noise of locks, deviation about 1.
        relief: height of the strands, deviation about 1.
        alpha: how much they cover, 0..1.
        root: 0 at the root rising to 1 along the strand.
    """

    facing: np.ndarray
    tangent: np.ndarray
    shade: np.ndarray
    sky: np.ndarray
    hairs: np.ndarray
    clump: np.ndarray
    relief: np.ndarray
    alpha: np.ndarray
    root: np.ndarray


@lru_cache(maxsize=24)
def _marks(sheet: Sheet) -> np.ndarray:
    """What does not move with the head, (R, C, 6): strand, along, ends, roots, border, open."""
    marks = (sheet.strand, sheet.along, sheet.ends, sheet.roots, sheet.border, sheet.open)
    return np.stack(marks, axis=-1)


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
    tangent = unit(np.gradient(points, axis=0))
    seen = sight(stage.camera.project(points), points[..., 2], stage.frame)
    depth = layers.unhidden(seen.depth, seen.area)
    posed = np.concatenate([facing, tangent, shade[..., None]], axis=-1)
    cut = _cut(sheet, stage.person)
    weave = Weave(*_woven(seen.row, seen.column, depth, _marks(sheet), posed, cut))
    layers.add(*_shaded(weave, seen.cover, sheet.texture in _CURLED, stage), seen.depth, seen.area)


@compiled
def _woven(row, column, depth, marks, posed, cut):
    """Give a sheet its strands and uneven ends; the fields of `Weave`.

    Args:
        row: (h, w) place on the sheet that each pixel sees.
        column: likewise.
        depth: (h, w) mm, `NOWHERE` where nothing is seen.
        marks: (R, C, 6) as `_marks` returns them.
        posed: (R, C, 7) normals, tangents and light.
        cut: the sheet.
    """
    vectors = np.zeros((2, *depth.shape, 3), np.float32)
    values = np.zeros((7, *depth.shape), np.float32)
    mark, over = np.empty(6, np.float32), np.empty(7, np.float32)
    for r in range(depth.shape[0]):
        for c in range(depth.shape[1]):
            if depth[r, c] <= NOWHERE:
                continue
            blended(marks, row[r, c], column[r, c], mark)
            blended(posed, row[r, c], column[r, c], over)
            for vector in range(2):
                x, y, z = over[3 * vector], over[3 * vector + 1], over[3 * vector + 2]
                scale = np.float32(1) / (np.sqrt(x * x + y * y + z * z) + np.float32(1e-9))
                for k in range(3):
                    vectors[vector, r, c, k] = over[3 * vector + k] * scale
            hairs, clump, relief = _strands(mark[0], mark[1], cut)
            # Strands seen along the surface are finer than a pixel and blend.
            near = min(max(1.7 * abs(vectors[0, r, c, 2]), 0.15), 1.0)
            values[0, r, c], values[1, r, c] = over[6], mark[5]
            values[2, r, c], values[3, r, c], values[4, r, c] = hairs * near, clump, relief * near
            values[5, r, c] = _covered(mark, hairs, clump, cut)
            values[6, r, c] = rise(mark[1], 0.0, 45.0)
    shade, sky, hairs, clump, relief, alpha, root = values
    return vectors[0], vectors[1], shade, sky, hairs, clump, relief, alpha, root


@compiled
def _strands(strand, along, cut):
    """Noise of single hairs and of locks, and their relief, at a place in mm."""
    o = cut.offsets
    if cut.texture == _COILS:
        u, v = strand / 70.0, along / 70.0
        relief = glimpse(cut.noises[2], u + o[0], v + o[1])
        clump = glimpse(cut.noises[0], strand / 260.0 + o[2], along / 260.0 + o[3])
        hairs = 0.7 * relief + 0.6 * glimpse(cut.noises[1], u + o[4], v + o[5])
    elif cut.texture == _CURLS:
        # Locks wind about themselves: bands that climb across each lock.
        clump = glimpse(cut.noises[0], strand / 260.0 + o[2], along / 260.0 + o[3])
        lock = glimpse(cut.noises[3], strand / 190.0 + o[6], along / 900.0 + o[7])
        bands = np.sin(along / 3.4 + strand / 5.5 + 3.0 * clump + 2.2 * lock)
        knots = glimpse(cut.noises[2], strand / 120.0 + o[0], along / 120.0 + o[1])
        relief = 0.62 * bands + 0.35 * lock + 0.28 * knots
        single = glimpse(cut.noises[1], (strand + bands) / 110.0, along / 1400.0 + o[3])
        hairs = 0.45 * lock + 0.55 * single
    else:
        drift = along / 1400.0
        hairs = glimpse(cut.noises[1], strand / 110.0 + o[0], drift + o[1])
        clump = glimpse(cut.noises[0], strand / 200.0 + o[2], drift * 0.8 + o[3])
        relief = 0.6 * clump + 0.4 * hairs
    return hairs, clump, relief


@compiled
def _covered(mark, hairs, clump, cut):
    """How much strands cover at a place of which `_marks` says ``mark``, 0..1."""
    # Every strand has its own length; strands at a border stray over it.
    own = (5.0 + 16.0 * cut.ragged) * (0.25 * hairs + 0.35 * clump)
    alpha = rise(mark[2] + own - (4.0 + 6.0 * cut.ragged), -1.5, 5.0 + 3.0 * cut.ragged)
    alpha *= rise(mark[3] + 1.2 * hairs, cut.root_line, cut.root_line + 5.0)
    border = mark[4]
    return alpha * rise(border + 2.2 * hairs + 1.2 * clump, 0.0, 3.5) * rise(border, 0.2, 2.2)


def _shaded(
    weave: Weave, cover: np.ndarray, curled: bool, stage: Stage
) -> tuple[np.ndarray, np.ndarray]:
    """Colour (h, w, 3) and cover (h, w) of strands."""
    bump = np.float32((0.30 if curled else 0.16) * stage.size / 400.0)
    slope = (cv2.Sobel(weave.relief, cv2.CV_32F, *way, ksize=3) for way in ((1, 0), (0, 1)))
    gloss = np.float32(0.55 if curled else 1.0)
    hair, lamps = stage.person.hair, stage.lamps
    tint = np.asarray(hair.colour, np.float32), float(hair.grey)
    return _reflected(weave, *slope, bump, *tint, cover, lamps.beams, lamps.around, gloss)


@compiled
def _reflected(weave, across, down, bump, tint, grey, cover, beams, around, gloss):
    """Light thrown back: softened lambert and two sheens across the strand."""
    colour, covered = np.zeros((*cover.shape, 3), np.float32), np.zeros_like(cover)
    nothing, one = np.float32(0), np.float32(1)
    normal, light, sheen = np.empty((3, 1, 3), np.float32)
    for r in range(cover.shape[0]):
        strand = weave.tangent[r]
        for c in range(cover.shape[1]):
            x, y, z = weave.facing[r, c, 0], weave.facing[r, c, 1], weave.facing[r, c, 2]
            rough, sky = weave.relief[r, c], weave.sky[r, c]
            seen = rise(abs(z) + np.float32(0.03) * rough, np.float32(-0.06), np.float32(0.07))
            covered[r, c] = weave.alpha[r, c] * seen * cover[r, c]
            if covered[r, c] <= nothing:
                continue
            x, y = x - bump * across[r, c], y + bump * down[r, c]
            length = np.sqrt(x * x + y * y + z * z) + np.float32(1e-9)
            normal[0, 0], normal[0, 1], normal[0, 2] = x / length, y / length, z / length
            deep = np.float32(0.80) + np.float32(0.22) * rough
            deep = np.float32(0.8) * min(max(deep, np.float32(0.2)), np.float32(1.25)) * sky
            up = np.float32(0.5) + np.float32(0.5) * normal[0, 1]
            for k in range(3):
                light[0, k] = deep * (around[0, k] + around[1, k] * up)
                sheen[0, k] = nothing
            lean = np.float32(0.11) * rough - np.float32(0.05)
            broken = one + np.float32(0.6) * rough
            broken = min(max(broken, np.float32(0.1)), np.float32(2.4)) * gloss
            for beam in range(3):
                towards, half = beams[beam, 0], beams[beam, 1]
                front = wrapped(along(normal, 0, towards), np.float32(0.25)) * sky
                if beam == 0:
                    front *= weave.shade[r, c]
                way = along(strand, c, towards)
                matt = np.float32(0.55) + np.float32(0.45) * np.sqrt(max(one - way * way, nothing))
                tilt = along(strand, c, half) + lean * along(normal, 0, half)
                ring2 = max(one - tilt * tilt, nothing) ** 2
                ring8 = ring2 * ring2 * ring2 * ring2
                ring32 = ring8 * ring8 * ring8 * ring8
                glow = (ring32 * np.float32(0.060) + ring8 * np.float32(0.024)) * broken
                for k in range(3):
                    light[0, k] += front * matt * beams[beam, 2, k]
                    sheen[0, k] += front * glow * beams[beam, 2, k]
            hairs, clump = weave.hairs[r, c], weave.clump[r, c]
            silver = np.float32(greyness(0.7 * hairs + 0.5 * clump, grey))
            value = np.exp(np.float32(0.30) * hairs + np.float32(0.20) * clump)
            value *= np.float32(0.66) + np.float32(0.34) * weave.root[r, c]
            for k in range(3):
                own = (tint[k] + (SILVER[k] - tint[k]) * silver) * value
                mirrored = np.float32(0.30) + np.float32(0.70) * np.sqrt(own + np.float32(0.02))
                colour[r, c, k] = own * light[0, k] + sheen[0, k] * mirrored
    return colour, covered
