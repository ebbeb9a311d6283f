"""The head leaning to a side: hair, ears and all turn together, shoulders stay.

Every circle about the head's middle turns by its own angle, the full one inside
the head, none far out. Such a twist keeps every circle in place, so it cannot
fold whatever the angle, and moves a round head's outline hardly at all.
"""

from collections.abc import Mapping
from dataclasses import dataclass

import cv2
import numpy as np

from idlock.engines.parametric.anatomy import Frame
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

    def offset(self, sliders: Mapping[str, float]) -> np.ndarray | None:
        """Float32 (h, w, 2): add it to the pixels of ``box`` to get their source; None for none."""
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
        return np.stack([cos * x - sin * y, sin * x + cos * y], axis=-1)

    def places(self, offset: np.ndarray) -> np.ndarray:
        """Source pixels of the picture for every pixel of ``box``, float32 (h, w, 2)."""
        rows, cols = self.box
        y, x = np.mgrid[rows, cols].astype(np.float32)
        return np.stack([x, y], axis=-1) + offset

    def turn(self, picture: np.ndarray, offset: np.ndarray, where: np.ndarray | None) -> None:
        """Lean the head in ``picture``, in place.

        Args:
            picture: uint8 (H, W, 3) or (H, W, 4); alpha leans along.
            offset: of the pixels of ``box``.
            where: bool (H, W), the pixels that may change, or None for all.
        """
        places = self.places(offset)
        colours = picture.astype(np.float32) if picture.shape[2] == 4 else picture
        if picture.shape[2] == 4:  # or transparent pixels' colour would bleed in
            colours[..., :3] *= colours[..., 3:] / np.float32(255)
        found = cv2.remap(
            colours,
            places[..., 0],
            places[..., 1],
            cv2.INTER_CUBIC,
            borderMode=cv2.BORDER_REPLICATE,
        )
        if picture.shape[2] == 4:
            found[..., :3] *= 255 / np.maximum(found[..., 3:], 1)
            found = np.clip(np.rint(found), 0, 255).astype(np.uint8)
        moved = offset.any(axis=-1)
        if where is not None:
            moved &= where[self.box]
        np.copyto(picture[self.box], found, where=moved[..., None])
