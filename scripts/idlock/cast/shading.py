"""Skin under the lights, on its own grid."""

import cv2
import numpy as np

from idlock.cast.light import Lights, diffuse, shine_on, unit

_SOFT = np.array([0.30, 0.15, 0.10])


def lit_skin(
    normal, fine_normal, open_sky, shade, albedo, shine, lamps: Lights, texel: float
) -> np.ndarray:
    """Light leaving skin.

    Args:
        normal: (R, C, 3) unit normals of the flesh.
        fine_normal: (R, C, 3) unit normals with pores and wrinkles.
        open_sky: (R, C) share of the surroundings seen, 0..1.
        shade: (R, C) share of the key light that arrives, 0..1.
        albedo: (R, C, 3) linear RGB.
        shine: (R, C) strength of the highlight, about 0..2.
        lamps: the lights.
        texel: mm of a texel in the middle of the face.

    Returns:
        (R, C, 3) float32 linear RGB.
    """
    arriving = diffuse(unit(0.4 * normal + 0.6 * fine_normal), open_sky, shade, lamps, _SOFT)
    # Light wanders under the skin, red the farthest.
    for channel, way in ((0, 1.5), (1, 0.6)):
        arriving[..., channel] = cv2.GaussianBlur(
            arriving[..., channel].copy(), (0, 0), max(way / texel, 0.3)
        )
    leaving = arriving * albedo
    shine_on(leaving, fine_normal, shade, np.float32(0.032) * shine * open_sky, lamps)
    return leaving
