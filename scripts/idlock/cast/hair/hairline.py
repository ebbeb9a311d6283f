"""Where hair grows: the skull as seen from its middle, and the line where the hair ends."""

from functools import lru_cache
from typing import NamedTuple

import numpy as np

from idlock.cast.chart import chart
from idlock.cast.compiled import compiled
from idlock.cast.fields import step
from idlock.cast.figure import resting
from idlock.cast.grid import blended
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
    flat = np.ascontiguousarray(towards, np.float64).reshape(-1, 3)
    reach = _reach(flat, _skull(person))
    return np.clip(reach.reshape(towards.shape[:-1]), 40.0, 130.0)


class Skull(NamedTuple):
    """A person's head as `skull_reach` looks at it.

    Attributes:
        skin: (R, C, 3) float32 mm at rest.
        turn: (C,) angle of each column, radians.
        rows: (5, R) for each slice, from the chin up: height of its front, depth of its front,
            of its broadest place and of its back, half its breadth; mm.
    """

    skin: np.ndarray
    turn: np.ndarray
    rows: np.ndarray


@lru_cache(maxsize=16)
def _skull(person: Person) -> Skull:
    c, rest = chart(), resting(person)[0]
    profile = rest[:, len(c.turn) // 2]
    back, half = rest[..., 2].min(axis=1), np.abs(rest[..., 0]).max(axis=1)
    rows = np.stack([profile[:, 1], profile[:, 2], _middles(), back, half])
    return Skull(rest, c.turn, np.ascontiguousarray(rows[:, ::-1], np.float64))


@compiled
def _reach(towards, skull):
    """`skull_reach` of directions (n, 3): from a guess, four times on to the skin seen there."""
    reach, last = np.full(len(towards), 92.0), skull.rows.shape[1] - 1
    skin = np.empty(3, np.float32)
    for i in range(len(towards)):
        for _ in range(4):
            row = _place(skull.rows[0], CENTRE[1] + reach[i] * towards[i, 1])
            middle, half = _at(skull.rows[2], row), _at(skull.rows[4], row)
            depth = CENTRE[2] + reach[i] * towards[i, 2] - middle
            if depth > 0:
                depth /= max(_at(skull.rows[1], row) - middle, 6.0)
            else:
                depth /= 1.3 * max(middle - _at(skull.rows[3], row), 6.0)
            aside = CENTRE[0] + reach[i] * towards[i, 0]
            column = _place(skull.turn, np.arctan2(aside / max(half, 4.0), depth))
            blended(skull.skin, np.float32(last - row), np.float32(column), skin)
            x, y, z = skin[0] - CENTRE[0], skin[1] - CENTRE[1], skin[2] - CENTRE[2]
            reach[i] = np.sqrt(x * x + y * y + z * z)
    return reach


@compiled
def _place(rising, value):
    """Index, as a fraction, at which a rising row of numbers reaches ``value``."""
    after = min(max(np.searchsorted(rising, value), 1), len(rising) - 1)
    low, high = rising[after - 1], rising[after]
    return after - 1 + min(max((value - low) / max(high - low, 1e-9), 0.0), 1.0)


@compiled
def _at(values, place):
    """Value of a row of numbers at a fractional index."""
    before = min(int(place), len(values) - 2)
    return values[before] + (values[before + 1] - values[before]) * (place - before)


@lru_cache(maxsize=1)
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
