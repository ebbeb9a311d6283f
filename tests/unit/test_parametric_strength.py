"""The strongest expression that stays the same person."""

import math

import numpy as np
import pytest

from idlock.expression import presets, strength
from idlock.expression.sliders import checked


def found(drift_of, line=0.1, limit=1.6):
    """Run with pictures that are their intensity, read back as 0.9 of it."""
    return strength.bounded(
        picture=np.array,
        drift=lambda picture: drift_of(float(picture)),
        read=lambda picture: 0.9 * float(picture),
        line=line,
        limit=limit,
    )


@pytest.mark.parametrize("crossing", [0.03, 0.5, 0.77, 1.55])
def test_the_crossing_is_found(crossing):
    result = found(lambda x: 0.1 * (x / crossing) ** 2)
    assert result.bounded
    assert crossing - strength.TOLERANCE <= result.intensity <= crossing
    assert max(p.intensity for p in result.curve if p.locked) == result.intensity


def test_a_line_never_reached_ends_at_the_sliders_range():
    result = found(lambda x: 0.01 * x)
    assert (result.intensity, result.bounded) == (1.6, False)
    assert len(result.curve) == strength.STEPS + 1


def test_what_comes_back_under_the_line_does_not_count():
    """Locked to 0.5, lost, locked again beyond 1.0: 0.5 is the answer."""
    result = found(lambda x: 0.2 if 0.5 < x < 1.0 else 0.05)
    assert result.intensity == pytest.approx(0.5, abs=strength.TOLERANCE)


def test_a_face_no_longer_found_is_not_locked():
    result = found(lambda x: math.nan if x > 0.7 else 0.0)
    assert result.intensity == pytest.approx(0.7, abs=strength.TOLERANCE)


def test_a_source_beyond_the_line_gives_zero():
    result = found(lambda x: 0.3)
    assert (result.intensity, result.bounded, len(result.curve)) == (0.0, True, 1)


def test_the_curve_is_in_order_and_tells_what_was_read():
    curve = found(lambda x: 0.1 * x).curve
    intensities = [point.intensity for point in curve]
    assert intensities == sorted(intensities)
    assert all(point.read == pytest.approx(0.9 * point.intensity) for point in curve)


@pytest.mark.parametrize("name", sorted(presets.load()))
def test_presets_can_be_raised_to_their_limit_and_no_further(name):
    preset = presets.load()[name]
    limit = strength.most(preset)
    checked(strength.scaled(preset, limit))
    if preset:
        assert limit >= 1
        with pytest.raises(ValueError, match="outside"):
            checked({slider: value * limit * 1.01 for slider, value in preset.items()})
