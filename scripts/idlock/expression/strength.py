"""How strong an expression may get before it is no longer the same person.

Knows neither engine nor judge: both come as functions. The drift need not rise
steadily, so the curve is walked first; what counts is the first intensity at
which the line is crossed, found then by bisection.
"""

import math
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import TypeVar

import numpy as np

from idlock.expression.sliders import SLIDERS

Picture = TypeVar("Picture")

STEPS = 8  # equal steps in which the curve is walked
TOLERANCE = 0.01  # of intensity, to which the crossing is found


@dataclass(frozen=True)
class Point:
    """One picture tried.

    Attributes:
        intensity: factor on the preset.
        read: how much of the preset is read back from the picture.
        drift: distance from the person's reference; NaN where no face was found.
        locked: whether the drift is within the line.
    """

    intensity: float
    read: float
    drift: float
    locked: bool


@dataclass(frozen=True)
class Strength:
    """How far an expression can go for one person.

    Attributes:
        intensity: the largest one at and below which every picture tried is locked.
        bounded: whether the line is what ends it, and not the sliders' range.
        curve: every picture tried, by intensity; the untouched face first.
    """

    intensity: float
    bounded: bool
    curve: tuple[Point, ...]


def most(preset: Mapping[str, float]) -> float:
    """Return the largest factor on a preset that keeps every slider in its range."""
    factors = [
        (SLIDERS[name].high if value > 0 else SLIDERS[name].low) / value
        for name, value in preset.items()
        if value
    ]
    return min(factors, default=1.0)


def scaled(preset: Mapping[str, float], intensity: float) -> dict[str, float]:
    """Return a preset at an intensity, kept inside the ranges where rounding leads out."""
    return {
        name: float(np.clip(value * intensity, SLIDERS[name].low, SLIDERS[name].high))
        for name, value in preset.items()
    }


def bounded(
    picture: Callable[[float], Picture],
    drift: Callable[[Picture], float],
    read: Callable[[Picture], float],
    line: float,
    limit: float,
) -> Strength:
    """Find the largest intensity at which a person stays locked.

    Args:
        picture: makes the picture of an intensity, in whatever form the measures take.
        drift: a picture's distance from the person's reference; NaN for no face.
        read: how much of the expression a picture shows.
        line: the largest drift that is locked.
        limit: the largest intensity to try; see `most`.

    Returns:
        The intensity and the curve. Where not even the untouched face is
        locked, the intensity is 0.
    """

    def tried(intensity: float) -> Point:
        made = picture(intensity)
        found = float(drift(made))
        return Point(intensity, float(read(made)), found, math.isfinite(found) and found <= line)

    curve = [tried(0.0)]
    while curve[-1].locked and len(curve) <= STEPS:
        curve.append(tried(limit * len(curve) / STEPS))
    if curve[-1].locked or len(curve) == 1:
        return Strength(curve[-1].intensity, not curve[-1].locked, tuple(curve))
    inside, outside = curve[-2].intensity, curve[-1].intensity
    while outside - inside > TOLERANCE:
        curve.append(tried((inside + outside) / 2))
        if curve[-1].locked:
            inside = curve[-1].intensity
        else:
            outside = curve[-1].intensity
    return Strength(inside, True, tuple(sorted(curve, key=lambda point: point.intensity)))
