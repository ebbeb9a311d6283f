"""When to stop: is a series of losses level, does it rise, or does it still fall?

A loss that no longer changes cannot be proved by a test that finds no change;
few or noisy figures find none either. So the question is turned round (two
one-sided tests, Schuirmann 1987): a phase has converged where the data exclude
a slope that would still matter. The goodness of fit (R squared) is of no use
here, since it goes to nought exactly where the slope does.
"""

import math
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass
from typing import Any

import numpy as np
from scipy.special import stdtr, stdtrit

FEWEST = 4  # checks that a slope is judged by: with three, one degree of freedom proves nothing


@dataclass(frozen=True)
class Welford:
    """Running mean and variance, without the loss of digits of a sum of squares (Welford 1962).

    Attributes:
        count: of values.
        mean: of them.
        squares: sum of squared deviations from the mean.
    """

    count: int = 0
    mean: float = 0.0
    squares: float = 0.0

    def with_value(self, value: float) -> "Welford":
        """Return the statistics with one more value."""
        count = self.count + 1
        mean = self.mean + (value - self.mean) / count
        return Welford(count, mean, self.squares + (value - self.mean) * (value - mean))

    def without_value(self, value: float) -> "Welford":
        """Return the statistics as they were before ``value`` was added."""
        if self.count <= 1:
            return Welford()
        count = self.count - 1
        mean = self.mean - (value - self.mean) / count
        squares = self.squares - (value - self.mean) * (value - mean)
        return Welford(count, mean, max(squares, 0.0))

    @property
    def variance(self) -> float:
        """Unbiased variance; NaN for fewer than two values."""
        return self.squares / (self.count - 1) if self.count > 1 else math.nan


@dataclass(frozen=True)
class Slope:
    """Slope of a straight line through points, and how well it is known.

    Attributes:
        value: by ordinary least squares.
        standard_error: of ``value``.
        degrees: of freedom, two fewer than points.
    """

    value: float
    standard_error: float
    degrees: int

    def interval(self, significance: float) -> tuple[float, float]:
        """The interval that two one-sided tests at ``significance`` look at (90 % at 0.05)."""
        half = float(stdtrit(self.degrees, 1 - significance)) * self.standard_error
        return self.value - half, self.value + half

    def p_level(self, bound: float) -> float:
        """P-value of "the slope is not within +-bound": small where the series is level."""
        return max(self._p_not(self.value + bound), self._p_not(bound - self.value))

    def p_rising(self, bound: float) -> float:
        """P-value of "the slope is ``bound`` at most": small where the series rises."""
        return self._p_not(self.value - bound)

    def _p_not(self, above: float) -> float:
        """P-value of a quantity being at most 0, estimated as ``above``."""
        if self.standard_error == 0:
            return 0.0 if above > 0 else 1.0
        return float(stdtr(self.degrees, -above / self.standard_error))


def slope(along: Sequence[float], values: Sequence[float]) -> Slope:
    """Fit a straight line by ordinary least squares.

    Args:
        along: three or more abscissae that are not all equal.
        values: one for each.

    Raises:
        ValueError: there are too few points, or all at one place.
    """
    x, y = np.asarray(along, np.float64), np.asarray(values, np.float64)
    if len(x) < 3:
        raise ValueError(f"{len(x)} points: a slope with an error needs three")
    x = x - x.mean()
    spread = float(x @ x)
    if spread == 0:
        raise ValueError("all points lie at one place: no slope")
    y = y - y.mean()
    value = float(x @ y) / spread
    left = y - value * x
    degrees = len(x) - 2
    return Slope(value, math.sqrt(float(left @ left) / degrees / spread), degrees)


@dataclass(frozen=True)
class Rule:
    """When a phase may end.

    Attributes:
        window: how many of the last checks count.
        epsilon: what a loss may still change over a window, as a share of its mean,
            to count as level.
        significance: of every test.
        patience: how many looks at the identity without a better one mean that
            it no longer improves.
        improvement: how much smaller a drift has to be to be a better one.
    """

    window: int
    epsilon: float
    significance: float
    patience: int
    improvement: float


@dataclass(frozen=True)
class Finding:
    """What the checks so far say; the figures are NaN where there are too few.

    Attributes:
        mean, deviation: of the losses in the window.
        slope: of the loss, per step.
        low, high: its confidence interval.
        bound: slopes within +-bound count as level.
        p: of the test that ``state`` rests on.
        state: ``open``, ``level`` or ``rising``.
    """

    mean: float
    deviation: float
    slope: float = math.nan
    low: float = math.nan
    high: float = math.nan
    bound: float = math.nan
    p: float = math.nan
    state: str = "open"

    def __str__(self) -> str:
        return f"slope in [{self.low:.2g}, {self.high:.2g}], p = {self.p:.2g}"


class Watch:
    """Watches one phase: sees losses and identities, and says when and why it ends.

    Args:
        rule: when it may end.
        min_steps: never before.
        max_steps: never later.
        best: the smallest drift of the phases before.
    """

    def __init__(self, rule: Rule, min_steps: int, max_steps: int, best: float = math.inf):
        self.rule = rule
        self.min_steps = min_steps
        self.max_steps = max_steps
        self.checks = 0
        self._steps: list[int] = []
        self._losses: list[float] = []
        self._statistics = Welford()
        self._best = best
        self._looks_since = rule.patience  # nothing has got better in this phase yet

    def check(self, step: int, loss: float) -> Finding:
        """Take a validation loss, and say what the window shows now."""
        self.checks += 1
        self._steps.append(step)
        self._losses.append(loss)
        self._statistics = self._statistics.with_value(loss)
        if len(self._steps) > self.rule.window:
            self._steps.pop(0)
            self._statistics = self._statistics.without_value(self._losses.pop(0))
        return self.finding()

    def look(self, drift: float) -> None:
        """Take the drift of a preview: the second witness; NaN where no face was seen."""
        if drift < self._best - self.rule.improvement:
            self._best, self._looks_since = drift, 0
        else:
            self._looks_since += 1

    def finding(self) -> Finding:
        """Judge the window."""
        mean, deviation = self._statistics.mean, math.sqrt(self._statistics.variance)
        if len(self._steps) < FEWEST:
            return Finding(mean, deviation)
        line = slope(self._steps, self._losses)
        bound = self.rule.epsilon * abs(mean) / (self._steps[-1] - self._steps[0])
        p_level, p_rising = line.p_level(bound), line.p_rising(bound)
        if p_level < self.rule.significance:
            state, p = "level", p_level
        elif p_rising < self.rule.significance:
            state, p = "rising", p_rising
        else:
            state, p = "open", p_level
        interval = line.interval(self.rule.significance)
        return Finding(mean, deviation, line.value, *interval, bound, p, state)

    @property
    def identity_improves(self) -> bool:
        """Whether the identity has got better lately; not where nobody looked."""
        return self._looks_since < self.rule.patience

    def ended(self, step: int) -> str | None:
        """Say why the phase ends after ``step`` steps of it, or None where it goes on."""
        finding = self.finding()
        counted = f"ended after {self.checks} checks"
        if step < self.min_steps:
            return None
        if finding.state == "rising":
            return f"{counted}: the validation loss rises: {finding}"
        if finding.state == "level" and not self.identity_improves:
            return f"{counted}: {finding}"
        if step < self.max_steps:
            return None
        still = "the identity still improved" if self.identity_improves else str(finding)
        return f"{counted}: its {self.max_steps} steps are done ({still})"

    def state(self) -> dict[str, Any]:
        """All that was seen, as plain data."""
        return {
            "checks": self.checks,
            "steps": list(self._steps),
            "losses": list(self._losses),
            "statistics": asdict(self._statistics),
            "best": self._best,
            "looks_since": self._looks_since,
        }

    def restore(self, state: Mapping[str, Any]) -> None:
        """Go on from what `state` gave."""
        self.checks = state["checks"]
        self._steps, self._losses = list(state["steps"]), list(state["losses"])
        self._statistics = Welford(**state["statistics"])
        self._best, self._looks_since = state["best"], state["looks_since"]
