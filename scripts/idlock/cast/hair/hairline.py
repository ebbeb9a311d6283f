"""Where hair grows: the skull as seen from its middle, and the line where the hair ends."""

import cv2
import numpy as np

from idlock.cast.chart import chart
from idlock.cast.fields import step
from idlock.cast.figure import resting
from idlock.cast.head import mean_head
from idlock.cast.people import Person

CENTRE = np.array([0.0, 24.0, -6.0])

# Angle from the middle of the face, degrees, and height of the edge of the hair
# there, mm: against the person's hairline (the first five) or over the eyes.
_ANGLE = np.array([0, 16, 31, 41, 49, 57, 64, 70, 75, 80, 86, 98, 110, 122, 140, 180], float)
_HEIGHT = np.array([0, 0.5, -1, -12, -30, 20, 5, -6, -7, 6, 17, 18, 2, -25, -46, -54], float)
_TEMPLES = np.array([0.0, 0.25, 1.0, 1.0, 0.6])


def hairline(person: Person, angle: np.ndarray) -> np.ndarray:
    """Height of the hair's edge, mm over the eyes, ``angle`` degrees from the face's middle."""
    hair = person.hair
    height = _HEIGHT.copy()
    height[:5] += hair.hairline + hair.temples * _TEMPLES
    # Three soft waves keep the line from looking drawn with a ruler.
    draw = np.random.default_rng([person.seed, 41])
    wobble = sum(
        draw.normal(0, 1.1) * np.sin(np.radians(angle) * k + draw.uniform(0, 6)) for k in (5, 8, 13)
    )
    lifted = np.interp(np.abs(angle), _ANGLE, height)
    rise = person.shape.head_height * 0.055 * 50.0
    return lifted + wobble * step(np.abs(angle), 62, 45) + rise * step(np.abs(angle), 60, 30)


def directions(angle: np.ndarray | float, rise: np.ndarray | float) -> np.ndarray:
    """Unit vectors (..., 3) from angles about the vertical axis and over the horizon, radians."""
    return np.stack(
        [np.sin(angle) * np.cos(rise), np.sin(rise), np.cos(angle) * np.cos(rise)], axis=-1
    )


def between(start: np.ndarray, stop: np.ndarray, share: np.ndarray) -> np.ndarray:
    """Go from unit vectors (..., 3) to others along the shortest way, ``share`` (...) of it."""
    angle = np.arccos(np.clip((start * stop).sum(axis=-1), -0.9999, 0.9999))[..., None]
    share = share[..., None]
    return (np.sin((1 - share) * angle) * start + np.sin(share * angle) * stop) / np.sin(angle)


def skull_reach(person: Person, towards: np.ndarray) -> np.ndarray:
    """Distance (h, w) in mm from `CENTRE` to the person's skin along unit vectors (h, w, 3)."""
    c, rest = chart(), resting(person)[0]
    rows, columns = np.arange(len(c.y)), np.arange(len(c.turn))
    profile = rest[:, len(c.turn) // 2]
    half = np.abs(rest[..., 0]).max(axis=1)
    middles = _middles()
    back = rest[..., 2].min(axis=1)
    reach = np.full(towards.shape[:-1], 92.0)
    for _ in range(4):
        at = CENTRE + reach[..., None] * towards
        row = np.interp(-at[..., 1], -profile[:, 1], rows)
        middle = np.interp(row, rows, middles)
        ahead = np.maximum(np.interp(row, rows, profile[:, 2]) - middle, 6.0)
        behind = np.maximum(middle - np.interp(row, rows, back), 6.0) * 1.3
        depth = at[..., 2] - middle
        aside = at[..., 0] / np.maximum(np.interp(row, rows, half), 4.0)
        column = np.interp(
            np.arctan2(aside, depth / np.where(depth > 0, ahead, behind)), c.turn, columns
        )
        skin = cv2.remap(rest, column.astype(np.float32), row.astype(np.float32), cv2.INTER_LINEAR)
        reach = np.linalg.norm(skin - CENTRE, axis=-1)
    return np.clip(reach, 40.0, 130.0)


def _middles() -> np.ndarray:
    """Depth (R,) of each slice's broadest place on the mean head, mm."""
    points = mean_head().points
    return points[np.arange(len(points)), np.abs(points[..., 0]).argmax(axis=1), 2]


def rise_at(person: Person, angle: np.ndarray, height: np.ndarray) -> np.ndarray:
    """Angle (n,) over the horizon, radians, at which the skin reaches ``height`` mm."""
    rise = np.full_like(angle, 0.3)
    for _ in range(5):
        reach = skull_reach(person, directions(angle, rise)[None])[0]
        rise = np.arcsin(np.clip((height - CENTRE[1]) / reach, -0.95, 0.95))
    return rise
