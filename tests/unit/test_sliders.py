"""Sliders mean what the field means by them, and refuse what they cannot do."""

import math

import pytest

from idlock.expression import presets
from idlock.expression.sliders import SLIDERS, checked


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


def test_shipped_presets_are_in_range_and_apart():
    shipped = presets.load()
    assert {"neutral", "happy", "sad", "angry", "surprised", "sleepy", "wink"} <= set(shipped)
    assert shipped["neutral"] == {}
    for sliders in shipped.values():
        assert checked(sliders) == sliders
