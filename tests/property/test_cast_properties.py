"""Whatever the sliders say, a picture of the cast is a whole picture with a sane truth."""

import numpy as np
from hypothesis import given, settings
from hypothesis import strategies as st

from idlock import cast
from idlock.expression.sliders import SLIDERS, checked

SIZE = 96

sliders = st.fixed_dictionaries(
    {}, optional={s.name: st.floats(s.low, s.high) for s in SLIDERS.values()}
)
people = st.integers(0, 400)
scenes = st.none() | st.integers(0, 400).map(cast.scene)


@settings(max_examples=40, deadline=None, derandomize=True)
@given(people, sliders, scenes)
def test_any_expression_of_anyone_in_any_scene_renders(person, values, scene):
    picture = cast.render(person, values, SIZE, scene=scene)
    assert picture.image.shape == (SIZE, SIZE, 3)
    assert picture.image.std() > 10
    assert np.isfinite(picture.landmarks).all()
    assert picture.landmarks.min() > 0
    assert picture.landmarks.max() < SIZE - 1
    assert 0.0 <= picture.mask.min() <= picture.mask.max() <= 1.0
    assert 0.2 < picture.mask.mean() < 0.9
    assert picture.expression == checked(values)


@settings(max_examples=25, deadline=None, derandomize=True)
@given(people, sliders)
def test_lips_never_cross_and_lids_never_cross(person, values):
    turns = ("rotate_pitch", "rotate_yaw", "rotate_roll")
    level = {name: value for name, value in values.items() if name not in turns}
    points = cast.render(person, level, SIZE).landmarks
    apart = np.linalg.norm(points[36] - points[45])
    for upper, lower in (((61, 62, 63), (67, 66, 65)), ((37, 38, 43, 44), (41, 40, 47, 46))):
        assert (points[list(lower), 1] - points[list(upper), 1] > -0.02 * apart).all()
