"""The head leaning to a side: hair, ears and all turn together, shoulders stay.

Every circle about the head's middle turns by its own angle, the full one inside
the head, none far out. Such a twist keeps every circle in place, so it cannot
fold whatever the angle, and moves a round head's outline hardly at all.
"""

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np

from idlock.engines.parametric.anatomy import Frame
from idlock.engines.parametric.carry import Carry
from idlock.engines.parametric.field import smoothstep

MIDDLE = (0.0, 0.40)  # of the head, face units
WHOLE = 1.40  # face units from the middle within which the lean is whole
NONE = (1.8, 3.0)  # least and most face units from which on nothing moves


@dataclass(frozen=True)
class Lean:
    """Where the pixels of a leaning head come from, for one picture.

    Attributes:
        middle: (2,) pixel the head leans about.
        whole: pixels from it within which the lean is whole.
        none: pixels from it from which on nothing moves.
        shape: height and width of the picture.
    """

    middle: np.ndarray
    whole: float
    none: float
    shape: tuple[int, int]

    @classmethod
    def of(cls, frame: Frame, shape: tuple[int, int], room: float = np.inf) -> "Lean":
        """Lay the circles about a head, inside the picture's edges where that can be.

        Args:
            frame: the face's frame, in the picture's pixels.
            shape: height and width of the picture.
            room: face units about the middle that may move, where that is less.
        """
        middle = frame.to_pixels(np.array(MIDDLE))
        edges = min(*middle, *(np.array(shape[::-1]) - 1 - middle)) / frame.unit
        room = min(room, edges)
        none = float(np.clip(room, *NONE))
        return cls(middle, WHOLE * frame.unit, none * frame.unit, shape)

    @property
    def box(self) -> tuple[slice, slice]:
        """Rows and columns of the picture that a lean can reach."""
        low = np.maximum(np.floor(self.middle - self.none).astype(int), 0)
        high = np.ceil(self.middle + self.none).astype(int) + 1
        return tuple(
            slice(int(a), min(int(b), n))
            for a, b, n in zip(low[::-1], high[::-1], self.shape, strict=True)
        )

    @property
    def region(self) -> np.ndarray:
        """Bool (H, W): the pixels that a lean can change."""
        where = np.zeros(self.shape, bool)
        rows, cols = self.box
        y, x = np.ogrid[rows, cols]
        where[self.box] = np.hypot(x - self.middle[0], y - self.middle[1]) < self.none
        return where

    def carry(self, sliders: Mapping[str, float]) -> Carry | None:
        """How the head is carried; None for none."""
        degrees = sliders.get("rotate_roll", 0.0)
        if not degrees:
            return None
        rows, cols = self.box
        y, x = np.mgrid[rows, cols].astype(np.float32)
        x -= np.float32(self.middle[0])
        y -= np.float32(self.middle[1])
        share = smoothstep(self.none, self.whole, np.hypot(x, y)).astype(np.float32)
        angle = np.float32(-np.deg2rad(degrees)) * share
        cos, sin = np.cos(angle) - 1, np.sin(angle)
        return Carry(self.box, np.stack([cos * x - sin * y, sin * x + cos * y], axis=-1))
