"""What an open mouth shows: the photo's own inside, or a drawn one.

The drawn inside hangs on the skull (darkness, upper teeth) and on the jaw
(tongue). Sizes of the teeth are average crown widths as shares of an average
63 mm between the pupils; they and the colours' shares are our own choice.
"""

from dataclasses import dataclass

import cv2
import numpy as np

from idlock.engines.parametric.anatomy import LEFT_EYE, RIGHT_EYE, Frame
from idlock.engines.parametric.field import smoothstep
from idlock.engines.parametric.mouth import Lips

# Where one upper tooth ends and the next begins, face units from the middle,
# and how far its tip stands above (-) or below the level of the first's.
TEETH = (0.0, 0.132, 0.235, 0.325, 0.400, 0.460, 0.510)
TIPS = (0.0, -0.010, -0.004, -0.018, -0.024, -0.030)
SHOWN = 0.030  # face units of the first teeth below the shut lips' line
DARK = np.array([0.16, 0.075, 0.07])  # of the skin's colour, deep in the mouth
ENTRANCE = np.array([0.42, 0.26, 0.26])  # of the lip's colour, where light enters the mouth
LIGHT_REACH = 0.05  # face units in which it fades
BEHIND_LIP = 0.03  # face units of the teeth that a smile's lower lip hides (about 2 mm)
TONGUE = np.array([0.62, 0.34, 0.36])


@dataclass(frozen=True)
class Colours:
    """Colours taken from the photo, float RGB 0..255."""

    skin: np.ndarray
    lip: np.ndarray
    white: np.ndarray

    @classmethod
    def of(cls, landmarks: np.ndarray, patch: np.ndarray) -> "Colours":
        """Sample skin, lower lip and the whites of the eyes.

        Args:
            landmarks: (68, 2) patch pixels.
            patch: uint8 RGB (h, w, 3).
        """
        skin = _median(patch, [landmarks[[31, 41, 2, 3, 48]], landmarks[[35, 46, 14, 13, 54]]])
        lip = _median(patch, [landmarks[[67, 66, 65, 56, 57, 58]]])
        eyes = _pixels(patch, [landmarks[LEFT_EYE], landmarks[RIGHT_EYE]])
        light = eyes.mean(axis=1)
        bright = eyes[(light >= np.percentile(light, 72)) & (light <= np.percentile(light, 95))]
        white = np.median(bright, axis=0) if len(bright) else skin
        return cls(skin, lip, np.clip(white, skin * 0.9, 235))


def _pixels(patch: np.ndarray, polygons: list[np.ndarray]) -> np.ndarray:
    canvas = np.zeros(patch.shape[:2], np.uint8)
    for polygon in polygons:
        cv2.fillPoly(canvas, [np.round(polygon).astype(np.int32)], 1)
    return patch[canvas.astype(bool)].astype(np.float64)


def _median(patch: np.ndarray, polygons: list[np.ndarray]) -> np.ndarray:
    pixels = _pixels(patch, polygons)
    return np.median(pixels, axis=0) if len(pixels) else np.full(3, 128.0)


def drawn(
    lips: Lips, frame: Frame, colours: Colours, midline: float, positions: np.ndarray
) -> np.ndarray:
    """Draw what hangs on the skull: darkness and the upper teeth.

    Args:
        lips: the lips of the photo.
        frame: the face's frame.
        colours: the photo's colours.
        midline: ``a`` of the middle of the upper jaw.
        positions: float32 (h, w, 2) patch pixels to draw.

    Returns:
        float32 RGB (h, w, 3), 0..255.
    """
    a, b = lips.coordinates(positions)
    half = np.float32(np.hypot(*lips.across) / frame.unit)
    seam = float(lips.edge(lips.upper, np.float32(midline)))
    x = (a - np.float32(midline)) * half
    picture = np.empty((*a.shape, 3), np.float32)
    deep = 0.75 + 0.5 * smoothstep(0.10, 0.45, b - seam)
    picture[:] = np.clip(colours.skin * DARK, (14, 6, 6), None)
    picture *= deep[..., None]
    cover, light = _teeth(x, b - seam, frame.unit)
    tooth = np.minimum(colours.white * (1.10, 1.06, 0.98), (238, 232, 218))
    return picture + cover[..., None] * (tooth * light[..., None] - picture)


def _teeth(x: np.ndarray, below: np.ndarray, unit: float) -> tuple[np.ndarray, np.ndarray]:
    """Cover (0..1) and brightness of the upper row at ``x`` from the middle, ``below`` the lips."""
    far = np.abs(x)
    number = np.clip(np.searchsorted(TEETH, far, side="right") - 1, 0, len(TIPS) - 1)
    start, end = np.take(TEETH, number), np.take(TEETH, number + 1)
    across = np.clip(2 * (far - start) / (end - start) - 1, -1, 1)
    round_tip = 0.016 * np.abs(across) ** 3.5
    tip = SHOWN + np.take(TIPS, number) - 0.20 * far**2 - round_tip
    soft = 0.9 / unit + 0.004
    cover = smoothstep(-soft, soft, tip - below) * smoothstep(0.52, 0.44, far)
    light = (1 - 0.13 * across**4 - 0.07 * across**2) * (1 - 0.04 * (number % 2))
    light *= np.clip(1.0 - 2.3 * far**2, 0.35, 1)
    light *= 1 - 0.16 * smoothstep(0.03, 0.0, tip - below)
    return cover.astype(np.float32), light.astype(np.float32)


def tongue(
    a: np.ndarray, above: np.ndarray, gap: float, colours: Colours
) -> tuple[np.ndarray, np.ndarray]:
    """The tongue on the floor of the mouth.

    Args:
        a: float32 (h, w), columns of the mouth.
        above: face units above the lower lip's inner edge, float32 (h, w).
        gap: face units between the lips mid-mouth.
        colours: the photo's colours.

    Returns:
        cover (h, w) 0..1 and float32 RGB (h, w, 3).
    """
    height = np.float32(max(0.55 * gap, 1e-6))
    side = np.clip(np.abs(a) / 0.72, 0, 1)
    rise = above / (height * np.sqrt(np.clip(1 - side**2, 0.02, 1)))
    cover = smoothstep(1.25, 0.55, rise) * smoothstep(1.0, 0.8, side)
    cover *= smoothstep(0.05, 0.16, np.float32(gap))
    light = (0.95 - 0.62 * smoothstep(0.0, 1.1, rise)) * (1 - 0.45 * side**2)
    light -= 0.07 * np.exp(-((a / 0.05) ** 2)) * smoothstep(1.0, 0.2, rise)
    light += 0.10 * np.exp(-(((rise - 0.28) / 0.22) ** 2) - (a / 0.4) ** 2)
    colour = (0.5 * colours.lip + 0.5 * colours.skin) * TONGUE
    return cover.astype(np.float32), light[..., None].astype(np.float32) * colour.astype(np.float32)


def own_inside(
    lips: Lips,
    frame: Frame,
    colours: Colours,
    patch: np.ndarray,
    positions: np.ndarray,
    behind: np.ndarray,
    edge: float,
) -> np.ndarray:
    """The photo's own inside of the mouth, carried on a little beyond its edge.

    Args:
        lips: the lips, open in the photo.
        frame: the face's frame.
        colours: the photo's colours.
        patch: uint8 RGB, the pixels at ``positions``.
        positions: float32 (h, w, 2).
        behind: float32 RGB (h, w, 3), what to fade to further out.
        edge: pixels over which the photo's edges go.

    Returns:
        float32 RGB (h, w, 3).
    """
    a, b = lips.coordinates(positions)
    # within the shade that lips throw on the teeth, and off their blurred edges
    margin = (edge - 0.1) / frame.unit + 0.006
    seen = (b > lips.edge(lips.upper, a) + margin) & (b < lips.edge(lips.lower, a) - margin)
    seen &= np.abs(a) < 0.97
    if not seen.any():
        return behind
    distance, nearest = cv2.distanceTransformWithLabels(
        (~seen).astype(np.uint8), cv2.DIST_L2, 5, labelType=cv2.DIST_LABEL_PIXEL
    )
    source = np.zeros((nearest.max() + 1, 3), np.float32)
    source[nearest[seen]] = patch[seen]
    carried = source[nearest]
    smooth = cv2.GaussianBlur(carried, (0, 0), max(0.8, 0.012 * frame.unit))
    outside = smoothstep(0.0, 0.015 * frame.unit, distance)[..., None].astype(np.float32)
    carried += outside * (smooth - carried)
    # Gums and cheeks go on behind the lips. Below, the teeth go on a little, into the
    # shade; what lies behind them is warm where light still enters, and dark further down.
    under = np.clip(b - lips.edge(lips.lower, a) + np.float32(margin), 0, None)
    warm = (colours.lip * ENTRANCE).astype(np.float32)
    lit = np.exp(-under / np.float32(LIGHT_REACH))[..., None]
    behind = behind + lit * (warm - behind)
    carried *= (1 - np.float32(0.35) * smoothstep(0.0, BEHIND_LIP, under))[..., None]
    fade = smoothstep(0.4 * BEHIND_LIP, 1.4 * BEHIND_LIP, under) * smoothstep(1.02, 0.9, np.abs(a))
    carried += fade[..., None].astype(np.float32) * (behind - carried)
    # towards the corners the mouth is as dark as the photo's own darkest places
    dark = np.percentile(patch[seen], 4, axis=0).astype(np.float32)
    corridor = smoothstep(0.72, 0.95, np.abs(a)) * smoothstep(0, 0.05 * frame.unit, distance)
    return carried + corridor[..., None].astype(np.float32) * (dark - carried)
