"""Painting the inside of the mouth into the gap between the lips."""

from dataclasses import dataclass
from functools import cached_property

import numpy as np

from idlock.engines.parametric import cavity
from idlock.engines.parametric.anatomy import Frame
from idlock.engines.parametric.field import smoothstep
from idlock.engines.parametric.mouth import Lips
from idlock.engines.parametric.patch import box_around, sample

TRIM = 0.007  # face units of the dark line between shut lips that neither lip takes along


@dataclass(frozen=True)
class Gap:
    """How pixels lie to the moved lips.

    Attributes:
        upper: float32 (h, w), face units inside the upper lip's edge, negative below it.
        lower: float32 (h, w), face units inside the lower lip's edge, negative above it.
        columns: float32 (h, w), ``a`` of the mouth's coordinates.
    """

    upper: np.ndarray
    lower: np.ndarray
    columns: np.ndarray

    def near(self, margin: float) -> np.ndarray:
        """Bool (h, w): between the lips, or within ``margin`` face units of it."""
        return (self.upper < margin) & (self.lower < margin) & (np.abs(self.columns) < 1)

    def cut(self, box: tuple[slice, slice]) -> "Gap":
        """The same for the pixels of ``box``."""
        return Gap(self.upper[box], self.lower[box], self.columns[box])


class Inside:
    """The inside of one mouth.

    Args:
        lips: the lips of the photo.
        frame: the face's frame, in patch pixels.
        landmarks: (68, 2) patch pixels.
        patch: uint8 RGB (h, w, 3).
    """

    def __init__(self, lips: Lips, frame: Frame, landmarks: np.ndarray, patch: np.ndarray) -> None:
        unit = frame.unit
        self._lips, self._frame, self._patch = lips, frame, patch
        self._landmarks = landmarks
        self._unit = np.float32(unit)
        self._box = box_around(
            landmarks[48:], (0.25 * unit, 0.25 * unit), (0.25 * unit, 0.6 * unit), patch.shape
        )
        self._start = np.array([self._box[1].start, self._box[0].start], np.float32)

    @cached_property
    def _colours(self) -> cavity.Colours:
        return cavity.Colours.of(self._landmarks, self._patch)

    @cached_property
    def _picture(self) -> np.ndarray:
        """What hangs on the skull, float32 RGB in the box around the mouth."""
        rows, cols = self._box
        y, x = np.mgrid[rows, cols].astype(np.float32)
        places = np.stack([x, y], axis=-1)
        midline = float(self._lips.coordinates(self._landmarks[[33, 51, 62]])[0].mean())
        drawn = cavity.drawn(self._lips, self._frame, self._colours, midline, places)
        if not self._lips.is_open:
            return drawn
        return cavity.own_inside(self._lips, self._frame, self._patch[self._box], places, drawn)

    def paint(
        self,
        picture: np.ndarray,
        skull: np.ndarray,
        skin: np.ndarray,
        gap: Gap,
        parted: float,
    ) -> np.ndarray:
        """Paint the gap between the lips into ``picture``; every array shows the same pixels.

        Args:
            picture: float32 RGB (h, w, 3), changed in place.
            skull: float32 (h, w, 2), source places of what hangs on the skull.
            skin: float32 (h, w, 2), source places of the lips.
            gap: how the pixels lie to the lips.
            parted: face units the lips are moved apart, mid-mouth.

        Returns:
            float32 (h, w): how much of each pixel is inside.
        """
        trim = np.float32(0 if self._lips.is_open else TRIM)
        above, below = trim - gap.upper, trim - gap.lower
        height = above + below
        soft = np.float32(1.6) / self._unit
        cover = np.clip(above / soft + 0.5, 0, 1) * np.clip(below / soft + 0.5, 0, 1)
        cover *= smoothstep(0, 3 / self._unit, height - 2 * trim) * (np.abs(gap.columns) < 1)
        inside = self._behind(skull, skin)
        tongue, colour = cavity.tongue(gap.columns, below, parted, self._colours)
        inside += tongue[..., None] * (colour - inside)
        if not self._lips.is_open:
            inside *= self._shade(above, below, height)[..., None]
        picture += cover[..., None] * (inside - picture)
        return cover

    def _behind(self, skull: np.ndarray, skin: np.ndarray) -> np.ndarray:
        """What hangs on the skull between the lips, float32 RGB (h, w, 3).

        Where the photo shows the inside of the mouth, this is the photo; along
        its lips, where the pixels show some lip, only as long as they stay.
        """
        drawn = sample(self._picture, skull - self._start)
        if not self._lips.is_open:
            return drawn
        lips = self._lips
        a, b = lips.coordinates(skull)
        within = np.minimum(b - lips.edge(lips.upper, a), lips.edge(lips.lower, a) - b)
        moved = np.hypot(*np.moveaxis(skin - skull, -1, 0))
        edge = 4.5 * smoothstep(0.1, 2.5, moved) - 2.0
        shown = smoothstep(edge, edge + 1.0, within * self._unit)[..., None]
        return drawn + shown * (sample(self._patch, skull) - drawn)

    @staticmethod
    def _shade(above: np.ndarray, below: np.ndarray, height: np.ndarray) -> np.ndarray:
        """Shadow under the lips: deep in narrow gaps and close to the upper lip."""
        under_lip = 0.74 + 0.26 * smoothstep(0, 0.05, above)
        narrow = 0.72 + 0.28 * smoothstep(0, 0.09, height)
        floor = 0.75 + 0.25 * smoothstep(0, 0.03, below)
        return (under_lip * narrow * floor).astype(np.float32)
