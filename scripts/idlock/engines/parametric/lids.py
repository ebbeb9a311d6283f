"""The lids as layers that slide over the eyeball.

The upper lid's skin unrolls from under the brow: rows at the lash line move
with it, rows near the brow stay, and the smooth skin that unrolls between them
is continued from the photo's lid. The lashes are laid back along the moved edge.
"""

from dataclasses import dataclass

import cv2
import numpy as np

from idlock.engines.parametric import lashes
from idlock.engines.parametric.anatomy import Frame
from idlock.engines.parametric.eyes import Opening
from idlock.engines.parametric.field import smoothstep
from idlock.engines.parametric.patch import sample

UPPER_SHARE = 0.86  # of the opening is crossed by the upper lid in a blink
LOWER_ROOM = 0.28  # face units below the lower lid's edge that give way
BROW_HALF = 0.055  # face units from the brow landmarks to the brow's lower edge
STRETCH = 0.93  # the most that rows of the lid's skin are drawn apart: 1 / (1 - this)
OVERLAP = 0.014  # face units by which a shut upper lid covers the lower one
GRAIN_FROM = 0.34  # face units below the eye where the grain of smooth skin is taken


@dataclass(frozen=True)
class LidMap:
    """Where the pixels of an eye's surroundings come from, for one closure.

    Attributes:
        offset: float32 (h, w, 2), add to a pixel to get its source on the skin.
        visible: float32 (h, w), pixels inside the moved opening (negative on the lids).
        above: float32 (h, w), face units above the moved upper edge.
        was_above: float32 (h, w), the source's face units above the edge in the photo.
        s: float32 (h, w), the eye's own horizontal coordinate.
    """

    offset: np.ndarray
    visible: np.ndarray
    above: np.ndarray
    was_above: np.ndarray
    s: np.ndarray


class Lids:
    """Both lids of one eye.

    Args:
        opening: the eye's opening in the picture's pixels.
        frame: the face's frame.
        brow: (5, 2) pixels of the brow above.
        patch: uint8 RGB (h, w, 3).
    """

    def __init__(self, opening: Opening, frame: Frame, brow: np.ndarray, patch: np.ndarray) -> None:
        self._opening = opening
        self._unit = frame.unit
        s, t = opening.coordinates(brow.astype(np.float32))
        order = np.argsort(s)
        self._brow = s[order], t[order] + BROW_HALF
        picture = patch.astype(np.float32)
        self._lashes = lashes.Lashes(opening, frame.unit, picture)
        self._grain = picture - cv2.GaussianBlur(picture, (0, 0), 0.012 * frame.unit)

    def map(self, positions: np.ndarray, close: float) -> LidMap:
        """Slide the lids.

        Args:
            positions: float32 (h, w, 2), pixels.
            close: 0 as in the photo, 1 shut, negative wider.
        """
        s, t = self._opening.coordinates(positions)
        upper, lower = self._opening.edges(s)
        height = lower - upper
        room = np.maximum(upper - np.interp(s, *self._brow), 0.10).astype(np.float32)
        # An eye opens wider only as far as the skin under the brow can gather.
        fall = close * UPPER_SHARE * height if close > 0 else close * self._opening.widening(s)
        fall = np.maximum(fall, -0.45 * room)
        fall += np.float32(max(close, 0) ** 4 * OVERLAP) * smoothstep(0, 0.08, height)
        rise = max(close, 0) * (1 - UPPER_SHARE) * height
        moved_upper, moved_lower = upper + fall, lower - rise
        above, below = moved_upper - t, t - moved_lower
        room += fall
        # Steeper at the edge than at the brow, but never so steep that rows change places.
        power = np.clip(STRETCH * room / np.maximum(np.abs(fall), 1e-6), 1, 3)
        unrolled = fall * np.clip(1 - above / room, 0, 1) ** power
        drawn_up = rise * np.clip(1 - below / LOWER_ROOM, 0, 1) ** 2
        on_upper = t < (moved_upper + moved_lower) / 2
        shift = np.where(on_upper, -unrolled, drawn_up).astype(np.float32)
        gap = moved_lower - moved_upper
        visible = np.minimum(np.minimum(-above, -below), gap / 2 - 0.8 / self._unit)
        return LidMap(
            offset=shift[..., None] * self._opening.down.astype(np.float32),
            visible=visible * np.float32(self._unit),
            above=above,
            was_above=upper - t - shift,
            s=s,
        )

    def skin(
        self, patch: np.ndarray, positions: np.ndarray, lids: LidMap, close: float
    ) -> np.ndarray:
        """The lids' picture, lashes and all, float32 RGB (h, w, 3).

        Args:
            patch: uint8 RGB, the photo.
            positions: float32 (h, w, 2), source pixels before the lids move.
            lids: how the lids moved.
            close: by how much.
        """
        source = positions + lids.offset
        skin = sample(patch, source)
        share = smoothstep(0.10, 0.45, np.float32(close))
        if share == 0:
            return skin
        bare = sample(self._lashes.bare, source)
        drawn_out = smoothstep(1.6 * lashes.HEIGHT, 0.6 * lashes.HEIGHT, lids.was_above)
        below_eye = positions + np.float32(GRAIN_FROM) * self._opening.down.astype(np.float32)
        bare += drawn_out[..., None] * np.clip(sample(self._grain, below_eye), -10, 10)
        on_upper = smoothstep(-1.0, 1.0, lids.above * self._unit)
        skin += (share * on_upper)[..., None] * (bare - skin)
        dark = self._lashes.darkening(lids.s, lids.above, close)
        return skin * (1 - share * (1 - dark))[..., None]
