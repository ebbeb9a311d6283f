"""How a face answers to sliders on average, as fitted on the synthetic cast and shipped as data.

A linear model: coarser than the network that reads changes (`reading`), but it
needs no photo of the same person at rest, and the engine that uses it is not
measured with its own yardstick.
"""

from dataclasses import dataclass
from functools import cache

import numpy as np

from idlock.expression.sliders import SLIDERS
from idlock.paths import RESOURCES
from idlock.store.files import read_json

FILE = RESOURCES / "expression" / "response.json"

# Each direction of a slider answers in its own way: knitting the brows is not
# the reverse of raising them. 68 landmarks have no pupils, so the gaze is not read.
SIDES = tuple(
    (name, sign)
    for name, slider in SLIDERS.items()
    if not name.startswith("pupil")
    for sign in (1, -1)
    if sign > 0 or slider.low < 0
)


@dataclass(frozen=True)
class Response:
    """The fitted model.

    Attributes:
        moves: (features, sides) float64, change of features per side at its end.
        covariance: (features, features) float64, of what `moves` leaves unexplained.
    """

    moves: np.ndarray
    covariance: np.ndarray


@cache
def model() -> Response:
    """Return the shipped model."""
    content = read_json(FILE)
    if [tuple(side) for side in content["sides"]] != list(SIDES):
        raise ValueError(f"{FILE} was fitted for other sliders; run bench/fit/response.py")
    return Response(np.array(content["moves"]), np.array(content["covariance"]))


def sides(sliders: dict[str, float]) -> np.ndarray:
    """Return sliders as (sides,) shares of each side's end, 0..1."""
    values = []
    for name, sign in SIDES:
        end = SLIDERS[name].high if sign > 0 else SLIDERS[name].low
        values.append(max(0.0, sliders.get(name, 0.0) / end))
    return np.array(values)


def sliders(shares: np.ndarray) -> dict[str, float]:
    """Return (sides,) shares as sliders, in their own units."""
    values = dict.fromkeys((name for name, _ in SIDES), 0.0)
    for (name, sign), share in zip(SIDES, shares, strict=True):
        values[name] += float(share) * (SLIDERS[name].high if sign > 0 else SLIDERS[name].low)
    return values
