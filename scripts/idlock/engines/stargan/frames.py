"""Which part of a prepared picture a network sees, and how its answer gets back.

Prepared pictures show every face at the same place (`idlock.faces.align`), so
the part is a fixed square, and going there and back is a change of size alone.
"""

from dataclasses import dataclass

import cv2
import numpy as np

from idlock.faces import align


@dataclass(frozen=True)
class Frame:
    """A square of the 768 px frame of prepared pictures.

    Attributes:
        left, top: its corner, px.
        side: px.
    """

    left: int
    top: int
    side: int

    def to_network(self, size: int) -> np.ndarray:
        """Return the (2, 3) map of points of the prepared picture to pixels of the network's."""
        rate = size / self.side
        # pixel centres: x' + .5 = rate (x + .5 - left)
        shift = rate * (0.5 - np.array([self.left, self.top])) - 0.5
        return np.array([[rate, 0.0, shift[0]], [0.0, rate, shift[1]]])

    def cut(self, picture: np.ndarray, size: int) -> np.ndarray:
        """Cut the square out of (768, 768, C) and bring it to (size, size, C)."""
        part = picture[self.top : self.top + self.side, self.left : self.left + self.side]
        way = cv2.INTER_AREA if size <= self.side else cv2.INTER_CUBIC
        return cv2.resize(part, (size, size), interpolation=way)


FRAMES = {
    # from over raised brows to the chin of an open mouth: the pixels an expression moves
    "face": Frame(224, 256, 320),
    # about the crop of CelebA-HQ, which the published weights know: eyes a quarter apart
    "portrait": Frame(94, 94, 580),
    "whole": Frame(0, 0, align.SIZE),
}
