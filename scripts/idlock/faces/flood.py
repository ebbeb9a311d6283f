"""What can be reached from the border of a photo without crossing a sharp edge: the wall.

Colour alone cannot tell grey hair from a grey wall, nor black hair that hangs far out from a dark
room. But whatever stands in focus in front of a wall has a sharp outline, and what is behind it
changes slowly: plain walls not at all, gardens and rooms out of focus by and by. So the way from
the border to a place behind is easy, and the way into hair has a step.
"""

import cv2
import numpy as np
from skimage.graph import MCP_Geometric

from idlock.faces import outline

# Log odds of `outline.prior` up to which the border may be wall, and beyond which a pixel may
# stand for the wall and for the person when their ways are compared.
BORDER, WALL, PERSON = -1.5, -3.0, 3.0
# The slope of a colour counts squared (a blurred edge of ten pixels then costs a tenth of a sharp
# one), hues more than lightness, less what noise and grain make.
WEIGHTS, GRAIN = (1.0, 4.0, 4.0), 3.0
# What a pixel costs in any case, as a share of the grain and at least.
STEP, LEAST = 0.1, 0.02
# Share that keeps the odds finite: one pixel in twenty stands on the wrong side.
DOUBT = 0.05
# The share of the presumed wall that is trusted to be wall, the most easily reached: of the rest
# some may be hair that reaches further than hair usually does.
TRUSTED = 0.9
FEWEST = 20  # pixels, fewer do not stand for anything


def ways(picture: np.ndarray, odds: np.ndarray, inside: np.ndarray) -> np.ndarray:
    """Length of the easiest way from the photo's border to each pixel.

    Args:
        picture: (h, w, 3) uint8 RGB, about 200 px.
        odds: (h, w) log odds of the person, `outline.prior`.
        inside: (h, w) bool, the photo.

    Returns:
        (h, w) float >= 0 on a logarithmic scale, 0 everywhere if no border is wall.
    """
    lab = cv2.cvtColor(picture, cv2.COLOR_RGB2LAB).astype(np.float32)
    right, down = (cv2.Sobel(lab, cv2.CV_32F, *axis, ksize=3) / 8 for axis in ((1, 0), (0, 1)))
    slope = (right**2 + down**2) @ np.array(WEIGHTS, np.float32)
    far = (odds < WALL) & inside
    grain = float(np.median(slope[far])) if far.any() else 1.0
    cost = np.maximum(slope - GRAIN * grain, 0) + STEP * grain + LEAST
    rim = cv2.erode(inside.astype(np.uint8), np.ones((5, 5)), borderValue=0) == 0
    starts = np.argwhere(inside & rim & (odds < BORDER))
    if not len(starts):
        return np.zeros(odds.shape)
    # A negative cost is a wall to the search: no way leads outside the photo.
    lengths, _ = MCP_Geometric(np.where(inside, cost, -1.0).astype(float)).find_costs(starts)
    return np.where(inside, np.log1p(np.where(np.isfinite(lengths), lengths, 0)), 0)


def reached(
    picture: np.ndarray, landmarks: np.ndarray, inside: np.ndarray, scale: float
) -> tuple[np.ndarray, np.ndarray]:
    """Compare the way to each pixel with the ways to what is surely wall and surely head.

    Args:
        picture: (h, w, 3) uint8 RGB.
        landmarks: (68, 2) px of the full picture.
        inside: (h, w) bool, the photo.
        scale: pixels of `picture` per pixel of the full picture.

    Returns:
        odds: (h, w) float, log odds of the person that the way tells, within -3..3; 0 outside
            the photo and between both kinds.
        wall: (h, w) bool, what is trusted to be wall.
    """
    prior = outline.prior(landmarks, inside.shape, scale)
    way = ways(picture, prior, inside)
    person, wall = (np.sort(way[sure & inside]) for sure in (prior > PERSON, prior < WALL))
    if min(len(person), len(wall)) < FEWEST:
        return np.zeros(inside.shape), inside & (prior < WALL)
    # Compared by ranks: which share of the head lies on easier ways, which of the wall on harder.
    easier = np.searchsorted(person, way, side="right") / len(person)
    harder = 1 - np.searchsorted(wall, way, side="left") / len(wall)
    odds = np.where(inside, np.log((easier + DOUBT) / (harder + DOUBT)), 0.0)
    return odds, inside & (prior < -2) & (way < np.quantile(wall, TRUSTED))
