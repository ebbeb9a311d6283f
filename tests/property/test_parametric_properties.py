"""Whatever the face and the sliders, the warp does not fold and stays inside."""

import cv2
import numpy as np
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from idlock.engines.parametric import Face
from idlock.expression.sliders import SLIDERS

SIDE = 320

# An average face: the mean over 20 people, made symmetrical, rounded; in
# distances between the eyes, from the point between them.
JAW = [(-1.12, 0.05), (-1.1, 0.35), (-1.06, 0.64), (-1.01, 0.93), (-0.93, 1.21), (-0.77, 1.44)]
JAW += [(-0.56, 1.63), (-0.3, 1.76), (0.0, 1.8)]
BROW = [(-0.94, -0.2), (-0.81, -0.35), (-0.6, -0.41), (-0.39, -0.38), (-0.19, -0.3)]
NOSE = [(0.0, -0.06), (0.0, 0.12), (0.0, 0.3), (0.0, 0.48), (-0.21, 0.65), (-0.11, 0.68)]
NOSE += [(0.0, 0.7), (0.11, 0.68), (0.21, 0.65)]
EYE = [(-0.69, 0.01), (-0.58, -0.08), (-0.42, -0.07), (-0.29, 0.02), (-0.43, 0.06), (-0.58, 0.06)]
LIPS = [(-0.4, 1.06), (-0.25, 0.96), (-0.1, 0.91), (0.0, 0.94), (0.1, 0.91), (0.25, 0.96)]
LIPS += [(0.4, 1.06), (0.25, 1.16), (0.11, 1.2), (0.0, 1.21), (-0.11, 1.2), (-0.25, 1.16)]
LIPS += [(-0.33, 1.06), (-0.11, 1.03), (0.0, 1.04), (0.11, 1.03), (0.33, 1.06)]
LIPS += [(0.11, 1.05), (0.0, 1.06), (-0.11, 1.05)]


def average_face():
    def mirrored(part):
        return [(-x, y) for x, y in part]

    right_eye = mirrored([EYE[i] for i in (3, 2, 1, 0, 5, 4)])
    jaw = JAW + mirrored(JAW[-2::-1])
    return np.array(jaw + BROW + mirrored(BROW[::-1]) + NOSE + EYE + right_eye + LIPS)


def drawn(points, tone, noise):
    """A plain picture of a face with these landmarks: skin, hair, eyes, lips, grain."""
    picture = np.full((SIDE, SIDE, 3), (150, 160, 170), np.uint8)
    unit = np.linalg.norm(points[36:42].mean(0) - points[42:48].mean(0))
    centre = points[27:36].mean(0)
    hull = cv2.convexHull((centre + (points - centre) * 1.25).astype(np.int32))
    cv2.fillConvexPoly(picture, hull + (0, int(-0.4 * unit)), (40, 30, 25))
    skin = np.array([230, 185, 160]) * tone
    cv2.fillConvexPoly(picture, cv2.convexHull(points.astype(np.int32)), skin.tolist())
    for eye in (points[36:42], points[42:48]):
        cv2.fillConvexPoly(picture, eye.astype(np.int32), (235, 230, 225))
        cv2.circle(picture, eye.mean(0).astype(int).tolist(), int(0.09 * unit), (60, 45, 30), -1)
    cv2.fillPoly(picture, [points[48:60].astype(np.int32)], (skin * (0.85, 0.6, 0.6)).tolist())
    grain = np.random.default_rng(noise).normal(0, 3, picture.shape)
    return np.clip(cv2.GaussianBlur(picture, (0, 0), 0.8) + grain, 0, 255).astype(np.uint8)


@st.composite
def portraits(draw):
    """A picture and landmarks: sizes, proportions, leans, open mouths, irregular faces."""
    points = average_face()
    points *= draw(st.floats(0.85, 1.15)), draw(st.floats(0.88, 1.15))
    points[65:68] += 0, draw(st.sampled_from([0.0, 0.0, 0.08, 0.2]))
    points[55:60] += 0, points[66, 1] - points[62, 1] - 0.02
    points[[37, 38, 43, 44]] -= 0, draw(st.floats(-0.03, 0.08))
    points[17:27] += 0, draw(st.floats(-0.08, 0.2))
    seed = draw(st.integers(0, 2**32 - 1))
    points += np.random.default_rng(seed).normal(0, 0.012, points.shape)
    angle = np.deg2rad(draw(st.sampled_from([0, 0, -8, 25])))
    turn = np.array([[np.cos(angle), np.sin(angle)], [-np.sin(angle), np.cos(angle)]])
    points = points @ turn * draw(st.floats(40, 75)) + (SIDE / 2, SIDE * 0.38)
    return drawn(points, draw(st.floats(0.25, 1.0)), seed), points


def values(slider):
    ends = st.sampled_from([slider.low, slider.high, 0.0])
    return st.one_of(ends, st.floats(slider.low, slider.high))


expressions = st.fixed_dictionaries({}, optional={n: values(s) for n, s in SLIDERS.items()})
many = settings(
    max_examples=60, deadline=None, suppress_health_check=[HealthCheck.too_slow], derandomize=True
)


def jacobian(field):
    """Determinant of the backward map by forward differences, and which pixels it used."""
    across, down = np.diff(field, axis=1)[:-1], np.diff(field, axis=0)[:, :-1]
    return (1 + across[..., 0]) * (1 + down[..., 1]) - across[..., 1] * down[..., 0]


@many
@given(portraits(), expressions)
def test_the_warp_does_not_fold_outside_its_layers(portrait, sliders):
    field, layers = Face(*portrait).displacement(sliders)
    assert np.isfinite(field).all()
    jumps = layers[:-1, :-1] | layers[1:, :-1] | layers[:-1, 1:]
    assert jacobian(field)[~jumps].min() > 0


@settings(many, max_examples=30)
@given(portraits(), expressions, expressions, st.floats(0.0, 1.0))
def test_letting_go_of_an_expression_does_not_fold_either(portrait, sliders, own, ratio):
    face = Face(*portrait)
    face.__dict__["own"] = {n: v for n, v in own.items() if not n.startswith(("rotate", "pupil"))}
    field, layers = face.displacement(sliders, ratio)
    jumps = layers[:-1, :-1] | layers[1:, :-1] | layers[:-1, 1:]
    assert jacobian(field)[~jumps].min() > 0


def cut_out(picture, points):
    """The picture with everything but a rounded head made transparent."""
    centre = points[27:36].mean(0)
    hull = cv2.convexHull((centre + (points - centre) * (1.2, 1.3)).astype(np.int32))
    alpha = cv2.fillConvexPoly(np.zeros(picture.shape[:2], np.uint8), hull, 255)
    return np.dstack([picture, alpha])


@settings(many, max_examples=25)
@given(portraits(), expressions, st.floats(-20, 20), st.floats(-20, 20))
def test_a_turning_cut_out_does_not_fold_and_stays_in_its_region(portrait, sliders, pitch, yaw):
    picture = cut_out(*portrait)
    face = Face(picture, portrait[1])
    wanted = sliders | {"rotate_pitch": pitch, "rotate_yaw": yaw}
    field, layers = face.displacement(wanted)
    jumps = layers[:-1, :-1] | layers[1:, :-1] | layers[:-1, 1:]
    assert jacobian(field)[~jumps].min() > 0
    assert not (face.edit(wanted) != picture)[~(face.leaning | face.region)].any()


@settings(many, max_examples=12)
@given(portraits())
def test_a_photos_own_expression_kept_whole_is_the_photo(portrait):
    picture, points = portrait
    np.testing.assert_array_equal(Face(picture, points).edit({}, src_ratio=1.0), picture)
    assert Face(picture, points).edit({}, src_ratio=0.0).shape == picture.shape


@pytest.mark.parametrize("close", [{"blink": -20}, {"blink": -20, "rotate_pitch": 20}])
def test_lids_shut_under_low_brows_do_not_fold(close):
    points = average_face()
    points[17:27] += 0, 0.22
    points[[37, 38, 43, 44]] -= 0, 0.03
    points = points * 75 + (SIDE / 2, SIDE * 0.38)
    field, layers = Face(drawn(points, 0.8, 2), points).displacement(close)
    jumps = layers[:-1, :-1] | layers[1:, :-1] | layers[:-1, 1:]
    assert jacobian(field)[~jumps].min() > 0


@many
@given(portraits(), expressions)
def test_an_edit_is_repeatable_and_stays_in_its_region(portrait, sliders):
    picture, points = portrait
    face = Face(picture, points)
    result = face.edit(sliders)
    allowed = face.leaning if sliders.get("rotate_roll") else face.region
    np.testing.assert_array_equal(result[~allowed], picture[~allowed])
    backwards = dict(reversed(sliders.items()))
    np.testing.assert_array_equal(Face(picture, points).edit(backwards), result)
    if not any(sliders.values()):
        np.testing.assert_array_equal(result, picture)


@settings(many, max_examples=20)
@given(portraits(), st.sampled_from(sorted(SLIDERS)), st.floats(0.0, 1.0))
def test_a_small_move_is_a_small_change(portrait, name, share):
    """No jump at zero: a hundredth of a slider changes no pixel much."""
    picture, points = portrait
    slider = SLIDERS[name]
    amount = 0.01 * (slider.low + share * (slider.high - slider.low))
    result = Face(picture, points).edit({name: amount})
    assert np.abs(result.astype(int) - picture).mean() < 0.5


def test_the_layers_are_the_openings_of_eyes_and_mouth():
    points = average_face() * 60 + (SIDE / 2, SIDE * 0.38)
    face = Face(drawn(points, 1.0, 0), points)
    _, layers = face.displacement({"aaa": 60, "blink": -10})
    for part in (points[36:42], points[42:48], points[60:68]):
        x, y = part.mean(0).astype(int)
        assert layers[y, x]
    assert layers.mean() < 0.05
    field, _ = face.displacement({})
    assert not field.any()


@pytest.mark.parametrize("name", SLIDERS)
def test_more_of_a_slider_moves_more(name):
    """Bases are linear: twice the slider, about twice the movement of the skin."""
    points = average_face() * 60 + (SIDE / 2, SIDE * 0.38)
    face = Face(drawn(points, 0.8, 1), points)
    high = SLIDERS[name].high
    amounts = [np.abs(face.displacement({name: share * high})[0]).sum() for share in (0.25, 0.5)]
    if name == "pupil_x":
        assert amounts == [0, 0]  # the iris moves behind the lids
    else:
        assert 1.5 < amounts[1] / amounts[0] < 2.6
