"""Calibration: at which drift do two photos count as one person, and how often is that wrong?

Genuine distances are between photos of one person, impostor distances between
photos of two. A line at a false accept rate (FAR) is the impostor distance that
this share lies at or below; the false reject rate (FRR) there is the share of
genuine distances above it. Intervals are bootstrapped over people, because the
pairs of one person do not tell independent things (Bolle, Ratha and Pankanti
2004, "Error analysis of pattern recognition systems: the subsets bootstrap").
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np

from idlock.identity import references

RATES = {"far-1e-2": 1e-2, "far-1e-3": 1e-3, "far-1e-4": 1e-4}
# A rate is not told from fewer impostor pairs than this over it: where not one
# in n is accepted, the rate may still be 3/n (95 %; Hanley and Lippman-Hand 1983).
EXPECTED = 3
FEWEST_PEOPLE = 5
ROUNDS = 200
ROC_POINTS = 61


@dataclass(frozen=True)
class Distances:
    """Cosine distances of pairs of photos, with the people they are of.

    Attributes:
        genuine: (g,), of one person each; `genuine_people` (g,) which.
        impostor: (m,), of two; `impostor_people` (m, 2) which.
        people: how many there are.
    """

    genuine: np.ndarray
    genuine_people: np.ndarray
    impostor: np.ndarray
    impostor_people: np.ndarray
    people: int


def pairs(photos: Mapping[str, np.ndarray]) -> Distances:
    """Compare all photos with each other.

    Args:
        photos: person -> (n, d) vectors; people with one photo serve as impostors.
    """
    directions = [references.unit(vectors) for vectors in photos.values()]
    owner = np.repeat(np.arange(len(directions)), [len(own) for own in directions])
    everything = np.vstack(directions).astype(np.float32)
    first, second = np.triu_indices(len(everything), 1)
    apart = np.clip(1.0 - everything @ everything.T, 0.0, 2.0)[first, second]
    same = owner[first] == owner[second]
    return Distances(
        genuine=apart[same],
        genuine_people=owner[first[same]],
        impostor=apart[~same],
        impostor_people=np.column_stack([owner[first[~same]], owner[second[~same]]]),
        people=len(directions),
    )


def leave_one_out(photos: Mapping[str, np.ndarray]) -> Distances:
    """Compare every photo with the mean of the person's others, and of everybody else's.

    This is what drift is, for real photos. People with one photo serve as impostors.
    """
    directions = [references.unit(vectors) for vectors in photos.values()]
    owner = np.repeat(np.arange(len(directions)), [len(own) for own in directions])
    means = references.unit(np.array([own.sum(axis=0) for own in directions]))
    genuine = [references.drift(own, own.sum(axis=0) - own) for own in directions if len(own) > 1]
    apart = np.clip(1.0 - np.vstack(directions) @ means.T, 0.0, 2.0)
    other = owner[:, None] != np.arange(len(means))
    photo, reference = np.nonzero(other)
    counts = np.array([len(own) for own in directions])
    return Distances(
        genuine=np.concatenate(genuine) if genuine else np.array([]),
        genuine_people=owner[counts[owner] > 1],
        impostor=apart[other],
        impostor_people=np.column_stack([owner[photo], reference]),
        people=len(directions),
    )


def measured(distances: Distances, seed: int = 0) -> dict[str, Any]:
    """Return distances, ROC, equal error rate and lines as JSON-able data.

    Raises:
        ValueError: fewer than five people have two photos.
    """
    people = len(np.unique(distances.genuine_people))
    if people < FEWEST_PEOPLE:
        raise ValueError(
            f"{people} people have two photos or more; a calibration needs {FEWEST_PEOPLE} at "
            "least, and some hundreds to be sure of small rates"
        )
    sides = _Sides(distances)
    curve = _Curve(sides, np.ones(distances.people))
    needed = {name: int(np.ceil(EXPECTED / rate)) for name, rate in RATES.items()}
    pairs_there = len(distances.impostor)
    told = [name for name in RATES if pairs_there >= needed[name]]
    again = [_places(c, told) for c in _bootstrapped(sides, distances.people, seed)]
    return {
        "lines": {
            name: _line(curve, [places[name] for places in again], place)
            for name, place in _places(curve, told).items()
        },
        "refused": {
            name: f"{pairs_there} impostor pairs; {needed[name]} are needed"
            for name in RATES
            if name not in told
        },
        "genuine": _described(distances.genuine, (5, 50, 95, 99)),
        "impostor": _described(distances.impostor, (0.1, 1, 5, 50)),
        "roc": curve.roc(),
    }


def _places(curve: "_Curve", rates: list[str]) -> dict[str, float]:
    return {name: curve.at_far(RATES[name]) for name in rates} | {"eer": curve.equal_error()}


def _line(curve: "_Curve", again: list[float], drift: float) -> dict[str, Any]:
    """Describe a line: its place, how sure that is, and the error rates there."""
    low, high = np.quantile(again, [0.025, 0.975])
    return {
        "drift": round(drift, 6),
        "interval": [round(float(low), 6), round(float(high), 6)],
        "false_accept_rate": _short(curve.far(drift)),
        "false_reject_rate": _short(curve.frr(drift)),
    }


class _Sides:
    """Both kinds of distances in ascending order, with their people; one order for all weights."""

    def __init__(self, distances: Distances):
        genuine = np.argsort(distances.genuine, kind="stable")
        impostor = np.argsort(distances.impostor, kind="stable")
        self.genuine = distances.genuine[genuine].astype(np.float64)
        self.impostor = distances.impostor[impostor].astype(np.float64)
        self.genuine_people = distances.genuine_people[genuine]
        self.first, self.second = distances.impostor_people[impostor].T


class _Curve:
    """Error rates by line, where each person counts ``weights`` (people,) times."""

    def __init__(self, sides: _Sides, weights: np.ndarray):
        self._genuine = _Cumulated(sides.genuine, weights[sides.genuine_people])
        self._impostor = _Cumulated(sides.impostor, weights[sides.first] * weights[sides.second])

    def far(self, line: float | np.ndarray) -> np.ndarray:
        return self._impostor.share(line)

    def frr(self, line: float | np.ndarray) -> np.ndarray:
        return 1.0 - self._genuine.share(line)

    def at_far(self, rate: float) -> float:
        """Largest impostor distance at which no more than ``rate`` are accepted."""
        return self._impostor.quantile(rate)

    def equal_error(self) -> float:
        """Where both rates meet; in the middle of the gap where nothing overlaps."""
        last, first = self._genuine.last, self._impostor.first
        if last < first:
            return (last + first) / 2
        # with the line the one rate grows and the other falls, so they cross once
        low, high = first, last
        for _ in range(50):
            middle = (low + high) / 2
            if self.far(middle) < self.frr(middle):
                low = middle
            else:
                high = middle
        return high

    def roc(self) -> list[list[float]]:
        """(line, FAR, FRR) over the range of lines."""
        low = min(self._genuine.values[0], self._impostor.values[0])
        high = max(self._genuine.values[-1], self._impostor.values[-1])
        return [
            [_short(line), _short(self.far(line)), _short(self.frr(line))]
            for line in np.linspace(low, high, ROC_POINTS)
        ]


class _Cumulated:
    """Ascending values with the weight up to each of them."""

    def __init__(self, values: np.ndarray, weights: np.ndarray):
        self.values = values
        self._up_to = np.concatenate([[0.0], np.cumsum(weights, dtype=np.float64)])

    @property
    def first(self) -> float:
        """The smallest value that has any weight."""
        return float(self.values[np.searchsorted(self._up_to, 0.0, side="right") - 1])

    @property
    def last(self) -> float:
        """The largest value that has any weight."""
        return float(self.values[np.searchsorted(self._up_to, self._up_to[-1]) - 1])

    def share(self, line: float | np.ndarray) -> np.ndarray:
        """Share of the weight at or below ``line``."""
        return self._up_to[np.searchsorted(self.values, line, side="right")] / self._up_to[-1]

    def quantile(self, share: float) -> float:
        """Largest value with no more than ``share`` of the weight at or below it."""
        at = np.searchsorted(self._up_to, share * self._up_to[-1] * (1 + 1e-12), side="right") - 1
        return float(self.values[max(at - 1, 0)])


def _bootstrapped(sides: _Sides, people: int, seed: int) -> Iterator[_Curve]:
    """Yield the curves of 200 sets of as many people, drawn with replacement."""
    random = np.random.default_rng(seed)
    for _ in range(ROUNDS):
        weights = np.bincount(random.integers(0, people, people), minlength=people).astype(float)
        if weights[sides.genuine_people].any() and np.count_nonzero(weights) > 1:
            yield _Curve(sides, weights)


def _described(values: np.ndarray, percents: tuple[float, ...]) -> dict[str, Any]:
    return {
        "pairs": len(values),
        "mean": _short(values.mean()),
        **{f"p{percent:g}": _short(np.percentile(values, percent)) for percent in percents},
        "min": _short(values.min()),
        "max": _short(values.max()),
    }


def _short(value: float | np.ndarray) -> float:
    return float(f"{float(value):.5g}")
