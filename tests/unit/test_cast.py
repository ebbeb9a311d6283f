"""The synthetic cast: its pictures, and whether what they say about themselves is true."""

import importlib.util
from dataclasses import asdict, replace
from pathlib import Path

import numpy as np
import pytest

from idlock import cast
from idlock.cast.hair import STYLES
from idlock.expression.presets import load
from idlock.expression.sliders import SLIDERS

SIZE = 192
LEFT_EYE, RIGHT_EYE = slice(36, 42), slice(42, 48)


def shown(person, expression, **more):
    return cast.render(person, expression, SIZE, **more)


def moved(sliders, person=11):
    """Landmarks' way from the neutral picture, px, y up, and the size of the face."""
    neutral, changed = shown(person, {}).landmarks, shown(person, sliders).landmarks
    apart = np.linalg.norm(neutral[36] - neutral[45])
    return (changed - neutral) * [1, -1] / apart


def opening(landmarks, eye):
    points = landmarks[eye]
    tall = np.linalg.norm(points[[1, 2]] - points[[5, 4]], axis=1).mean()
    return tall / np.linalg.norm(points[0] - points[3])


def test_a_picture_has_the_promised_shapes_and_ranges():
    picture = shown(0, "happy")
    assert picture.image.shape == (SIZE, SIZE, 3)
    assert picture.image.dtype == np.uint8
    assert picture.landmarks.shape == (68, 2)
    assert picture.landmarks.dtype == np.float64
    assert picture.mask.shape == (SIZE, SIZE)
    assert picture.mask.dtype == np.float32
    assert picture.mask.min() == 0.0
    assert picture.mask.max() == pytest.approx(1.0, abs=1e-5)
    assert picture.expression == load()["happy"]
    assert picture.person == cast.person(0)


def test_the_same_arguments_give_the_same_bytes():
    first = shown(5, {"smile": 0.7, "aaa": 20}, scene=cast.scene(3))
    shown(6, "angry")  # something else in between
    again = shown(cast.person(5), {"aaa": 20, "smile": 0.7}, scene=cast.scene(3))
    assert np.array_equal(first.image, again.image)
    assert np.array_equal(first.landmarks, again.landmarks)
    assert np.array_equal(first.mask, again.mask)


def test_pictures_do_not_depend_on_what_was_rendered_before():
    from idlock.cast import figure, hair, skin

    warm = shown(8, "sad")
    for cached in (figure.resting, skin.skin_maps, hair.sheets):
        cached.cache_clear()
    assert np.array_equal(warm.image, shown(8, "sad").image)


def test_people_are_drawn_from_their_seed_alone():
    cast.person.cache_clear()
    late = cast.person(40)
    assert cast.person(40) == late
    assert cast.person(np.int64(40)) == late
    assert len({cast.person(seed) for seed in range(60)}) == 60


def test_people_can_be_changed_by_name():
    someone = cast.person(2)
    wider = replace(someone, shape=replace(someone.shape, mouth_width=2.5))
    before, after = (shown(p, {}).landmarks for p in (replace(wider, shape=someone.shape), wider))
    assert np.ptp(after[[48, 54], 0]) > 1.04 * np.ptp(before[[48, 54], 0])
    assert np.allclose(after[36:48], before[36:48], atol=0.3)


def test_the_population_is_balanced_over_tone_age_and_sex():
    people = [cast.person(seed) for seed in range(100, 600)]
    tones = np.histogram([p.skin.melanin for p in people], [0, 0.17, 0.3, 0.5, 0.8, 1.25, 1.75, 9])[
        0
    ]
    ages = np.histogram([p.age for p in people], [18, 30, 42, 54, 66, 78.1])[0]
    assert tones.min() > 0.8 * tones.max()
    assert ages.min() > 0.6 * ages.max()
    assert 0.45 < np.mean([p.masculine > 0.5 for p in people]) < 0.55
    light = np.mean([p.masculine > 0.5 for p in people if p.skin.melanin < 0.5])
    assert 0.4 < light < 0.6


def test_a_person_has_many_parameters_that_differ():
    first, second = asdict(cast.person(1)), asdict(cast.person(2))
    assert len(first["shape"]) >= 30
    assert all(first["shape"][name] != second["shape"][name] for name in first["shape"])


@pytest.mark.parametrize("style", STYLES)
def test_every_style_of_hair_renders(style):
    someone = cast.person(4)
    picture = shown(replace(someone, hair=replace(someone.hair, style=style)), {})
    bald = shown(replace(someone, hair=replace(someone.hair, style="none")), {})
    assert picture.mask.sum() >= 0.995 * bald.mask.sum()
    assert np.array_equal(picture.landmarks, bald.landmarks)
    assert style == "none" or not np.array_equal(picture.image, bald.image)


@pytest.mark.parametrize("glasses", ["round", "square", "thin"])
def test_glasses_leave_the_truth_alone(glasses):
    someone = replace(cast.person(4), clothes=replace(cast.person(4).clothes, glasses="none"))
    worn = replace(someone, clothes=replace(someone.clothes, glasses=glasses))
    plain, with_frame = shown(someone, {}), shown(worn, {})
    assert np.array_equal(plain.landmarks, with_frame.landmarks)
    eyes = with_frame.landmarks[36:48]
    low, high = eyes.min(axis=0).astype(int) - 12, eyes.max(axis=0).astype(int) + 12
    near = np.s_[low[1] : high[1], low[0] : high[0]]
    assert np.abs(plain.image[near].astype(int) - with_frame.image[near]).mean() > 3


def test_a_neutral_mouth_is_closed_and_the_eyes_are_open():
    for seed in range(6):
        points = shown(seed, "neutral").landmarks
        inner = np.linalg.norm(points[[61, 62, 63]] - points[[67, 66, 65]], axis=1)
        assert inner.max() < 0.01 * np.linalg.norm(points[36] - points[45])
        assert min(opening(points, LEFT_EYE), opening(points, RIGHT_EYE)) > 0.18


def test_a_smile_lifts_and_widens_the_corners():
    way = moved({"smile": 1.0})
    assert way[48, 1] > 0.03
    assert way[54, 1] > 0.03
    assert way[54, 0] - way[48, 0] > 0.06
    assert np.abs(way[27:30]).max() < 0.005


def test_a_negative_smile_lowers_the_corners_against_the_middle():
    way = moved({"smile": -0.3})
    assert (way[[48, 54], 1] < -0.015).all()
    assert (way[[48, 54], 1] < way[51, 1] - 0.02).all()


def test_aah_opens_the_mouth_and_takes_the_chin_along():
    way = moved({"aaa": 90})
    assert way[66, 1] < -0.15
    assert way[8, 1] < -0.10
    assert abs(way[62, 1]) < 0.03
    assert np.abs(way[36:48]).max() < 0.01


def test_eee_widens_and_woo_narrows():
    wide, round_ = moved({"eee": 15}), moved({"woo": 15})
    assert wide[54, 0] - wide[48, 0] > 0.04
    assert round_[54, 0] - round_[48, 0] < -0.08
    assert np.ptp(moved({"eee": -20})[[48, 54], 0]) > 0.03


def test_pressed_lips_are_thinner():
    way = moved({"aaa": -30})
    assert way[51, 1] < -0.01
    assert way[57, 1] > 0.01


def test_brows_rise_and_knit():
    up, down = moved({"eyebrow": 15}), moved({"eyebrow": -10})
    assert (up[17:27, 1] > 0.01).all()
    assert up[[19, 24], 1].min() > 0.04
    assert down[[21, 22], 1].max() < -0.03
    assert down[21, 0] > 0.01 > -0.01 > down[22, 0]


def test_lids_close_widen_and_wink_one_sided():
    neutral, shut, wide, wink = (
        shown(11, sliders).landmarks for sliders in ({}, {"blink": -20}, {"blink": 5}, {"wink": 25})
    )
    assert max(opening(shut, LEFT_EYE), opening(shut, RIGHT_EYE)) < 0.02
    assert opening(wide, LEFT_EYE) > 1.1 * opening(neutral, LEFT_EYE)
    assert opening(wink, LEFT_EYE) < 0.02
    assert opening(wink, RIGHT_EYE) == pytest.approx(opening(neutral, RIGHT_EYE), rel=0.05)


@pytest.mark.parametrize(("slider", "axis"), [("pupil_x", 1), ("pupil_y", 0)])
def test_gaze_moves_the_dark_of_the_eyes(slider, axis):
    def place(value):
        picture = shown(5, {slider: value})
        points = picture.landmarks[RIGHT_EYE]
        low, high = (
            np.floor(points.min(axis=0)).astype(int),
            np.ceil(points.max(axis=0)).astype(int),
        )
        part = (
            picture.image[low[1] - 1 : high[1] + 2, low[0] + 2 : high[0] - 1]
            .astype(float)
            .sum(axis=-1)
        )
        dark = np.clip(np.quantile(part, 0.5) - part, 0, None)
        at = np.arange(part.shape[axis])
        return (dark.sum(axis=1 - axis) * at).sum() / dark.sum() + low[1 - axis]

    shift = place(12) - place(-12)
    assert shift > 1.0 if slider == "pupil_x" else shift < -0.3


def test_the_head_turns_as_the_sliders_say():
    yaw, pitch, roll = (moved({name: 15}) for name in ("rotate_yaw", "rotate_pitch", "rotate_roll"))
    tip = 30
    assert yaw[tip, 0] > 0.1
    assert pitch[tip, 1] < -0.1
    assert roll[36, 1] > roll[45, 1] + 0.1


def test_sliders_add_up_in_any_order():
    one = shown(3, {"smile": 0.5, "eyebrow": 6, "rotate_yaw": 5})
    other = shown(3, {"rotate_yaw": 5, "eyebrow": 6, "smile": 0.5, "aaa": 0})
    assert np.array_equal(one.image, other.image)
    assert "aaa" not in other.expression


def test_every_preset_and_every_end_of_a_slider_renders():
    for name in load():
        assert shown(1, name).image.std() > 20
    for slider in SLIDERS.values():
        for value in (slider.low, slider.high):
            picture = shown(1, {slider.name: value})
            assert np.isfinite(picture.landmarks).all()
            assert ((picture.landmarks > 0) & (picture.landmarks < SIZE)).all()


def test_the_mask_covers_the_face_and_not_the_corners():
    for seed in range(4):
        picture = shown(seed, "surprised", scene=cast.scene(seed))
        inside = np.round(picture.landmarks[17:]).astype(int)
        assert (picture.mask[inside[:, 1], inside[:, 0]] > 0.98).all()
        assert picture.mask[:8, :8].max() == 0.0
        assert picture.mask[:8, -8:].max() == 0.0
        soft = (picture.mask > 0.05) & (picture.mask < 0.95)
        assert 0.002 < soft.mean() < 0.12


def test_scenes_differ_but_not_the_person():
    shots = [shown(9, {}, scene=cast.scene(seed)) for seed in range(3)]
    assert all(shot.person == shots[0].person for shot in shots)
    assert np.abs(shots[0].image.astype(int) - shots[1].image).mean() > 8
    assert all(np.abs(cast.scene(seed).pose).max() <= 15 for seed in range(200))
    assert cast.scene(7) == cast.scene(7) != cast.scene(8)


def test_sizes_show_the_same_picture():
    small, large = cast.render(2, "happy", 128), cast.render(2, "happy", 384)
    scaled = (large.landmarks + 0.5) / 3 - 0.5
    assert np.abs(small.landmarks - scaled).max() < 1.0
    shrunk = large.image.reshape(128, 3, 128, 3, 3).mean(axis=(1, 3))
    assert np.abs(shrunk - small.image).mean() < 9


@pytest.mark.parametrize("seed", [-1, 1.5, "7", True, None])
def test_a_bad_seed_is_refused(seed):
    with pytest.raises(ValueError, match="whole number from 0 on"):
        cast.person(seed)
    with pytest.raises(ValueError, match="whole number from 0 on"):
        cast.scene(seed)


@pytest.mark.parametrize("size", [0, 63, 2049, 256.0, "256", True, None])
def test_a_bad_size_is_refused(size):
    with pytest.raises(ValueError, match="size takes a whole number from 64 to 2048"):
        cast.render(0, {}, size)


def test_a_bad_expression_is_refused():
    with pytest.raises(ValueError, match="unknown expression 'grumpy'; the presets are neutral"):
        shown(0, "grumpy")
    with pytest.raises(ValueError, match="unknown slider 'grin'"):
        shown(0, {"grin": 1})
    with pytest.raises(ValueError, match="the nearest is 1.3"):
        shown(0, {"smile": 2})


def test_an_unknown_part_is_refused_with_the_known_ones():
    someone = cast.person(0)
    shaved = replace(someone, hair=replace(someone.hair, style="mullet"))
    with pytest.raises(ValueError, match="unknown style of hair 'mullet'; take one of none, ring"):
        shown(shaved, {})
    with pytest.raises(ValueError, match="unknown backdrop 'moon'; take one of studio"):
        shown(0, {}, scene=replace(cast.scene(0), backdrop="moon"))


@pytest.fixture(scope="module")
def dlib_models():
    dlib = pytest.importorskip("dlib")
    found = importlib.util.find_spec("face_recognition_models")
    if found is None:
        pytest.skip("dlib's trained files (face_recognition_models) are not installed")
    folder = Path(found.submodule_search_locations[0]) / "models"
    return (
        dlib.get_frontal_face_detector(),
        dlib.shape_predictor(str(folder / "shape_predictor_68_face_landmarks.dat")),
        dlib.face_recognition_model_v1(str(folder / "dlib_face_recognition_resnet_model_v1.dat")),
    )


@pytest.mark.slow
def test_dlib_finds_the_faces_agrees_on_landmarks_and_tells_people_apart(dlib_models):
    detect, predict, recognise = dlib_models
    descriptors, errors = {}, []
    for seed in range(8):
        someone = cast.person(seed)
        # A landmark predictor may take the frame of glasses for brows.
        bare = replace(someone, clothes=replace(someone.clothes, glasses="none"))
        for index, name in enumerate(("neutral", "happy", "surprised")):
            picture = cast.render(bare, name, 256, scene=cast.scene(50 + 3 * seed + index))
            boxes = detect(picture.image, 1)
            assert len(boxes) == 1, f"person {seed}, {name}"
            shape = predict(picture.image, boxes[0])
            guess = np.array([(point.x, point.y) for point in shape.parts()], float)
            apart = np.linalg.norm(picture.landmarks[36] - picture.landmarks[45])
            errors.append(np.linalg.norm(guess - picture.landmarks, axis=1).mean() / apart)
            found = np.array(recognise.compute_face_descriptor(picture.image, shape))
            descriptors.setdefault(seed, []).append(found / np.linalg.norm(found))
    assert np.mean(errors) < 0.045
    assert max(errors) < 0.09
    own = [1 - a @ b for shots in descriptors.values() for a in shots for b in shots if a is not b]
    mean = {seed: np.mean(shots, axis=0) for seed, shots in descriptors.items()}
    others = [1 - mean[a] @ mean[b] for a in mean for b in mean if a < b]
    assert np.mean(own) < 0.04
    assert np.mean(others) > 2 * np.mean(own)
