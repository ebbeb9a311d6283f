"""The skin of the head: shape, colours, hairs and lines brought together and lit."""

from dataclasses import dataclass
from functools import lru_cache

import cv2
import numpy as np

from idlock.cast.chart import chart
from idlock.cast.compiled import compiled
from idlock.cast.creases import furrows
from idlock.cast.facial_hair import beard_paint, brow_paint
from idlock.cast.ground import Ground, ground
from idlock.cast.hair.colours import brow_colour, hair_colour
from idlock.cast.head import EYE_IN, EYE_OUT, MOUTH_HALF
from idlock.cast.layers import Layers
from idlock.cast.light import normals, openness
from idlock.cast.muscles import Strengths
from idlock.cast.people import Person
from idlock.cast.raster import sight
from idlock.cast.shading import lit_skin
from idlock.cast.skin import SkinMaps, mixed, skin_maps
from idlock.cast.stage import Stage


@dataclass(frozen=True, eq=False)
class Face:
    """Where the skin of the head fell on the picture.

    Attributes:
        pixels: (Rf, Cf, 2) float32 px of every point of the fine grid.
        ground: the geography of that grid.
    """

    pixels: np.ndarray
    ground: Ground

    def eye(self, side: int) -> tuple[np.ndarray, np.ndarray]:
        """Edges (n, 2) px of both lids of the eye on ``side`` (-1 left, 1 right), left to right."""
        bands = self.ground.grid.bands
        place = self.ground.x[bands[0].stop - 1] * side
        columns = np.flatnonzero((place >= EYE_IN - 0.3) & (place <= EYE_OUT + 0.3))
        return self._edges(bands[0].stop - 1, bands[1].start, columns)

    def lips(self) -> tuple[np.ndarray, np.ndarray]:
        """Edges (n, 2) px where the upper and the lower lip meet the opening, left to right."""
        bands = self.ground.grid.bands
        columns = np.flatnonzero(np.abs(self.ground.x[bands[1].stop - 1]) <= MOUTH_HALF + 0.3)
        return self._edges(bands[1].stop - 1, bands[2].start, columns)

    def _edges(self, above: int, below: int, columns: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
        return self.pixels[above, columns].astype(float), self.pixels[below, columns].astype(float)


def draw_head(
    layers: Layers, head: np.ndarray, facing: np.ndarray, pull: Strengths, stage: Stage
) -> Face:
    """Draw the head without eyes, mouth and hair.

    Args:
        layers: the picture.
        head: (R, C, 3) float32 posed control points.
        facing: (R, C, 3) their normals.
        pull: the expression, for the lines it draws.
        stage: person, camera and light.

    Returns:
        Where the skin fell, for what is drawn into its openings.
    """
    g = ground(stage.size)
    bands = g.grid.bands
    points = g.grid.surface(head)
    sky = g.grid.surface(openness(head, facing))
    shade = g.grid.surface(stage.shadows.light(head, facing))
    shade = cv2.GaussianBlur(shade, (0, 0), 1.9 / g.texel)
    coat = _coat(stage.person, stage.size)
    furrow = furrows(stage.person, pull, stage.size)
    # A furrow sees less of the sky than the skin beside it.
    sky = np.maximum(sky, 0.0) * np.exp(-0.9 * furrow)
    flesh = normals(points, bands)
    points = _raised(points, flesh, coat.relief - furrow)
    fine = normals(points, bands)
    light = lit_skin(flesh, fine, sky, shade, coat.albedo, coat.shine, stage.lamps, g.texel)
    pixels = stage.camera.project(points)
    seen = sight(pixels, points[..., 2], stage.frame, bands)
    layers.add(seen.fetch(light), seen.cover, seen.depth, seen.area)
    return Face(pixels, g)


@compiled
def _raised(points, facing, height):
    """Move points (R, C, 3) along their normals."""
    raised = np.empty_like(points)
    for i in range(points.shape[0]):
        for j in range(points.shape[1]):
            for k in range(3):
                raised[i, j, k] = points[i, j, k] + facing[i, j, k] * height[i, j]
    return raised


@lru_cache(maxsize=6)
def _coat(person: Person, size: int) -> SkinMaps:
    """Lay beard and brows over the skin."""
    maps = skin_maps(person, size)
    albedo, relief, shine = maps.albedo, maps.relief, maps.shine
    beard = beard_paint(person, size)
    if beard is not None:
        relief = relief + beard.rise
        hairs = hair_colour(person, beard.grain) * beard.value[..., None]
        # Shaved stubble takes red before blue.
        blue = np.array([0.42, 0.37, 0.32], np.float32)
        albedo = albedo * (1.0 - beard.blue[..., None] * blue)
        albedo = mixed(albedo, hairs, beard.cover)
        shine = shine * (1.0 - 0.7 * beard.cover)
    brow = brow_paint(person, size)
    albedo = mixed(albedo, brow_colour(person), brow)
    return SkinMaps(albedo, relief, shine * (1.0 - 0.8 * brow))


def posed_normals(head: np.ndarray) -> np.ndarray:
    """Normals (R, C, 3) of posed control points (R, C, 3)."""
    return normals(head, chart().bands)
