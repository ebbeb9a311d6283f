"""A picture put together from surfaces, nearer ones over farther ones."""

from dataclasses import dataclass, field

import numpy as np

from idlock.cast.compiled import compiled
from idlock.cast.raster import NOWHERE

Area = tuple[slice, slice]
_SEAM = 0.8  # mm; of surfaces farther apart only the nearer one is seen


@dataclass(eq=False)
class Layers:
    """A picture in the making.

    Attributes:
        size: side, px.
        colour: (S, S, 3) float32 linear RGB, premultiplied by ``cover``.
        cover: (S, S) float32, how much of each pixel the person fills so far.
        depth: (S, S) float32 mm of what is nearest so far.
    """

    size: int
    colour: np.ndarray = field(init=False)
    cover: np.ndarray = field(init=False)
    depth: np.ndarray = field(init=False)

    def __post_init__(self) -> None:
        self.colour = np.zeros((self.size, self.size, 3), np.float32)
        self.cover = np.zeros((self.size, self.size), np.float32)
        self.depth = np.full((self.size, self.size), NOWHERE, np.float32)

    def add(self, colour: np.ndarray, cover: np.ndarray, depth: np.ndarray, area: Area) -> None:
        """Add a surface where it is seen.

        Args:
            colour: (h, w, 3) linear RGB.
            cover: (h, w) 0..1.
            depth: (h, w) mm towards the viewer.
            area: rows and columns of the picture that the arrays fill.
        """
        parts = (np.ascontiguousarray(part, np.float32) for part in (colour, cover, depth))
        _add(self.colour, self.cover, self.depth, area[0].start, area[1].start, *parts)

    def unhidden(self, depth: np.ndarray, area: Area) -> np.ndarray:
        """Say what of a surface would be seen, before it is painted.

        Args:
            depth: (h, w) float32 mm towards the viewer.
            area: rows and columns of the picture that it fills.

        Returns:
            The depth (h, w), `NOWHERE` where what is nearer leaves nothing of it.
        """
        behind = self.depth[area] - depth >= np.float32(_SEAM)
        return np.where(behind & (self.cover[area] >= 1.0), NOWHERE, depth)

    def fill(self, colour: np.ndarray, cover: np.ndarray, depth: float, area: Area) -> None:
        """Lay something into an opening of what is nearest, whatever lies behind it.

        Args:
            colour: (h, w, 3) linear RGB.
            cover: (h, w) 0..1.
            depth: mm towards the viewer, for all of it.
            area: rows and columns of the picture that the arrays fill.
        """
        below, under = self.colour[area], self.cover[area]
        below += (colour - below) * cover[..., None]
        under += (1.0 - under) * cover
        # Where the opening's soft edge meets the surface's, the two leave no gap.
        seam = (cover > 0.01) & (under > 0.05)
        below[seam] /= under[seam, None]
        under[seam] = 1.0
        deep = self.depth[area]
        np.maximum(deep, np.where(cover > 0.3, np.float32(depth), NOWHERE), out=deep)


@compiled
def _add(below, under, deep, top, left, colour, cover, depth):
    """`Layers.add` onto the arrays of a picture, in place."""
    one = np.float32(1)
    for r in range(cover.shape[0]):
        for c in range(cover.shape[1]):
            i, j = top + r, left + c
            # Surfaces that cut through each other meet softly.
            ahead = (depth[r, c] - deep[i, j] + np.float32(_SEAM)) / np.float32(2 * _SEAM)
            ahead = min(max(ahead, np.float32(0)), one)
            share = cover[r, c] * (one - under[i, j] * (one - ahead))
            keep = one - ahead * cover[r, c]
            for k in range(3):
                below[i, j, k] = below[i, j, k] * keep + colour[r, c, k] * share
            under[i, j] = under[i, j] * keep + share
            if cover[r, c] > np.float32(0.5):
                deep[i, j] = max(deep[i, j], depth[r, c])
