"""The statistics that end a training, against numpy and scipy."""

import math

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy import stats

from idlock.training import convergence

values = st.lists(st.floats(-1e6, 1e6), min_size=2, max_size=60)


@given(values)
def test_welford_is_numpys_mean_and_variance(numbers):
    running = convergence.Welford()
    for number in numbers:
        running = running.with_value(number)
    assert running.count == len(numbers)
    assert running.mean == pytest.approx(np.mean(numbers), rel=1e-9, abs=1e-6)
    assert running.variance == pytest.approx(np.var(numbers, ddof=1), rel=1e-6, abs=1e-4)


@given(values, st.floats(-1e6, 1e6))
def test_welford_forgets_what_is_taken_out(numbers, more):
    running = convergence.Welford()
    for number in numbers:
        running = running.with_value(number)
    back = running.with_value(more).without_value(more)
    assert back.count == running.count
    assert back.mean == pytest.approx(running.mean, rel=1e-9, abs=1e-5)
    assert back.variance == pytest.approx(running.variance, rel=1e-5, abs=1e-1)


@given(
    st.lists(st.tuples(st.integers(0, 10_000), st.floats(-10, 10)), min_size=3, max_size=40),
)
def test_slope_is_scipys(points):
    along, numbers = np.array(points).T
    if np.ptp(along) == 0:
        with pytest.raises(ValueError, match="one place"):
            convergence.slope(along, numbers)
        return
    found, expected = convergence.slope(along, numbers), stats.linregress(along, numbers)
    assert found.value == pytest.approx(expected.slope, rel=1e-7, abs=1e-9)
    # scipy gives no error for equal values, whose slope is known exactly
    error = expected.stderr if np.ptp(numbers) else 0.0
    assert found.standard_error == pytest.approx(error, rel=1e-5, abs=1e-8)


@given(st.floats(-2, 2), st.floats(0.01, 2), st.floats(0.01, 2), st.integers(1, 50))
def test_level_says_the_same_as_the_confidence_interval(value, error, bound, degrees):
    line = convergence.Slope(value, error, degrees)
    low, high = line.interval(0.05)
    inside = -bound < low and high < bound
    close = min(abs(low + bound), abs(high - bound)) < 1e-9
    assert close or inside == (line.p_level(bound) < 0.05)


@given(st.floats(-2, 2), st.floats(0.01, 2), st.floats(0.01, 2), st.integers(1, 50))
def test_a_series_is_never_level_and_rising(value, error, bound, degrees):
    line = convergence.Slope(value, error, degrees)
    assert line.p_level(bound) >= 0.05 or line.p_rising(bound) >= 0.05


def test_tost_is_what_two_t_tests_say():
    random = np.random.default_rng(3)
    along, numbers = np.arange(30.0), random.normal(0, 0.1, 30)
    line, bound = convergence.slope(along, numbers), 0.01
    below = stats.t.sf((line.value + bound) / line.standard_error, line.degrees)
    above = stats.t.sf((bound - line.value) / line.standard_error, line.degrees)
    assert line.p_level(bound) == pytest.approx(max(below, above), rel=1e-9)


@given(st.lists(st.floats(0.01, 10), min_size=1, max_size=30), st.integers(0, 29))
def test_a_watch_goes_on_from_its_state_as_if_nothing_had_been(losses, cut):
    rule = convergence.Rule(window=6, epsilon=0.1, significance=0.05, patience=2, improvement=0.01)
    whole = convergence.Watch(rule, min_steps=4, max_steps=100)
    first = convergence.Watch(rule, min_steps=4, max_steps=100)
    for number, loss in enumerate(losses):
        if number == cut:
            second = convergence.Watch(rule, min_steps=4, max_steps=100)
            second.restore(first.state())
            first = second
        for watch in (whole, first):
            watch.check(number, loss)
            watch.look(loss)
        assert first.state() == whole.state()
        assert first.ended(number) == whole.ended(number)


def test_constant_losses_are_level_and_a_perfect_line_is_not():
    assert convergence.slope(range(5), [1.0] * 5).p_level(1e-9) == 0
    rising = convergence.slope(range(5), [float(n) for n in range(5)])
    assert rising.p_level(0.5) > 0.5
    assert rising.p_rising(0.5) < 1e-6
    assert not math.isnan(rising.standard_error)
