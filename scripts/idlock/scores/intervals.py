"""How sure a figure is: intervals over pictures within people, and over people."""

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np
import pandas as pd

CONFIDENCE = 0.95
Z = 1.959964  # of the normal distribution, for that
ROUNDS = 2000  # of the bootstrap
INNER = 200  # pictures of one person are drawn again so many times, and these reused
SEED = 20  # a bootstrap has to give the same figures when it is run again


@dataclass(frozen=True)
class Estimate:
    """A figure with its interval of 95 % confidence; NaN where nothing was measured."""

    value: float
    low: float
    high: float


def wilson(hits: float, tries: float) -> Estimate:
    """Share of ``hits`` with Wilson's score interval (1927).

    Unlike a bootstrap it does not claim certainty where all pictures agree.
    """
    if not tries:
        return Estimate(np.nan, np.nan, np.nan)
    share = hits / tries
    spread = Z * np.sqrt(share * (1 - share) / tries + (Z / (2 * tries)) ** 2)
    middle, scale = share + Z**2 / (2 * tries), 1 + Z**2 / tries
    low, high = (middle - spread) / scale, (middle + spread) / scale
    return Estimate(share, max(0.0, min(low, share)), min(1.0, max(high, share)))


class Resampled:
    """A measure of many pictures, drawn again within every person.

    Attributes:
        people: (p,) names.
        totals, counts: (p,) sum of the values, and number of pictures measured.
        draws: (p, 200) sums of as many pictures of the person, drawn with
            replacement.
    """

    def __init__(self, values: pd.Series, people: pd.Series):
        known = values.notna()
        numbers = values[known].astype(float)
        groups = numbers.groupby(people[known], sort=True)
        self.people = np.array(list(groups.groups), dtype=object)
        self.totals = groups.sum().to_numpy()
        self.counts = groups.size().to_numpy()
        random = np.random.default_rng(SEED)
        self.draws = np.array(
            [
                values.to_numpy()[random.integers(0, len(values), (len(values), INNER))].sum(axis=0)
                for _, values in groups
            ]
        ).reshape(len(self.people), INNER)

    def of(self, chosen: np.ndarray) -> np.ndarray:
        """Return the (2000,) bootstrapped means over the people marked in ``chosen`` (p,) bool.

        People are drawn with replacement, and of each one of the draws of
        their pictures (Davison and Hinkley 1997, section 3.8).
        """
        random = np.random.default_rng(SEED + 1)
        members = np.flatnonzero(chosen)
        who = members[random.integers(0, len(members), (ROUNDS, len(members)))]
        which = random.integers(0, INNER, who.shape)
        return self.draws[who, which].sum(axis=1) / self.counts[who].sum(axis=1)

    def estimate(self, chosen: np.ndarray) -> Estimate:
        """Return the mean over the pictures of the people marked in ``chosen``."""
        if not chosen.any():
            return Estimate(np.nan, np.nan, np.nan)
        value = float(self.totals[chosen].sum() / self.counts[chosen].sum())
        low, high = np.quantile(self.of(chosen), [(1 - CONFIDENCE) / 2, (1 + CONFIDENCE) / 2])
        return Estimate(value, min(float(low), value), max(float(high), value))


def share(of: Resampled, chosen: np.ndarray) -> Estimate:
    """Return a share of pictures; where all agree, as sure as that many people make it."""
    found = of.estimate(chosen)
    if found.value not in (0.0, 1.0):
        return found
    people = int(chosen.sum())
    return wilson(found.value * people, people)


def columns(name: str, estimate: Estimate) -> Mapping[str, float]:
    """Return an estimate as three columns."""
    return {name: estimate.value, f"{name}_low": estimate.low, f"{name}_high": estimate.high}
