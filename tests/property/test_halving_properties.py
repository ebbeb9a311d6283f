"""Successive halving: the best is never given up while looks are right, at the price promised."""

from itertools import pairwise

import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from idlock.engines.lora import halving

shares = st.lists(
    st.tuples(st.floats(0.01, 0.99), st.floats(0.01, 0.99)), max_size=4, unique_by=lambda s: s[0]
)
contests = st.tuples(st.integers(1, 60), st.integers(1, 40), shares, st.integers(1, 10))


class Walk:
    """Contestants whose looks are right: their last score, known from the start."""

    def __init__(self, final):
        self.final = final
        self.gone = [0] * len(final)

    def advance(self, who, steps):
        assert steps > 0
        for number in who:
            self.gone[number] += steps

    def score(self, who):
        return [self.final[number] for number in who]


def contest(values, groups, steps, looks):
    walk = Walk(values)
    trials = halving.run(groups, steps, looks, walk.advance, walk.score)
    assert [trial.steps for trial in trials] == walk.gone
    return trials


@given(contests, st.randoms(use_true_random=False))
def test_the_best_are_kept_and_the_price_is_as_promised(values, random):
    count, steps, wanted, keep = values
    final = [random.random() for _ in range(count)]
    looks = halving.rungs(count, steps, wanted, keep)
    trials = contest(final, ["a"] * count, steps, looks)
    ended = {number for number, trial in enumerate(trials) if trial.ended}
    assert len(ended) >= min(keep, count)
    assert ended == set(np.argsort(final, kind="stable")[: len(ended)])
    assert sum(trial.steps for trial in trials) == halving.cost(count, steps, looks)
    assert halving.cost(count, steps, looks) <= halving.cost(count, steps, []) == count * steps


@given(contests, st.integers(2, 4), st.randoms(use_true_random=False))
def test_groups_do_not_hear_of_each_other(values, groups, random):
    count, steps, wanted, keep = values
    final = [[random.random() for _ in range(count)] for _ in range(groups)]
    looks = halving.rungs(count, steps, wanted, keep)
    together = contest(
        [score for scores in final for score in scores],
        [number for number in range(groups) for _ in range(count)],
        steps,
        looks,
    )
    for number, scores in enumerate(final):
        alone = contest(scores, [number] * count, steps, looks)
        assert together[number * count : (number + 1) * count] == alone


@given(contests)
def test_looks_come_later_and_leave_fewer(values):
    count, steps, wanted, keep = values
    looks = halving.rungs(count, steps, wanted, keep)
    assert all(0 < a.step < b.step < steps and a.keep > b.keep for a, b in pairwise(looks))
    assert all(keep <= look.keep < count and look.step < steps for look in looks)


def test_a_sketch_in_four_steps_costs_a_third():
    looks = [halving.Rung(4, 4)]
    assert halving.cost(32, 4 + 20, looks) == 32 * 4 + 4 * 20
    assert halving.cost(32, 4 + 20, looks) / (32 * 20) <= 1 / 3


def test_what_cannot_be_told_comes_last():
    final = [float("nan"), 0.9, float("inf"), 0.1]
    looks = [halving.Rung(1, 2)]
    trials = contest(final, ["a"] * 4, 3, looks)
    assert [trial.ended for trial in trials] == [False, True, False, True]
