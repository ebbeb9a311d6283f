"""A phase ends for a reason that a person understands."""

import numpy as np
import pytest

from idlock.training.convergence import Rule, Watch

RULE = Rule(window=8, epsilon=0.02, significance=0.05, patience=2, improvement=0.002)


def watched(losses, drifts=(), *, every=10, min_steps=0, max_steps=10_000):
    watch = Watch(RULE, min_steps, max_steps)
    for number, loss in enumerate(losses):
        watch.check(number * every, loss)
        if number < len(drifts):
            watch.look(drifts[number])
        reason = watch.ended(number * every)
        if reason:
            return number * every, reason
    return None, None


def test_a_plateau_ends_it_with_slope_and_p():
    noise = np.random.default_rng(0).normal(0, 1e-4, 40)
    step, reason = watched(0.2 + noise)
    assert step == 30
    assert reason.startswith("ended after 4 checks: slope in [")
    assert "p = " in reason


def test_a_falling_loss_does_not_end_it():
    assert watched(np.geomspace(1.0, 0.1, 40)) == (None, None)


def test_noise_alone_is_no_plateau():
    assert watched(np.random.default_rng(1).normal(1.0, 0.5, 8)) == (None, None)


def test_a_rising_loss_is_divergence():
    _, reason = watched(np.linspace(0.1, 0.2, 20))
    assert "rises" in reason


def test_not_before_its_least_steps_nor_after_its_most():
    level = [0.2] * 40
    assert watched(level, min_steps=200)[0] == 200
    step, reason = watched(np.geomspace(1.0, 0.1, 40), max_steps=150)
    assert step == 150
    assert "150 steps are done" in reason


def test_an_identity_that_still_improves_keeps_it_going():
    improving = np.linspace(0.3, 0.1, 20)
    step, _ = watched([0.2] * 40, [*improving, *[0.1] * 20])
    assert step == 210  # two looks after the last better one
    step, _ = watched([0.2] * 40, [float("nan")] * 40)
    assert step == 30  # no face in any preview: nothing to wait for


@pytest.mark.parametrize("step", [0, 1, 2])
def test_too_few_checks_say_nothing(step):
    watch = Watch(RULE, 0, 100)
    for number in range(step + 1):
        finding = watch.check(number, 1.0)
    assert finding.state == "open"
    assert watch.ended(step) is None
