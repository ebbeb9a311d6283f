"""The parametric engine edits what it is asked to edit, and nothing else."""

import cv2
import numpy as np
import pytest

from idlock import faces
from idlock.engines.parametric import Face, edit
from idlock.expression.sliders import SLIDERS

UNIT = 165  # px between the eyes in a prepared photo
LEFT_EYE, RIGHT_EYE = slice(36, 42), slice(42, 48)


def aligned(picture, points):
    """A 768 px upright crop as the pipeline prepares it, and its landmarks."""
    left, right = points[LEFT_EYE].mean(0), points[RIGHT_EYE].mean(0)
    scale = UNIT / np.linalg.norm(right - left)
    shift = np.array([384, 330]) - scale * (left + right) / 2
    matrix = np.array([[scale, 0, shift[0]], [0, scale, shift[1]]])
    interpolation = cv2.INTER_AREA if scale < 1 else cv2.INTER_CUBIC
    crop = cv2.warpAffine(
        picture, matrix, (768, 768), flags=interpolation, borderMode=cv2.BORDER_REPLICATE
    )
    return crop, faces.landmarks(crop)


@pytest.fixture(scope="module")
def portrait(astronaut, astronaut_landmarks):
    """The astronaut, smiling with teeth: picture (768, 768, 3) and landmarks."""
    return aligned(astronaut, astronaut_landmarks)


@pytest.fixture(scope="module")
def face(portrait):
    return Face(*portrait)


@pytest.fixture(scope="module")
def shut_mouth(london):
    """A Londoner with closed lips: picture and landmarks."""
    picture = london["001"][0]
    return aligned(picture, faces.landmarks(picture))


def openness(points):
    """Inner-lip gap, shares of the distance between the eyes."""
    unit = np.linalg.norm(points[RIGHT_EYE].mean(0) - points[LEFT_EYE].mean(0))
    return np.linalg.norm(points[[61, 62, 63]] - points[[67, 66, 65]], axis=1).mean() / unit


def aspect(eye):
    """Height over width of the six points of an eye."""
    height = (np.linalg.norm(eye[1] - eye[5]) + np.linalg.norm(eye[2] - eye[4])) / 2
    return height / np.linalg.norm(eye[0] - eye[3])


def corners_height(points):
    """How far the corners of the mouth stand below the eyes, in eye distances."""
    eyes = points[36:48].mean(0)
    return (points[[48, 54], 1].mean() - eyes[1]) / np.linalg.norm(points[36:42].mean(0) - eyes) / 2


def detail(picture, eye):
    """Spread of brightness in the middle of an open eye: white, iris, pupil."""
    x, y = eye.mean(0).round().astype(int)
    return picture[y - 8 : y + 2, x - 16 : x + 17].mean(axis=-1).std()


def around(points, margin):
    """Bool (768, 768) of the box around points, ``margin`` px wider."""
    box = np.zeros((768, 768), bool)
    x0, y0 = (points.min(0) - margin).astype(int)
    x1, y1 = (points.max(0) + margin).astype(int)
    box[y0:y1, x0:x1] = True
    return box


# --- exactness ---


@pytest.mark.parametrize("zeros", [{}, dict.fromkeys(SLIDERS, 0.0), {"smile": 0}])
def test_zero_is_the_input_bit_for_bit(portrait, zeros):
    picture, points = portrait
    result = edit(picture, points, zeros)
    assert result is not picture
    np.testing.assert_array_equal(result, picture)


def test_the_input_is_not_changed(portrait):
    picture, points = portrait
    before = picture.copy()
    edit(picture, points, {"smile": 1.0, "aaa": 60})
    np.testing.assert_array_equal(picture, before)


ENDS = [(name, end) for name, s in SLIDERS.items() for end in (s.low, s.high) if end]


@pytest.mark.parametrize(("name", "end"), ENDS)
def test_every_slider_changes_the_face_and_only_the_face(face, portrait, name, end):
    picture, _ = portrait
    result = face.edit({name: end})
    changed = (result != picture).any(axis=-1)
    assert changed.sum() > 400
    allowed = face.leaning if name == "rotate_roll" else face.region
    assert not changed[~allowed].any()


def test_hair_ears_and_background_are_outside_the_region(face, portrait):
    _, points = portrait
    assert not face.region[:, : int(points[0, 0]) - 2].any()
    assert not face.region[:, int(points[16, 0]) + 3 :].any()
    fringe = int(points[19:25, 1].min()) - UNIT // 2
    assert face.region[:fringe].mean() < 0.01


def test_nothing_outside_the_mask_changes(portrait):
    picture, points = portrait
    mask = np.ones(picture.shape[:2], np.float32)
    mask[:, 400:] = 0
    result = edit(picture, points, {"smile": 1.2, "aaa": 80, "rotate_yaw": 10}, mask)
    np.testing.assert_array_equal(result[:, 400:], picture[:, 400:])
    assert (result != picture).any()


@pytest.mark.parametrize("kind", [bool, np.uint8, np.float32])
def test_a_mask_may_be_of_any_type(portrait, kind):
    picture, points = portrait
    mask = np.zeros(picture.shape[:2], kind)
    mask[:, :400] = 255 if kind is np.uint8 else 1
    result = edit(picture, points, {"smile": 1.0}, mask)
    reference = edit(picture, points, {"smile": 1.0}, mask > 0)
    np.testing.assert_array_equal(result, reference)


def test_an_empty_mask_changes_nothing(portrait):
    picture, points = portrait
    result = edit(picture, points, {"smile": 1.0, "blink": -20}, np.zeros((768, 768)))
    np.testing.assert_array_equal(result, picture)


def test_rgba_keeps_its_alpha_and_its_alpha_is_the_mask(portrait):
    picture, points = portrait
    alpha = np.full((768, 768, 1), 255, np.uint8)
    alpha[500:] = 30
    rgba = np.concatenate([picture, alpha], axis=-1)
    result = edit(rgba, points, {"smile": 1.0, "blink": -10})
    assert result.shape == rgba.shape
    np.testing.assert_array_equal(result[..., 3], rgba[..., 3])
    np.testing.assert_array_equal(result[500:], rgba[500:])
    assert (result[..., :3] != rgba[..., :3]).any()


def test_sliders_add_up_in_any_order(face):
    wanted = {"smile": 0.7, "aaa": 30, "blink": -6, "rotate_yaw": 4, "eyebrow": 5, "wink": 4}
    first = face.edit(wanted)
    for order in (sorted(wanted), sorted(wanted, reverse=True)):
        np.testing.assert_array_equal(face.edit({name: wanted[name] for name in order}), first)


def test_one_set_up_gives_what_many_give(portrait, face):
    picture, points = portrait
    wanted = {"aaa": 40, "eyebrow": 8, "blink": -12}
    face.edit({"smile": 1.3, "wink": 25})
    np.testing.assert_array_equal(face.edit(wanted), edit(picture, points, wanted))


def test_the_same_bits_wherever_memory_has_room(portrait):
    sliders, kept, warps = {"smile": 0.7, "aaa": 30}, [], set()
    for turn in range(8):
        kept.append(np.empty(16 * turn + 8, np.uint8))  # shifts what is allocated next
        warps.add(Face(*portrait).displacement(sliders)[0].tobytes())
    assert len(warps) == 1


# --- bad input ---


@pytest.mark.parametrize(
    ("sliders", "message"),
    [
        ({"grin": 1}, "unknown slider 'grin'"),
        ({"smile": 1.4}, r"'smile'.*-0\.3 to 1\.3.*nearest is 1\.3"),
        ({"aaa": float("nan")}, "'aaa'.*not nan"),
        ({"blink": float("-inf")}, "'blink'.*not -inf"),
        ({"wink": "much"}, "'wink'.*not 'much'"),
    ],
)
def test_a_bad_slider_is_named(portrait, sliders, message):
    with pytest.raises(ValueError, match=message):
        edit(*portrait, sliders)


@pytest.mark.parametrize(
    ("change", "message"),
    [
        (lambda p: p[:67], "68 points"),
        (lambda p: np.where(p == p[3], np.nan, p), "finite"),
        (lambda p: p * 0.01, "px apart; at least"),
        (lambda p: p * (1, -1), "iBUG order"),
        (lambda p: np.concatenate([p[:48], np.tile(p[48], (20, 1))]), "mouth has no width"),
    ],
)
def test_bad_landmarks_are_refused(portrait, change, message):
    picture, points = portrait
    with pytest.raises(ValueError, match=message):
        edit(picture, change(points), {"smile": 1})


@pytest.mark.parametrize(
    ("picture", "message"),
    [
        (np.zeros((64, 64, 3), np.float32), "uint8.*float32"),
        (np.zeros((64, 64), np.uint8), r"\(H, W, 3\)"),
        (np.zeros((64, 64, 2), np.uint8), r"\(H, W, 3\)"),
        (np.zeros((0, 64, 3), np.uint8), r"\(H, W, 3\)"),
        ([[0]], "uint8 array, not list"),
    ],
)
def test_bad_pictures_are_refused(portrait, picture, message):
    with pytest.raises(ValueError, match=message):
        edit(picture, portrait[1], {"smile": 1})


def test_bad_masks_are_refused(portrait):
    with pytest.raises(ValueError, match="mask must be"):
        edit(*portrait, {"smile": 1}, np.ones((10, 10)))
    with pytest.raises(ValueError, match="finite"):
        edit(*portrait, {"smile": 1}, np.full((768, 768), np.nan))


# --- what the sliders do, as dlib reads it back ---


def test_aaa_opens_a_mouth_and_more_opens_it_wider(face, portrait):
    gaps = [openness(portrait[1])]
    gaps += [openness(faces.landmarks(face.edit({"aaa": amount}))) for amount in (40, 100)]
    assert gaps[1] > gaps[0] + 0.05
    assert gaps[2] > gaps[1] + 0.08


def test_aaa_keeps_the_teeth_the_photo_shows(face, portrait):
    picture, points = portrait
    x, y = points[[61, 62, 63]].mean(0).round().astype(int)
    teeth = (slice(y + 8, y + 14), slice(x - 20, x + 20))
    np.testing.assert_array_equal(face.edit({"aaa": 80})[teeth], picture[teeth])


def test_aaa_closes_a_mouth_below_zero(face, portrait):
    assert openness(faces.landmarks(face.edit({"aaa": -30}))) < openness(portrait[1]) - 0.04


def test_aaa_opens_shut_lips_on_a_dark_inside(shut_mouth):
    picture, points = shut_mouth
    opened = edit(picture, points, {"aaa": 80})
    after = faces.landmarks(opened)
    assert openness(after) > openness(points) + 0.12
    assert after[8, 1] > points[8, 1] + 0.08 * UNIT  # the chin follows
    x, y = ((after[62] + after[66]) / 2).round().astype(int)
    inside = opened[y - 5 : y + 5, x - 15 : x + 15].mean()
    assert inside < 0.5 * picture[points[:, 1].astype(int), points[:, 0].astype(int)].mean()


def test_a_smile_raises_and_widens_the_corners(face, portrait):
    before, after = portrait[1], faces.landmarks(face.edit({"smile": 1.3}))
    assert corners_height(after) < corners_height(before) - 0.03
    assert np.ptp(after[48:60, 0]) > np.ptp(before[48:60, 0]) + 0.04 * UNIT


def test_smile_below_zero_lowers_the_corners(shut_mouth):
    picture, points = shut_mouth
    after = faces.landmarks(edit(picture, points, {"smile": -0.3}))
    middle_to_corner = [p[[48, 54], 1].mean() - p[[62, 66], 1].mean() for p in (points, after)]
    assert middle_to_corner[1] > middle_to_corner[0] + 0.02 * UNIT


def test_woo_narrows_and_eee_widens_the_mouth(face, portrait):
    width = {
        name: np.ptp(faces.landmarks(face.edit({name: 15}))[48:60, 0]) for name in ("woo", "eee")
    }
    before = np.ptp(portrait[1][48:60, 0])
    assert width["woo"] < before - 0.08 * UNIT
    assert width["eee"] > before + 0.05 * UNIT


def test_blink_closes_and_opens_both_eyes(face, portrait):
    for eye in (LEFT_EYE, RIGHT_EYE):
        before = aspect(portrait[1][eye])
        assert aspect(faces.landmarks(face.edit({"blink": -20}))[eye]) < before - 0.08
        assert aspect(faces.landmarks(face.edit({"blink": 5}))[eye]) > before + 0.01


def test_shut_lids_hide_the_whites_and_the_iris(shut_mouth):
    picture, points = shut_mouth
    shut = edit(picture, points, {"blink": -20})
    for eye in (LEFT_EYE, RIGHT_EYE):
        assert detail(shut, points[eye]) < 0.4 * detail(picture, points[eye])


def test_a_wink_is_one_sided(face, portrait):
    picture, points = portrait
    winked = face.edit({"wink": 25})
    other = around(points[RIGHT_EYE], 12)
    np.testing.assert_array_equal(winked[other], picture[other])
    # dlib reads both eyes of a wink half shut, so the eye itself is looked at.
    assert detail(winked, points[LEFT_EYE]) < 0.4 * detail(picture, points[LEFT_EYE])


def test_gaze_moves_the_iris_and_not_the_lids(face, portrait):
    picture, points = portrait

    def dark_centre(image, eye):
        inside = np.zeros(image.shape[:2], np.uint8)
        cv2.fillConvexPoly(inside, points[eye].round().astype(int), 1)
        dark = np.clip(140 - image.mean(axis=-1), 0, None) * cv2.erode(inside, np.ones((5, 5)))
        return (dark * np.arange(image.shape[1])).sum() / dark.sum()

    for eye in (LEFT_EYE, RIGHT_EYE):
        x = [dark_centre(face.edit({"pupil_x": v}) if v else picture, eye) for v in (-12, 0, 12)]
        assert x[0] < x[1] - 3
        assert x[2] > x[1] + 3
    changed = (face.edit({"pupil_x": 12}) != picture).any(axis=-1)
    assert not changed[~around(points[36:48], 18)].any()


def test_brows_rise_and_fall(face, portrait):
    def height(points):
        return points[36:48, 1].mean() - points[17:27, 1].mean()

    before = height(portrait[1])
    assert height(faces.landmarks(face.edit({"eyebrow": 15}))) > before + 0.03 * UNIT
    assert height(faces.landmarks(face.edit({"eyebrow": -10}))) < before - 0.02 * UNIT


@pytest.mark.parametrize(
    ("sliders", "axis", "way"),
    [({"rotate_yaw": 12}, 0, 1), ({"rotate_yaw": -12}, 0, -1), ({"rotate_pitch": 12}, 1, 1)],
)
def test_a_turn_moves_the_nose_against_the_jaw(face, portrait, sliders, axis, way):
    after = faces.landmarks(face.edit(sliders))
    moved = (after[30] - after[:17].mean(0)) - (portrait[1][30] - portrait[1][:17].mean(0))
    assert moved[axis] * way > 0.06 * UNIT


@pytest.mark.parametrize("degrees", [-20, -8, 8, 20])
def test_a_lean_is_as_large_as_asked(face, portrait, degrees):
    def tilt(points):
        across = points[RIGHT_EYE].mean(0) - points[LEFT_EYE].mean(0)
        return np.degrees(np.arctan2(across[1], across[0]))

    after = faces.landmarks(face.edit({"rotate_roll": degrees}))
    assert tilt(after) - tilt(portrait[1]) == pytest.approx(degrees, abs=1.5)


def test_a_lean_takes_hair_along_and_leaves_the_pictures_edge(face, portrait):
    picture, points = portrait
    changed = (face.edit({"rotate_roll": 12}) != picture).any(axis=-1)
    hair = slice(int(points[19:25, 1].min()) - UNIT, int(points[19:25, 1].min()) - UNIT // 2)
    assert changed[hair, 250:520].mean() > 0.5
    assert not changed[0].any()
    assert not changed[:, 0].any()
    assert not changed[:, -1].any()


def cut_out(picture):
    """The picture with its background's alpha at zero, and where that is."""
    alpha = np.zeros((768, 768, 1), np.uint8)
    cv2.ellipse(alpha, (384, 360), (200, 300), 0, 0, 360, 255, -1)
    return np.concatenate([np.where(alpha, picture, 0), alpha], axis=-1)


def test_the_outline_of_a_cut_out_head_leans_along(portrait):
    picture, points = portrait
    rgba = cut_out(picture)
    leant = edit(rgba, points, {"rotate_roll": 15})
    assert (leant[..., 3] != rgba[..., 3]).any()
    # Nothing of the black under the transparent pixels gets into the picture.
    whole = edit(np.ascontiguousarray(picture), points, {"rotate_roll": 15})
    opaque = cv2.erode((leant[..., 3] == 255).astype(np.uint8), np.ones((5, 5))).astype(bool)
    assert np.abs(leant[opaque][:, :3].astype(int) - whole[opaque]).max() <= 3


@pytest.mark.parametrize("sliders", [{"rotate_yaw": 12}, {"rotate_yaw": -12}])
def test_the_whole_head_of_a_cut_out_turns(portrait, sliders):
    picture, points = portrait
    rgba = cut_out(picture)
    face = Face(rgba, points)
    turned = face.edit(sliders)
    changed = (turned != rgba).any(axis=-1)
    assert not changed[~face.leaning].any()
    assert not changed[(rgba[..., 3] == 0) & (turned[..., 3] == 0)].any()
    hair = slice(int(points[19:25, 1].min()) - UNIT, int(points[19:25, 1].min()) - UNIT // 2)
    assert changed[hair, 250:520].mean() > 0.5  # the fringe comes along
    jaw = slice(int(points[3, 1]), int(points[6, 1]))
    assert (turned[jaw, :, 3] != rgba[jaw, :, 3]).any()  # and so does the outline
    after = faces.landmarks(turned)
    nose = (after[30] - after[[0, 16]].mean(0) - points[30] + points[[0, 16]].mean(0))[0]
    assert nose * np.sign(sliders["rotate_yaw"]) > 0.1 * UNIT
    field, _ = face.displacement(sliders)
    assert np.abs(field[-1]).max() < 0.1  # the shoulders stay
    masked = edit(rgba, points, sliders, rgba[..., 3])
    np.testing.assert_array_equal(masked[..., 3], rgba[..., 3])


# --- any picture ---


@pytest.mark.parametrize("angle", [-100, 35])
def test_a_leaning_face_is_edited_in_its_own_frame(portrait, angle):
    picture, points = portrait
    turn = cv2.getRotationMatrix2D((384, 384), angle, 1)
    leaning = cv2.warpAffine(picture, turn, (768, 768), borderMode=cv2.BORDER_REPLICATE)
    edited = edit(leaning, points @ turn[:, :2].T + turn[:, 2], {"aaa": 60, "blink": -20})
    back = cv2.warpAffine(edited, cv2.invertAffineTransform(turn), (768, 768))
    after, straight = (
        faces.landmarks(back),
        faces.landmarks(edit(*portrait, {"aaa": 60, "blink": -20})),
    )
    assert np.abs(after[17:] - straight[17:]).mean() < 3


@pytest.mark.parametrize("scale", [0.12, 0.5, 2.0])
def test_any_size_of_face(portrait, scale):
    picture, points = portrait
    picture = cv2.resize(picture, None, fx=scale, fy=scale, interpolation=cv2.INTER_AREA)
    sliders = {"smile": 1.0, "aaa": 50, "blink": -20, "pupil_x": 9}
    result = edit(picture, points * scale, sliders)
    assert result.shape == picture.shape
    assert (result != picture).any()


def test_a_face_cut_by_the_pictures_edge(portrait):
    picture, points = portrait
    cut = np.ascontiguousarray(picture[260:560, 300:600])
    result = edit(cut, points - (300, 260), {"smile": 1.0, "aaa": 60, "wink": 25, "rotate_yaw": 8})
    assert result.shape == cut.shape
    assert (result != cut).any()


@pytest.mark.slow
def test_londoners_stay_themselves_and_are_read_back(london):
    """Closed mouths open, corners rise and eyes close in every one of six people."""
    for neutral, _ in london.values():
        picture, points = aligned(neutral, faces.landmarks(neutral))
        face = Face(picture, points)
        opened = faces.landmarks(face.edit({"aaa": 60}))
        assert openness(opened) > openness(points) + 0.06
        smiling = faces.landmarks(face.edit({"smile": 1.1}))
        assert corners_height(smiling) < corners_height(points) - 0.03
        sleepy = faces.landmarks(face.edit({"blink": -12}))
        assert aspect(sleepy[LEFT_EYE]) < aspect(points[LEFT_EYE]) - 0.05
