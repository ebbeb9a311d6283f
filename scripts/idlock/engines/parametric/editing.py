"""One edit of one photo, by sliders or by a payload."""

from collections.abc import Mapping

import numpy as np

from idlock.engines.parametric.face import Face
from idlock.expression import transfer
from idlock.expression.payload import Edit
from idlock.expression.sliders import checked


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


def apply(
    image: np.ndarray,
    landmarks: np.ndarray,
    wanted: Edit,
    mask: np.ndarray | None = None,
    sample: transfer.Photo | None = None,
    sample_neutral: transfer.Photo | None = None,
) -> np.ndarray:
    """Do what a payload asks for: ``apply(image, landmarks, payload.read(fields))``.

    Args:
        image: uint8 (H, W, 3) RGB or (H, W, 4) RGBA.
        landmarks: (68, 2) pixels, iBUG order.
        wanted: the payload, read.
        mask: (H, W), where the person is; see ``Face``.
        sample: picture and landmarks of the photo to take an expression from,
            whatever the payload's ``sample_image`` names. None for none.
        sample_neutral: the same of a photo of that person at rest, if there is one.

    Raises:
        ValueError: as for ``edit``.
    """
    sliders = checked(wanted.sliders)
    if sample is not None:
        taken = transfer.sliders(sample, sample_neutral)
        sliders = transfer.mixed(sliders, taken, wanted.sample_parts, wanted.sample_ratio)
    face = Face(image, landmarks, mask, wanted.crop_factor)
    return face.edit(sliders, wanted.src_ratio)
