"""People against people, sums over people and groups, and how sure they are."""

import numpy as np
import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st

from idlock import config, scores
from idlock.identity import references
from idlock.judges.vectors import Vectors
from idlock.scores import confusion, groups, identities, intervals


class Recogniser:
    name, version = "tiny", "0"


def crowd(count, pictures=3, size=32, spread=0.1, seed=0):
    """References and vectors of people, by slug."""
    random = np.random.default_rng(seed)
    centres = random.standard_normal((count, size))
    slugs = [f"s{n}" for n in range(count)]
    known = {
        s: references.make(c[None], ["a"], Recogniser())
        for s, c in zip(slugs, centres, strict=True)
    }
    made = {
        s: Vectors(
            np.array([f"{s}/{n}.png" for n in range(pictures)]),
            {"judge": (c + spread * random.standard_normal((pictures, size))).astype(np.float32)},
        )
        for s, c in zip(slugs, centres, strict=True)
    }
    return {s: s.upper() for s in slugs}, known, made


def test_the_matrix_is_the_mean_drift():
    people, known, made = crowd(6)
    found = confusion.measure(people, known, made)
    for a in people:
        for b in people:
            expected = references.drift(made[a].by_role["judge"], known[b].vector).mean()
            assert found.matrix.loc[a.upper(), b.upper()] == pytest.approx(expected, abs=1e-5)
    assert found.pictures["rank1"].all()
    assert (
        found.pictures["nearest_identity"] == [p[:2].upper() for p in found.pictures["picture"]]
    ).all()


def test_exchanged_people_are_found_out():
    people, known, made = crowd(5)
    made["s0"], made["s1"] = made["s1"], made["s0"]
    found = confusion.measure(people, known, made)
    others = confusion.nearest_others(found.matrix)
    assert found.pictures["rank1"].sum() == 9
    assert others.loc["S0", "nearest_other"] == "S1"
    assert others.loc["S1", "nearest_other"] == "S0"
    assert others.loc["S0", "nearest_other_drift"] < 0.1


def test_pictures_without_a_face_are_left_out():
    people, known, made = crowd(3)
    made["s0"].by_role["judge"][1] = np.nan
    made["s1"] = Vectors(np.array(["x", "y"]), {"judge": np.empty((2, 0), np.float32)})
    del made["s2"]
    found = confusion.measure(people, known, made)
    assert list(found.pictures["picture"]) == ["s0/0.png", "s0/2.png"]
    assert found.matrix.loc[["S1", "S2"]].isna().all(axis=None)
    others = confusion.nearest_others(found.matrix)
    assert pd.isna(others.loc["S2", "nearest_other"])


def test_a_thousand_people_are_compared_in_seconds():
    import time

    people, known, made = crowd(1000, pictures=24, size=128)
    started = time.process_time()
    found = confusion.measure(people, known, made)
    assert time.process_time() - started < 20
    assert found.matrix.shape == (1000, 1000)
    assert len(found.pictures) == 24_000


@given(st.integers(1, 60).flatmap(lambda n: st.tuples(st.integers(0, n), st.just(n))))
def test_wilsons_interval_solves_his_equation(case):
    """Its ends are where the score test just rejects: (p - end)^2 = z^2 end (1 - end) / n."""
    hits, tries = case
    found = intervals.wilson(hits, tries)
    assert 0 <= found.low <= found.value <= found.high <= 1
    for end in {found.low, found.high} - {0.0, 1.0, found.value}:
        left = (found.value - end) ** 2
        assert left == pytest.approx(intervals.Z**2 * end * (1 - end) / tries, abs=1e-9)


def measured(values):
    flat = [(name, v) for name, own in values.items() for v in own]
    people, numbers = zip(*flat, strict=True)
    return intervals.Resampled(pd.Series(numbers, dtype=float), pd.Series(people))


def test_the_bootstrap_has_the_width_of_theory():
    """People with means of their own: the variance is between over people plus within over all."""
    random = np.random.default_rng(3)
    count, each, between, within = 60, 20, 0.3, 0.5
    values = {
        f"p{n}": random.normal(mean, within, each)
        for n, mean in enumerate(random.normal(0, between, count))
    }
    found = measured(values).estimate(np.ones(count, bool))
    everything = np.concatenate(list(values.values()))
    assert found.value == pytest.approx(everything.mean())
    means = np.array([own.mean() for own in values.values()])
    inner = np.mean([own.var() for own in values.values()]) / each / count
    expected = 2 * intervals.Z * np.sqrt(means.var() / count + inner)
    assert found.high - found.low == pytest.approx(expected, rel=0.12)


def test_all_locked_is_not_taken_for_certainty():
    few = measured({f"p{n}": [1.0] * 24 for n in range(5)})
    found = intervals.share(few, np.ones(5, bool))
    assert found.value == found.high == 1
    assert 0.4 < found.low < 0.7


def test_pictures_not_measured_do_not_count():
    found = measured({"a": [1.0, np.nan, 3.0], "b": [np.nan]}).estimate(np.array([True]))
    assert found.value == 2


def scored(people, locked, group=None):
    """One row a picture: ``locked`` gives each person's share."""
    random = np.random.default_rng(5)
    rows = [
        {
            "engine": "parametric",
            "identity": name,
            "expression_hit": True,
            "rank1": True,
            "drift": 0.05 + 0.01 * random.standard_normal(),
            "locked": bool(random.random() < locked[name]),
        }
        for name in people
        for _ in range(24)
    ]
    return pd.DataFrame(rows), {name: {"tone": group[name]} for name in people} if group else {}


def test_a_group_that_is_served_worse_is_named():
    people = [f"p{n}" for n in range(40)]
    group = {name: "dark" if n % 2 else "light" for n, name in enumerate(people)}
    shares = {name: 0.6 if group[name] == "dark" else 0.95 for name in people}
    table = groups.table(*scored(people, shares, group))
    assert list(table["group"]) == ["", "dark", "light"]
    assert list(table["served_worse"]) == ["", "locked", ""]
    (said,) = groups.warnings(table)
    assert "tone = dark are served worse: locked 0.6" in said
    everybody = table.iloc[0]
    assert everybody["locked_low"] < everybody["locked"] < everybody["locked_high"]


def test_chance_alone_raises_few_warnings():
    false = 0
    for trial in range(20):
        random = np.random.default_rng(trial)
        people = [f"p{n}" for n in range(24)]
        group = {name: "abc"[random.integers(3)] for name in people}
        shares = dict(zip(people, random.beta(8, 2, len(people)), strict=True))
        table = groups.table(*scored(people, shares, group))
        false += bool(groups.warnings(table))
    assert false <= 4


def test_groups_of_very_few_are_not_judged():
    people = [f"p{n}" for n in range(12)]
    group = {name: "rare" if n < 3 else "usual" for n, name in enumerate(people)}
    shares = {name: 0.0 if group[name] == "rare" else 1.0 for name in people}
    table = groups.table(*scored(people, shares, group))
    assert (table["served_worse"] == "").all()


def test_a_set_without_groups_or_pictures():
    frame, _ = scored(["a"], {"a": 1.0})
    assert list(groups.table(frame, {})["people"]) == [1]
    assert groups.warnings(groups.table(frame.iloc[:0], {})) == []


def test_a_person_is_summed_up():
    frame, _ = scored(["a", "b"], {"a": 1.0, "b": 0.5})
    frame["structure_jaw"] = 0.02
    real = pd.DataFrame({"identity": ["a", "a"], "structure_jaw": [0.01, 0.03]})
    others = pd.DataFrame({"nearest_other": ["b"], "nearest_other_drift": [0.4]}, index=["a"])
    table = identities.table(
        frame, real, {"a": [0.01, 0.03]}, others, {"a": {"parametric": {"diversity": 0.2}}}
    ).set_index("identity")
    a, b = table.loc["a"], table.loc["b"]
    own = frame[frame["identity"] == "a"]["drift"]
    assert a["drift_p95"] == pytest.approx(np.percentile(own, 95))
    assert a["drift_worst"] == own.max()
    assert (a["real_photos"], a["real_drift_mean"], a["real_drift_worst"]) == (2, 0.02, 0.03)
    assert a["real_structure_jaw"] == pytest.approx(0.02)
    assert np.isnan(b["real_structure_jaw"])
    assert (a["nearest_other"], a["diversity"]) == ("b", 0.2)
    assert b["locked_low"] < b["locked"] < b["locked_high"]


def test_a_recogniser_that_took_part_is_no_independent_judge(tmp_path):
    (tmp_path / "config.yaml").write_text("identities: people.tsv\n")
    row = {"identity": "a", "engine": "lora", "expression": "happy", "drift": 0.02}
    rows = [
        row | {"seed": n, "picture": f"{n}.png", "selected_by": by}
        for n, by in enumerate(["", "dlib", "edgeface_xs", "dlib edgeface_xs"])
    ]
    nobody = pd.DataFrame(columns=["picture", "nearest_identity", "rank1"])
    found = scores.table(rows, config.read(tmp_path / "config.yaml"), nobody)
    assert found["judge_independent"].tolist() == [True, False, True, False]
    assert found["second_judge_independent"].isna().all()
