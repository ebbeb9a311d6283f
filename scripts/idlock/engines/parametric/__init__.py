"""Expressions on a still photo from its 68 landmarks: no weights, no GPU."""

from collections.abc import Mapping

import numpy as np

from idlock.engines.parametric.face import Face

__all__ = ["Face", "edit"]


def edit(
    image: np.ndarray,
    landmarks: np.ndarray,
    sliders: Mapping[str, float],
    mask: np.ndarray | None = None,
) -> np.ndarray:
    """Change the expression in a photo. For many edits of one photo use ``Face``.

    Args:
        image: uint8 (H, W, 3) RGB or (H, W, 4) RGBA.
        landmarks: (68, 2) pixels, iBUG order.
        sliders: values by name; see ``idlock.expression.sliders``. All at zero
            gives the image itself, bit for bit.
        mask: (H, W), where the person is; see ``Face``.

    Returns:
        A new array of the image's shape and type.

    Raises:
        ValueError: a slider is unknown, out of range or not finite, or the
            image, landmarks or mask are unusable.
    """
    return Face(image, landmarks, mask).edit(sliders)
