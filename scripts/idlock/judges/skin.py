"""Has the skin kept its tone and its texture?"""

from collections.abc import Mapping

import cv2
import numpy as np

from idlock.judges import Case, Value
from idlock.judges.crops import Crop, filled

FINE, COARSE = 1.0, 4.0  # px (eyes 100 px apart): pores and fine lines lie between
FEWEST = 200  # px of skin, below which nothing is said


class Skin:
    """Colour difference by CIEDE2000, and the strength of fine structure, on cheeks and nose."""

    columns = ("skin_delta_e", "skin_delta_e_raw", "skin_texture")

    def measure(self, case: Case) -> Mapping[str, Value]:
        """See `idlock.judges.Judge`."""
        picture, source = case.picture.crop, case.source.crop
        own, reference = skin(picture), skin(source)
        if min(own.sum(), reference.sum()) < FEWEST:
            return dict.fromkeys(self.columns)
        a, b = tone(picture.rgb[own]), tone(source.rgb[reference])
        before = texture(source, reference)
        return {
            "skin_delta_e": delta_e(matched(a, b), b),
            "skin_delta_e_raw": delta_e(a, b),
            "skin_texture": texture(picture, own) / before if before else None,
        }


def skin(crop: Crop) -> np.ndarray:
    """Return the (256, 256) bool mask of cheeks and nose: bare in most people, rarely in shadow.

    Pixels that burn out or go black say nothing of skin and are left out.
    """
    p = crop.landmarks
    cheeks = [
        np.array(
            [
                _between(p[out_up], p[wing], 0.25),
                _between(p[list(lids)].mean(axis=0), p[wing], 0.45),
                _between(p[wing], p[out_mid], 0.2),
                _between(p[corner], p[out_low], 0.35),
                _between(p[out_low], p[corner], 0.3),
            ]
        )
        for out_up, out_mid, out_low, lids, wing, corner in (
            (2, 3, 4, (40, 41), 31, 48),
            (14, 13, 12, (46, 47), 35, 54),
        )
    ]
    nose = np.array([_between(p[28], p[39], 0.3), _between(p[28], p[42], 0.3), p[30], p[30]])
    lit = (crop.grey > 8) & (crop.grey < 250)
    return filled(*cheeks, nose) & lit


def tone(rgb: np.ndarray) -> np.ndarray:
    """Return the (3,) median colour of (n, 3) uint8 sRGB pixels, in linear light, 0..1."""
    return np.median(linear(rgb), axis=0)


def linear(rgb: np.ndarray) -> np.ndarray:
    """Undo the sRGB curve (IEC 61966-2-1) of uint8 values: linear light, 0..1."""
    share = np.asarray(rgb, np.float64) / 255.0
    return np.where(share <= 0.04045, share / 12.92, ((share + 0.055) / 1.055) ** 2.4)


def matched(colour: np.ndarray, reference: np.ndarray) -> np.ndarray:
    """Expose a (3,) linear colour as brightly as ``reference``: one gain, hue and chroma kept.

    How bright the light was cannot be told from how light the skin is, unless
    the picture is an edit of the very photo; nor can its colour.
    """
    weights = np.array([0.2126, 0.7152, 0.0722])
    luminance = float(colour @ weights)
    return colour * (float(reference @ weights) / luminance) if luminance else colour


def delta_e(a: np.ndarray, b: np.ndarray) -> float:
    """CIEDE2000 (CIE 142-2001) of two (3,) linear sRGB colours, D65; 1 is about just visible."""
    from skimage import color  # noqa: PLC0415  (half a second)

    srgb = [
        np.where(c <= 0.0031308, 12.92 * c, 1.055 * np.maximum(c, 0) ** (1 / 2.4) - 0.055)
        for c in (a, b)
    ]
    return float(color.deltaE_ciede2000(*(color.rgb2lab(np.clip(c, 0, 1)) for c in srgb)))


def texture(crop: Crop, mask: np.ndarray) -> float:
    """Strength of fine structure in the skin: its RMS contrast between 1 and 4 px.

    A band of the grey picture (difference of Gaussians) over the local
    brightness, so that exposure does not count.
    """
    local = cv2.GaussianBlur(crop.grey, (0, 0), COARSE)
    band = cv2.GaussianBlur(crop.grey, (0, 0), FINE) - local
    return float(np.sqrt(np.mean((band[mask] / np.maximum(local[mask], 1.0)) ** 2)))


def _between(a: np.ndarray, b: np.ndarray, share: float) -> np.ndarray:
    return a + share * (b - a)
