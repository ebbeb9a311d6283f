"""Calibrated lines against independent references: counted by hand, drawn from known normals."""

import json

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy import stats

from idlock import calibrate
from idlock.identity import calibration, lines, references
from idlock.identity.references import drift

NAME = "tiny"


def people(count, photos=3, size=16, spread=0.35, seed=0):
    """Vectors of people around centres of their own."""
    random = np.random.default_rng(seed)
    centres = random.standard_normal((count, size))
    return {
        f"p{n}": centre + spread * random.standard_normal((photos, size))
        for n, centre in enumerate(centres)
    }


def test_pairs_are_all_pairs_once():
    photos = people(4, photos=2)
    found = calibration.pairs(photos)
    flat = [(name, vector) for name, own in photos.items() for vector in own]
    genuine, impostor = [], []
    for n, (name, vector) in enumerate(flat):
        for other, again in flat[n + 1 :]:
            (genuine if name == other else impostor).append(float(drift(vector, again)))
    assert np.sort(found.genuine) == pytest.approx(np.sort(genuine), abs=1e-6)
    assert np.sort(found.impostor) == pytest.approx(np.sort(impostor), abs=1e-6)


def test_leave_one_out_is_what_references_say():
    photos = people(5)
    found = calibration.leave_one_out(photos)

    class Recogniser:
        name, version = NAME, "0"

    made = {n: references.make(own, ["a", "b", "c"], Recogniser()) for n, own in photos.items()}
    expected = np.concatenate([reference.leave_one_out for reference in made.values()])
    assert found.genuine == pytest.approx(expected, abs=1e-6)
    first = drift(photos["p0"][0], made["p1"].vector)
    assert found.impostor[0] == pytest.approx(first, abs=1e-6)
    assert len(found.impostor) == 5 * 3 * 4


def test_lines_are_quantiles_of_what_strangers_measure():
    measured = calibration.measured(calibration.pairs(people(30, photos=4)))
    distances = calibration.pairs(people(30, photos=4))
    line = measured["lines"]["far-1e-2"]
    accepted = np.mean(distances.impostor <= line["drift"] + 1e-6)
    assert accepted == pytest.approx(0.01, abs=1.5 / len(distances.impostor))
    assert line["false_accept_rate"] == pytest.approx(accepted, abs=1e-4)
    rejected = np.mean(distances.genuine > line["drift"] + 1e-6)
    assert line["false_reject_rate"] == pytest.approx(rejected, abs=1e-3)
    low, high = line["interval"]
    assert low <= line["drift"] <= high


def test_equal_error_of_two_normals_is_where_theory_has_it():
    random = np.random.default_rng(1)
    count = 400
    genuine = random.normal(0.3, 0.05, count * 20)
    impostor = random.normal(0.5, 0.05, count * 20)
    owner = np.repeat(np.arange(count), 20)
    found = calibration.measured(
        calibration.Distances(
            genuine, owner, impostor, np.column_stack([owner, (owner + 1) % count]), count
        )
    )["lines"]["eer"]
    assert found["drift"] == pytest.approx(0.4, abs=0.005)
    assert found["false_reject_rate"] == pytest.approx(stats.norm.sf(2), abs=0.004)
    assert found["false_accept_rate"] == pytest.approx(found["false_reject_rate"], abs=0.002)


def test_a_small_set_is_refused_what_it_cannot_tell():
    few = calibration.measured(calibration.pairs(people(20, photos=2)))
    assert set(few["lines"]) == {"far-1e-2", "eer"}
    assert few["refused"]["far-1e-3"] == "760 impostor pairs; 3000 are needed"
    assert "30000" in few["refused"]["far-1e-4"]
    with pytest.raises(ValueError, match="4 people have two photos"):
        calibration.measured(calibration.pairs(people(4)))
    alone = people(10, photos=1)
    with pytest.raises(ValueError, match="0 people"):
        calibration.measured(calibration.leave_one_out(alone))


def test_separate_people_have_an_equal_error_of_nothing_in_the_gap():
    distances = calibration.pairs(people(10, spread=0.05))
    eer = calibration.measured(distances)["lines"]["eer"]
    assert (eer["false_accept_rate"], eer["false_reject_rate"]) == (0, 0)
    middle = (distances.genuine.max() + distances.impostor.min()) / 2
    assert eer["drift"] == pytest.approx(middle, abs=1e-5)


def test_more_people_make_a_line_surer():
    def width(count):
        low, high = calibration.measured(calibration.pairs(people(count)))["lines"]["eer"][
            "interval"
        ]
        return high - low

    assert width(120) < width(12)


@settings(max_examples=20, deadline=None)
@given(st.integers(5, 9), st.integers(2, 3), st.floats(0.1, 1.5), st.integers(0, 99))
def test_error_rates_run_against_each_other(count, photos, spread, seed):
    found = calibration.measured(calibration.pairs(people(count, photos, spread=spread, seed=seed)))
    line, far, frr = np.array(found["roc"]).T
    assert (np.diff(line) >= 0).all()
    assert (np.diff(far) >= 0).all()
    assert (np.diff(frr) <= 0).all()
    assert 0 <= far.min() <= far.max() == 1
    assert frr[-1] == 0
    # the order and names of people do not matter
    again = people(count, photos, spread=spread, seed=seed)
    turned = dict(reversed([(f"x{name}", own[::-1]) for name, own in again.items()]))
    eer = calibration.measured(calibration.pairs(turned))["lines"]["eer"]["drift"]
    assert eer == pytest.approx(found["lines"]["eer"]["drift"], abs=1e-5)


@pytest.fixture
def written(tmp_path):
    """A calibration of one's own, as the stage writes it."""

    class Recogniser:
        name, version = "dlib", "0123456789abcdef"

    known = {
        name: references.make(own, ["a", "b", "c"], Recogniser())
        for name, own in people(12).items()
    }
    content = calibrate.content(known, "twelve people of a test")
    (tmp_path / "dlib.json").write_text(json.dumps(content))
    return tmp_path, content


def test_ones_own_calibration_goes_before_the_shipped(written, monkeypatch):
    folder, content = written
    with pytest.raises(ValueError, match="other weights"):
        lines.line("dlib", "far-1e-2", own=folder)
    monkeypatch.setattr(lines.recognisers, "version", lambda *_: "0123456789abcdef")
    line = lines.line("dlib", "far-1e-2", own=folder)
    assert line.drift == content["lines"]["far-1e-2"]["drift"]
    assert "twelve people of a test: 12 people, 36 photos" in line.source
    with pytest.raises(ValueError, match=r"too small \(594 impostor pairs; 3000 are needed\)"):
        lines.line("dlib", "far-1e-3", own=folder)
    assert content["leave_one_out"]["genuine"]["pairs"] == 36
    assert content["people"] == content["people_with_two_photos"] == 12


def test_a_damaged_calibration_is_named(tmp_path):
    for text in ("{", "[]", "{}"):
        (tmp_path / "dlib.json").write_text(text)
        with pytest.raises(ValueError, match=r"dlib\.json: not a calibration"):
            lines.line("dlib", "eer", own=tmp_path)


def test_london_people_are_calibrated(london):
    """Two recognisable photos each: genuine and impostor distances do not meet."""
    from idlock import faces
    from idlock.identity import recogniser

    judge = recogniser("dlib")
    photos = {
        name: np.array([judge.embed(p, faces.landmarks(p)) for p in (a[::2, ::2], b[::2, ::2])])
        for name, (a, b) in london.items()
    }
    found = calibration.measured(calibration.pairs(photos))
    assert found["genuine"]["max"] < found["lines"]["eer"]["drift"] < found["impostor"]["min"]
    assert "far-1e-2" in found["refused"]
