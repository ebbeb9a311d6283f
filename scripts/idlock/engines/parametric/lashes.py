"""Taking the lashes off an upper lid, and laying them back on a moved one."""

import cv2
import numpy as np

from idlock.engines.parametric.eyes import Opening
from idlock.engines.parametric.field import smoothstep
from idlock.engines.parametric.patch import box_of, brightness, sample

HEIGHT = 0.058  # face units above the edge where lashes hide the lid's skin
TIPS = 2.4 * HEIGHT  # where the longest lashes end
LINE = 0.010  # face units, half width of the dark line along the edge
COLUMNS, ROWS = 180, 48  # raster of the matte: s = -0.1..1.1 across, the edge to TIPS up
STRONGEST = 1.25  # times the saturation of the skin below the eye that a lid's may have
DARKEST = 0.22  # ratio below which a dark pixel is iris or make-up, not lash


class Lashes:
    """The lashes of one upper lid, as a matte, and the lid without them.

    Attributes:
        bare: float32 RGB (h, w, 3), the picture with the lid's skin continued
            over the lashes and down past the edge.

    Args:
        opening: the eye's opening in the picture's pixels.
        unit: pixels per face unit.
        picture: float32 RGB (h, w, 3).
    """

    def __init__(self, opening: Opening, unit: float, picture: np.ndarray) -> None:
        height, width = picture.shape[:2]
        y, x = np.mgrid[0:height, 0:width].astype(np.float32)
        places = np.stack([x, y], axis=-1)
        s, t = opening.coordinates(places)
        above = opening.edges(s)[0] - t
        level, hue = _skin_around(picture, above, s)
        box = box_of((above > -0.06) & (above < TIPS) & (s > -0.12) & (s < 1.12))
        self.bare = picture.copy()
        self.bare[box] = _bare(
            np.ascontiguousarray(picture[box]), s[box], above[box], opening, unit, level, hue
        )
        self._matte = self._measure(opening, picture)
        self._root = cv2.GaussianBlur(self._matte[1:8].mean(axis=0)[None], (0, 0), 3.0)[0]

    def _measure(self, opening: Opening, picture: np.ndarray) -> np.ndarray:
        """How much darker the picture is than the bare lid, 0..1 in the matte's raster."""
        rows, cols = np.mgrid[0:ROWS, 0:COLUMNS].astype(np.float32)
        s, above = cols / (COLUMNS - 1) * 1.2 - 0.1, rows / (ROWS - 1) * TIPS
        s, above = s.astype(np.float32), above.astype(np.float32)
        t = opening.edges(s)[0] - above
        at = opening.start + s[..., None] * opening.across + t[..., None] * opening.down
        at = at.astype(np.float32)
        ratio = (brightness(sample(picture, at)) + 4) / (brightness(sample(self.bare, at)) + 4)
        # Bright specks inside the line are reflections on the eye, not skin between lashes.
        closed = cv2.erode(ratio, np.ones((1, 9), np.uint8))
        low = smoothstep(HEIGHT * 0.5, HEIGHT * 0.2, above)
        ratio = ratio + low * (cv2.GaussianBlur(closed, (0, 0), 2.0) - ratio)
        # Towards the nose lashes thin out, and what is dark above the edge is the lid's fold.
        from_nose = np.abs(s - opening.inner)
        tips = TIPS * (0.35 + 0.65 * smoothstep(0.25, 0.6, from_nose))
        fade = smoothstep(tips, 0.55 * tips, above) * smoothstep(0.06, 0.25, from_nose)
        fade = fade * smoothstep(1, 0.90, from_nose)
        return (1 - fade * (1 - np.clip(ratio, DARKEST, 1))).astype(np.float32)

    def darkening(self, s: np.ndarray, above: np.ndarray, close: float) -> np.ndarray:
        """Factor on the brightness around the moved edge, float32 (h, w).

        The lashes turn with the lid: upright when open, seen end-on half way,
        hanging when shut.

        Args:
            s: float32 (h, w), the eye's horizontal coordinate.
            above: float32 (h, w), face units above the moved edge.
            close: 0 as in the photo, 1 shut.
        """
        turned = 1 - 1.85 * close
        turned = np.float32(np.copysign(max(abs(turned), 0.2), turned))
        lashes = cv2.remap(
            self._matte,
            ((s + 0.1) / 1.2 * (COLUMNS - 1)).astype(np.float32),
            (above / turned / TIPS * (ROWS - 1)).astype(np.float32),
            cv2.INTER_LINEAR,
            borderMode=cv2.BORDER_CONSTANT,
            borderValue=1.0,
        )
        root = np.interp(s, np.linspace(-0.1, 1.1, COLUMNS), self._root)
        line = 1 - (1 - root) * np.exp(-((above / LINE) ** 2))
        return np.minimum(lashes, line).astype(np.float32)


def _bare(
    picture: np.ndarray,
    s: np.ndarray,
    above: np.ndarray,
    opening: Opening,
    unit: float,
    level: float,
    hue: np.ndarray,
) -> np.ndarray:
    """The picture of an upper lid with its skin continued over the lashes and past the edge.

    Args:
        picture: float32 RGB (h, w, 3).
        s: float32 (h, w), the eye's horizontal coordinate.
        above: float32 (h, w), face units above the edge.
        opening: the eye's opening.
        unit: pixels per face unit.
        level: brightness of the lit skin around the eye.
        hue: (3,) the skin's hue.
    """
    y, x = np.mgrid[0 : picture.shape[0], 0 : picture.shape[1]].astype(np.float32)
    places, down = np.stack([x, y], axis=-1), opening.down.astype(np.float32)

    def carried(skin: np.ndarray, height: float) -> np.ndarray:
        """The skin ``height`` above the edge, carried straight down from there."""
        soft = cv2.GaussianBlur(skin, (0, 0), 0.030 * unit)
        return sample(soft, places + (above - np.maximum(above, height))[..., None] * down)

    thinned = _tinted(_without_strands(picture, unit), level, hue)
    thinned = _lifted(thinned, carried(thinned, TIPS))
    unrolled = _lit(carried(thinned, HEIGHT * 1.15), level, hue, above)
    beside = (smoothstep(-0.12, 0.04, s) * smoothstep(1.12, 0.96, s))[..., None]
    near = smoothstep(TIPS, HEIGHT * 1.6, above)[..., None] * beside
    band = smoothstep(HEIGHT * 1.15, HEIGHT * 0.8, above)[..., None] * beside
    base = picture + near * (thinned - picture)
    return base + band * (unrolled - base)


def _without_strands(picture: np.ndarray, unit: float) -> np.ndarray:
    """The picture with thin dark strands closed and smoothed."""
    size = max(3, int(0.05 * unit) | 1)
    disc = cv2.getStructuringElement(cv2.MORPH_ELLIPSE, (size, size))
    return cv2.GaussianBlur(cv2.morphologyEx(picture, cv2.MORPH_CLOSE, disc), (0, 0), 0.010 * unit)


def _skin_around(picture: np.ndarray, above: np.ndarray, s: np.ndarray) -> tuple[float, np.ndarray]:
    """Brightness of the lit skin above and below the eye, and the skin's hue (3,), mean 1.

    Lashes grey the skin around them and shine bleaches it, so the hue is taken
    from the darker half of the skin that neither touches. Deep folds and made-up
    lids glow: no more than ``STRONGEST`` of the colour below the eye is believed.
    """
    middle = (s > 0.1) & (s < 0.9)
    upper = picture[middle & (above > 1.6 * HEIGHT) & (above < 3.0 * HEIGHT)]
    lower = picture[middle & (above < -0.26) & (above > -0.45)]
    around = np.concatenate([upper, lower])
    if not len(around):
        return float(picture.mean()), np.ones(3, np.float32)
    light = around.mean(axis=-1)
    low, level = np.percentile(light, (10, 45))
    hue = _hue(around[(light >= low) & (light <= level)])
    if len(lower):
        most = STRONGEST * np.linalg.norm(np.log(_hue(lower)))
        hue = hue ** min(1.0, most / max(np.linalg.norm(np.log(hue)), 1e-6))
    return float(level), hue.astype(np.float32)


def _hue(colours: np.ndarray) -> np.ndarray:
    """Hue of the median colour of pixels (n, 3), mean 1."""
    colour = np.median(colours, axis=0) + 1
    return colour / colour.mean()


def _coloured(light: np.ndarray, level: float, hue: np.ndarray) -> np.ndarray:
    """Skin of brightness ``light`` (h, w, 1): the darker than ``level``, the stronger its hue."""
    shade = np.clip(1 - light / level, 0, 1)
    return light * np.exp(np.log(hue) * (1 + 1.2 * shade))


def _tinted(skin: np.ndarray, level: float, hue: np.ndarray) -> np.ndarray:
    """``skin`` led most of the way to ``hue``, its brightness kept."""
    return 0.3 * skin + 0.7 * _coloured(brightness(skin)[..., None], level, hue)


def _lifted(skin: np.ndarray, reference: np.ndarray) -> np.ndarray:
    """``skin`` with most of the lashes' and the fold's shade taken off."""
    light = brightness(skin)[..., None] + 1
    want = 0.92 * brightness(reference)[..., None]
    return skin * (1 + 0.65 * np.clip(want / light - 1, 0, 2))


def _lit(carried: np.ndarray, level: float, hue: np.ndarray, above: np.ndarray) -> np.ndarray:
    """Lead the skin carried down over the lashes to the brightness of lit skin.

    The lid's skin that unrolls was folded away in the shade; flat over the ball
    it takes the light like the skin around the eye.
    """
    light = 0.3 * brightness(carried)[..., None] + 0.7 * 0.95 * level
    # Rows near the edge are the ones drawn out most: the square root spreads the change evenly.
    out = 1 - np.sqrt(np.clip(above / (1.15 * HEIGHT), 0, 1))
    share = 0.75 * smoothstep(0.0, 0.75, out)[..., None]
    return (carried + share * (_coloured(light, level, hue) - carried)).astype(np.float32)
