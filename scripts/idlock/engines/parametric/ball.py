"""The eyeball's picture, complete behind the lids, with an iris that moves."""

import cv2
import numpy as np

from idlock.engines.parametric.eyes import Opening
from idlock.engines.parametric.field import smoothstep
from idlock.engines.parametric.patch import brightness

# Widths in face units over which the white of the eye is carried on, and how
# much each counts: near pixels first, far ones only where there are none near.
SPREADS = ((0.025, 1.0), (0.06, 0.05), (0.2, 0.001))
RINGS = 10  # of the iris whose mean colour stands in where no half of it shows


class Ball:
    """One eyeball, a hard part: it keeps its pixels, place and shape under the lids.

    Args:
        patch: uint8 RGB (h, w, 3) around the opening.
        places: float32 (h, w, 2), where those pixels are in the opening's coordinates.
        opening: the eye's opening.
        unit: pixels per face unit.
        centre: (2,) of the iris.
        radius: of the iris, pixels.
    """

    def __init__(
        self,
        patch: np.ndarray,
        places: np.ndarray,
        opening: Opening,
        unit: float,
        centre: np.ndarray,
        radius: float,
    ) -> None:
        self._picture = patch.astype(np.float32)
        s, t = opening.coordinates(places)
        upper, lower = opening.edges(s)
        inside = np.minimum(t - upper, lower - t) * np.float32(unit)
        offset = places - centre.astype(np.float32)
        out = np.hypot(offset[..., 0], offset[..., 1]) / np.float32(radius)
        self._under_lid = (t - upper) * np.float32(unit)
        self._widening = opening.widening(s) * np.float32(unit)
        self._out = out
        self._white = _white(self._picture, inside, out, unit)
        below = centre[1] - places[0, 0, 1]
        self._iris = _whole_iris(self._picture, inside, out, float(below))
        self._disc = smoothstep(1.10, 0.96, out)[..., None].astype(np.float32)

    def look(self, shift: np.ndarray, close: float) -> np.ndarray:
        """The ball with the iris moved.

        Args:
            shift: (2,) pixels the iris moves.
            close: how far the lids close; negative when they open wider than in
                the photo. Pixels along the upper lid, dark with its lashes, are
                then replaced like those behind it.

        Returns:
            float32 (h, w, 4): RGB, and how much of the pixel the photo showed.
        """
        opened = smoothstep(0, 1.5, max(-close, 0) * self._widening)
        shown = smoothstep(-2.0 + 2.5 * opened, -0.5 + 3.5 * opened, self._under_lid)[..., None]
        if not np.any(shift):
            full = self._white + self._disc * (self._iris - self._white)
            return np.dstack([full + shown * (self._picture - full), shown])
        iris, disc = self._moved(self._iris, shift), self._moved(self._disc, shift)
        # Where the iris was, the white is filled in; elsewhere the photo's own stays.
        was_iris = cv2.GaussianBlur(smoothstep(1.3, 1.08, self._out), (0, 0), 1.0)[..., None]
        own = shown * (1 - was_iris)
        ground = self._white + own * (self._picture - self._white)
        return np.dstack([ground + disc * (iris - ground), shown])

    @staticmethod
    def _moved(layer: np.ndarray, shift: np.ndarray) -> np.ndarray:
        height, width = layer.shape[:2]
        matrix = np.array([[1, 0, shift[0]], [0, 1, shift[1]]])
        moved = cv2.warpAffine(
            layer, matrix, (width, height), flags=cv2.INTER_LINEAR, borderMode=cv2.BORDER_REPLICATE
        )
        return moved.reshape(layer.shape)


def _white(picture: np.ndarray, inside: np.ndarray, out: np.ndarray, unit: float) -> np.ndarray:
    """The white of the eye everywhere, carried on from where it shows."""
    light = brightness(picture)
    seen = (inside > 2.0) & (out > 1.16)
    if seen.sum() < 12:
        opened = light[inside > 0]
        return np.full_like(picture, np.percentile(opened, 80) if len(opened) else 200)
    weight = (seen & (light >= np.percentile(light[seen], 35))).astype(np.float32)[..., None]
    weighted = np.dstack([picture * weight, weight])
    total = np.full_like(weighted, 1e-6)
    for width, share in SPREADS:
        total += np.float32(share) * _blur(weighted, width * unit)
    return total[..., :3] / total[..., 3:]


def _blur(planes: np.ndarray, sigma: float) -> np.ndarray:
    """Gaussian blur, wide ones at a quarter of the size."""
    if sigma < 8:
        return cv2.GaussianBlur(planes, (0, 0), max(sigma, 0.5))
    height, width = planes.shape[:2]
    small = cv2.resize(planes, (-(-width // 4), -(-height // 4)), interpolation=cv2.INTER_AREA)
    return cv2.resize(cv2.GaussianBlur(small, (0, 0), sigma / 4), (width, height))


def _whole_iris(
    picture: np.ndarray, inside: np.ndarray, out: np.ndarray, middle: float
) -> np.ndarray:
    """The iris with what the lids hide mirrored from the half that shows.

    Args:
        picture: float32 RGB (h, w, 3).
        inside: float32 (h, w), pixels inside the opening.
        out: float32 (h, w), distance from the iris's centre in radii.
        middle: row of the iris's centre.
    """
    height, width = out.shape
    own = smoothstep(0.5, 2.5, inside).astype(np.float32)[..., None]
    mirror = np.array([[1, 0, 0], [0, -1, 2 * middle]])
    other = cv2.warpAffine(
        np.dstack([picture, own]), mirror, (width, height), flags=cv2.INTER_LINEAR
    )
    ring = np.minimum((out * 8).astype(int), RINGS - 1)
    colours = np.empty((RINGS, 3), np.float32)
    whole = picture[(out < 1) & (inside > 0)]
    for number in range(RINGS):
        pixels = picture[(ring == number) & (inside > 2)]
        pixels = pixels if len(pixels) else whole
        colours[number] = np.median(pixels, axis=0) if len(pixels) else 60
    iris = cv2.GaussianBlur(colours[ring], (0, 0), 1.0)
    iris += other[..., 3:] * (other[..., :3] - iris)
    return iris + own * (picture - iris)
