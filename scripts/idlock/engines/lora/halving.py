"""Successive halving: the price of a few for the best of many.

All contestants go a little way, the better ones go further, and only a few go
to the end (Jamieson and Talwalkar 2016). What is given up is the chance that a
contestant looks bad early and would have turned out best.
"""

from collections.abc import Callable, Hashable, Sequence
from dataclasses import dataclass, field
from math import inf, isnan


@dataclass(frozen=True, order=True)
class Rung:
    """A look at everybody who is left.

    Attributes:
        step: steps each of them has gone by then.
        keep: how many of each group go on.
    """

    step: int
    keep: int


@dataclass
class Trial:
    """How far one contestant came.

    Attributes:
        group: contestants are compared within their group only.
        steps: steps gone.
        scores: what was found at each look, the smaller the better.
        ended: whether it came to the end.
    """

    group: Hashable
    steps: int = 0
    scores: list[float] = field(default_factory=list)
    ended: bool = False


def rungs(count: int, steps: int, shares: Sequence[tuple[float, float]], keep: int) -> list[Rung]:
    """Return when to look, and how many to let go on.

    Args:
        count: contestants of a group.
        steps: a contestant's whole way.
        shares: (share of the way, share of the contestants that go on) per look.
        keep: least that go on, and so reach the end.

    Returns:
        Rungs with growing steps and falling numbers; looks that would fall
        together, or let everybody go on, are left out.
    """
    found: list[Rung] = []
    left = count
    for way, going_on in sorted(shares):
        rung = Rung(max(1, round(way * steps)), max(keep, round(going_on * count)))
        if rung.step < steps and rung.keep < left and all(rung.step > r.step for r in found):
            found.append(rung)
            left = rung.keep
    return found


def cost(count: int, steps: int, looks: Sequence[Rung]) -> int:
    """Return the steps that ``count`` contestants of a group go in all."""
    total, left, at = 0, count, 0
    for rung in looks:
        total += left * (rung.step - at)
        left, at = min(left, rung.keep), rung.step
    return total + left * (steps - at)


def run(
    groups: Sequence[Hashable],
    steps: int,
    looks: Sequence[Rung],
    advance: Callable[[list[int], int], None],
    score: Callable[[list[int]], Sequence[float]],
) -> list[Trial]:
    """Let contestants go on until few are left of each group, and those to the end.

    Args:
        groups: the group of each contestant.
        steps: a contestant's whole way.
        looks: as of `rungs`.
        advance: takes the named contestants on by so many steps.
        score: looks at the named contestants; the smaller the better, infinity
            for what cannot be told. Equals keep their order.

    Returns:
        A trial per contestant.
    """
    trials = [Trial(group) for group in groups]
    left = list(range(len(trials)))
    for rung in (*looks, Rung(steps, len(trials))):
        at = trials[left[0]].steps if left else 0
        advance(left, rung.step - at)
        for who, found in zip(left, score(left), strict=True):
            trials[who].steps = rung.step
            trials[who].scores.append(float(found))
            trials[who].ended = rung.step == steps
        left = _best(left, trials, rung.keep)
    return trials


def _best(left: Sequence[int], trials: Sequence[Trial], keep: int) -> list[int]:
    """Return the ``keep`` best of each group at the last look, in their old order."""
    chosen: list[int] = []
    for group in dict.fromkeys(trials[who].group for who in left):
        members = [who for who in left if trials[who].group == group]
        chosen += sorted(members, key=lambda who: _last(trials[who]))[:keep]
    return sorted(chosen)


def _last(trial: Trial) -> float:
    score = trial.scores[-1]
    return inf if isnan(score) else score
