"""A picture put together from surfaces, nearer ones over farther ones."""

from dataclasses import dataclass, field

import numpy as np

from idlock.cast.raster import NOWHERE

Area = tuple[slice, slice]


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
        below, under, deep = self.colour[area], self.cover[area], self.depth[area]
        # Surfaces that cut through each other meet softly, over a millimetre or two.
        ahead = np.clip((depth - deep) * np.float32(0.6) + np.float32(0.5), 0.0, 1.0)
        share = cover * (1.0 - under * (1.0 - ahead))
        keep = 1.0 - ahead * cover
        below *= keep[..., None]
        below += colour * share[..., None]
        under *= keep
        under += share
        np.maximum(deep, np.where(cover > 0.5, depth, NOWHERE), out=deep)

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
