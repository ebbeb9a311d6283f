"""Sliders mean what the field means by them, and refuse what they cannot do."""

import math

import numpy as np
import pytest

from idlock.expression import presets
from idlock.expression.sliders import SLIDERS, checked, from_normalised


def test_names_and_ranges_are_the_fields():
    """As in ComfyUI-AdvancedLivePortrait's ExpressionEditor, shared/facts/models.md 1.5."""
    assert {name: (s.low, s.high) for name, s in SLIDERS.items()} == {
        "rotate_pitch": (-20, 20),
        "rotate_yaw": (-20, 20),
        "rotate_roll": (-20, 20),
        "blink": (-20, 5),
        "eyebrow": (-10, 15),
        "wink": (0, 25),
        "pupil_x": (-15, 15),
        "pupil_y": (-15, 15),
        "aaa": (-30, 120),
        "eee": (-20, 15),
        "woo": (-20, 15),
        "smile": (-0.3, 1.3),
    }


def test_checked_drops_zeros_and_gives_floats():
    assert checked({"smile": 0, "aaa": 3}) == {"aaa": 3.0}


@pytest.mark.parametrize(
    ("sliders", "words"),
    [
        ({"smile": 1.4}, ("smile", "-0.3 to 1.3", "nearest is 1.3")),
        ({"aaa": -31}, ("aaa", "nearest is -30")),
        ({"grin": 1}, ("grin", "rotate_pitch")),
        ({"blink": math.nan}, ("blink", "-20 to 5")),
        ({"blink": math.inf}, ("blink", "inf")),
        ({"blink": "3"}, ("blink", "'3'")),
        ({"blink": True}, ("blink", "True")),
        ({"blink": -math.inf}, ("blink", "-inf", "nearest is -20")),
        ({"smiles": 1}, ("smiles", "did you mean 'smile'?")),
        ({3: 1}, ("unknown slider 3",)),
    ],
)
def test_refusals_name_slider_range_and_nearest(sliders, words):
    with pytest.raises(ValueError) as caught:
        checked(sliders)
    assert all(word in str(caught.value) for word in words)


@pytest.mark.parametrize("name", SLIDERS)
def test_normalised_ends_are_one(name):
    slider = SLIDERS[name]
    assert slider.normalised(slider.high) == 1
    assert slider.normalised(0) == 0
    if slider.low:
        assert slider.normalised(slider.low) == -1


@pytest.mark.parametrize("name", SLIDERS)
def test_the_scale_for_people_ends_where_the_sliders_end(name):
    slider = SLIDERS[name]
    assert from_normalised({name: 1}) == {name: slider.high}
    assert from_normalised({name: 0}) == {}
    if slider.low:
        assert from_normalised({name: -1}) == {name: slider.low}
    for share in (0.3, -0.3)[: 2 if slider.low else 1]:
        assert slider.normalised(from_normalised({name: share})[name]) == pytest.approx(share)


@pytest.mark.parametrize(
    ("shares", "words"),
    [
        ({"smile": 1.2}, ("smile", "normalised", "-1 to 1", "nearest is 1")),
        ({"wink": -0.5}, ("wink", "0 to 1", "nearest is 0")),
        ({"aaa": math.nan}, ("aaa", "-1 to 1", "nan")),
        ({"grin": 0.5}, ("unknown slider 'grin'",)),
    ],
)
def test_shares_out_of_range_are_refused(shares, words):
    with pytest.raises(ValueError) as caught:
        from_normalised(shares)
    assert all(word in str(caught.value) for word in words)


def test_numbers_of_numpy_are_numbers():
    assert checked({"aaa": np.float32(3), "blink": np.int64(-2)}) == {"aaa": 3.0, "blink": -2.0}


def test_presets_may_be_written_in_shares(tmp_path):
    own = tmp_path / "own.yaml"
    own.write_text("soft: {intensity: 0.5, normalised: {smile: 1, blink: -0.4}}\n")
    assert presets.load(own)["soft"] == {"smile": 0.65, "blink": -4.0}
    own.write_text("both: {sliders: {smile: 1}, normalised: {smile: 1}}\n")
    with pytest.raises(ValueError, match="both.*sliders or normalised"):
        presets.load(own)


def test_shipped_presets_are_in_range_and_apart():
    shipped = presets.load()
    assert {"neutral", "happy", "laughing", "sad", "angry", "surprised", "afraid"} <= set(shipped)
    assert {"disgusted", "contempt", "sleepy", "wink", "kiss", "talk-a"} <= set(shipped)
    assert shipped["neutral"] == {}
    for sliders in shipped.values():
        assert checked(sliders) == sliders
