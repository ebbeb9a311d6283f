"""Expressions are read back from faces no engine made: the cast's truth and real smiles."""

import numpy as np
import pytest

from idlock import cast, faces
from idlock.expression import eyes, features, presets, readback, response
from idlock.expression.sliders import SLIDERS
from idlock.faces import align

# not among the people that the fit has seen
STRANGERS = (312, 315)


def seen(image):
    return features.measure(image, faces.landmarks(image))


def change(person, expression):
    return seen(cast.render(person, expression, 384).image) - seen(
        cast.render(person, {}, 384).image
    )


@pytest.mark.parametrize("person", STRANGERS)
@pytest.mark.parametrize("expression", sorted(presets.load()))
def test_presets_are_read_from_people_the_fit_has_not_seen(person, expression):
    moved = change(person, expression)
    assert readback.nearest(moved, presets.load()) == expression
    if expression != "neutral":
        assert 0.5 < readback.intensity(moved, presets.load()[expression]) < 1.6


@pytest.mark.parametrize(
    ("slider", "value"),
    [
        ("smile", 1.0),
        ("smile", -0.28),
        ("aaa", 50),
        ("blink", -16),
        ("eyebrow", 12),
        ("eyebrow", -9),
        ("wink", 22),
        ("rotate_yaw", 12),
        ("rotate_yaw", -12),
        ("rotate_pitch", 12),
        ("rotate_roll", -10),
    ],
)
def test_single_sliders_are_read_with_sign_and_size(slider, value):
    """The mean over people; one reading is noisier."""
    read = np.mean([readback.sliders(change(p, {slider: value}))[slider] for p in STRANGERS])
    assert 0.35 < read / value < 1.6


def test_a_wink_is_seen_on_its_own_side():
    for person in STRANGERS:
        open_, winking = (
            eyes.openings(p.image, faces.landmarks(p.image))
            for p in (cast.render(person, {}, 384), cast.render(person, {"wink": 25}, 384))
        )
        assert winking[0] < open_[0] - 0.06
        assert abs(winking[1] - open_[1]) < 0.04


def test_real_smiles_are_read_as_smiles(london):
    """Neutral and smiling photographs of the same people."""
    read = [seen(aligned(smiling)) - seen(aligned(neutral)) for neutral, smiling in london.values()]
    assert np.mean([readback.nearest(moved, presets.load()) == "happy" for moved in read]) >= 0.66
    assert np.median([readback.sliders(moved)["smile"] for moved in read]) > 0.4


def aligned(photo):
    return align.align(photo, faces.landmarks(photo)).rgb


def test_nothing_changed_is_neutral():
    still = np.zeros(len(features.NAMES))
    assert readback.nearest(still, presets.load()) == "neutral"
    assert readback.sliders(still) == dict.fromkeys(readback.sliders(still), 0.0)
    assert np.isnan(readback.intensity(still, {}))


def test_features_do_not_hang_on_size_and_place(astronaut):
    small = seen(astronaut)
    double = np.pad(astronaut.repeat(2, axis=0).repeat(2, axis=1), ((40, 0), (0, 60), (0, 0)))
    assert np.abs(seen(double) - small)[:-3].max() < 0.04


def test_sides_and_sliders_are_inverse():
    for name, slider in SLIDERS.items():
        if name.startswith("pupil"):
            continue
        for value in (slider.low, slider.high):
            assert response.sliders(response.sides({name: value}))[name] == pytest.approx(value)


def test_the_shipped_fit_was_checked_on_others():
    import json

    measured = json.loads(response.FILE.read_text())["measured"]
    assert measured["presets_read_right"] > 0.9
    assert measured["presets_tried"] > 100
    assert measured["eyes_from_pixels"] > 0.9 > measured["eyes_from_landmarks"]
