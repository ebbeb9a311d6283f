"""How good is the picture as a picture, and what did the edit do to the rest of it?"""

from collections.abc import Mapping

import cv2
import numpy as np

from idlock.faces import quality, shape
from idlock.judges import Case, Look, Value, artefacts
from idlock.judges.ssim import ssim_map


class Quality:
    """Sharpness, noise, exposure and blocks of the face; what changed around it."""

    columns = (
        *("sharpness", "sharpness_ratio", "noise", "exposure_change", "clipped", "blockiness"),
        *("ssim_outside", "seam"),
    )

    def measure(self, case: Case) -> Mapping[str, Value]:
        """See `idlock.judges.Judge`."""
        picture, source = case.picture, case.source
        sharp, before = (quality.sharpness(k.rgb, k.landmarks) for k in (picture, source))
        face = quality.face_pixels(picture.rgb, picture.landmarks)
        grey = cv2.cvtColor(picture.rgb, cv2.COLOR_RGB2GRAY)
        # a photo of another size was not edited in place
        in_place = picture.image.shape[:2] == source.image.shape[:2] and case.expression is not None
        return {
            "sharpness": sharp,
            "sharpness_ratio": sharp / before if before else None,
            "noise": artefacts.noise(grey[_face_box(picture)]),
            "exposure_change": _stops(picture, source),
            "clipped": float(np.mean((face <= 3) | (face >= 252))) if face.size else None,
            "blockiness": artefacts.blockiness(grey),
            "ssim_outside": ssim_outside(picture, source) if in_place else None,
            "seam": artefacts.seam(grey, cv2.cvtColor(source.rgb, cv2.COLOR_RGB2GRAY))
            if in_place
            else None,
        }


def ssim_outside(picture: Look, source: Look) -> float | None:
    """Mean SSIM of two pictures of one size where neither shows a face.

    The face is the landmarks' hull and a third of the distance between the eyes
    around it; the empty background of a cut-out does not count. Measured at
    half size. None where the face fills the picture.
    """
    outside = np.ones(picture.rgb.shape[:2], np.uint8)
    for look in (picture, source):
        hull = cv2.convexHull(np.rint(look.landmarks).astype(np.int32))
        cv2.fillConvexPoly(outside, hull, 0)
        if look.image.shape[2] == 4:
            outside[look.image[..., 3] == 0] = 0
    outside = artefacts.grown(outside > 0, -shape.interocular(source.landmarks) / 3)
    small = [_halved(cv2.cvtColor(look.rgb, cv2.COLOR_RGB2GRAY)) for look in (picture, source)]
    there = _halved(np.uint8(255) * outside) == 255
    return float(ssim_map(*small)[there].mean()) if there.any() else None


def _face_box(look: Look) -> tuple[slice, slice]:
    """Where the face lies in its own picture, not resampled."""
    height, width = look.rgb.shape[:2]
    low, high = look.landmarks.min(axis=0), look.landmarks.max(axis=0)
    left, top = (int(np.clip(v, 0, end - 8)) for v, end in zip(low, (width, height), strict=True))
    return slice(top, max(top + 8, int(high[1]))), slice(left, max(left + 8, int(high[0])))


def _stops(picture: Look, source: Look) -> float | None:
    """How many times brighter the face became, as a power of two of linear light."""
    light = [
        float(np.mean((look.crop.grey[look.crop.hull] / 255.0) ** 2.2))
        for look in (picture, source)
    ]
    return float(np.log2(light[0] / light[1])) if min(light) > 0 else None


def _halved(grey: np.ndarray) -> np.ndarray:
    return cv2.resize(grey, None, fx=0.5, fy=0.5, interpolation=cv2.INTER_AREA)
