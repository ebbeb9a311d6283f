"""A finished picture carried along as one: what leans and turns takes everything with it."""

from dataclasses import dataclass

import cv2
import numpy as np


@dataclass(frozen=True)
class Carry:
    """Where the pixels of a part of the picture come from.

    Attributes:
        box: rows and columns of the picture that can change.
        offset: float32 (h, w, 2), added to a pixel of ``box`` it gives its source.
    """

    box: tuple[slice, slice]
    offset: np.ndarray

    @property
    def places(self) -> np.ndarray:
        """Source (x, y) in the picture for every pixel of ``box``, float32 (h, w, 2)."""
        rows, cols = self.box
        places = self.offset.copy()
        places[..., 0] += np.arange(cols.start, cols.stop, dtype=np.float32)
        places[..., 1] += np.arange(rows.start, rows.stop, dtype=np.float32)[:, None]
        return places

    def move(self, picture: np.ndarray, where: np.ndarray | None) -> None:
        """Carry what ``picture`` shows, in place.

        Args:
            picture: uint8 (H, W, 3) or (H, W, 4); alpha comes along.
            where: bool (H, W), the pixels that may change, or None for all.
        """
        places = self.places
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
        moved = self.offset.any(axis=-1)
        if picture.shape[2] == 4:
            found[..., :3] *= 255 / np.maximum(found[..., 3:], 1)
            found = np.clip(np.rint(found, out=found), 0, 255, out=found).astype(np.uint8)
            moved &= (found[..., 3] > 0) | (picture[self.box][..., 3] > 0)
        if where is not None:
            moved &= where[self.box]
        np.copyto(picture[self.box], found, where=moved[..., None])

    def onto(self, field: np.ndarray, layers: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
        """A warp (H, W, 2) and its layers, bool (H, W), as they are once carried along."""
        x, y = self.places[..., 0], self.places[..., 1]
        moved, near = field.copy(), layers.copy()
        moved[self.box] = self.offset + cv2.remap(field, x, y, cv2.INTER_LINEAR)
        thick = cv2.dilate(layers.astype(np.uint8), np.ones((3, 3), np.uint8))
        near[self.box] = cv2.remap(thick, x, y, cv2.INTER_NEAREST).astype(bool)
        return moved, near
