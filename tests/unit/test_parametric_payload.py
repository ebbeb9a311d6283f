"""Payloads of the field's services mean here what they mean there."""

import json
import math

import numpy as np
import pytest

from idlock import engines, faces
from idlock.engines.parametric import Face, apply, edit
from idlock.expression import payload, rest, transfer
from idlock.expression.sliders import SLIDERS, checked

# A request body as a Replicate client sends it.
REQUEST = json.loads("""{"input": {"image": "https://example.org/me.jpg", "rotate_pitch": 0,
  "rotate_yaw": 4.5, "rotate_roll": 0, "blink": -3, "eyebrow": 2.5, "wink": 0, "pupil_x": 5,
  "pupil_y": 0, "aaa": 24, "eee": 0, "woo": 0, "smile": 0.6, "src_ratio": 1, "sample_ratio": 1,
  "sample_parts": "OnlyExpression", "crop_factor": 1.7, "output_format": "webp",
  "output_quality": 95}}""")


@pytest.fixture(scope="module")
def portrait(astronaut, astronaut_landmarks):
    return astronaut[:320, 60:380].copy(), astronaut_landmarks - (60, 0)


@pytest.fixture(scope="module")
def pair(london):
    """A Londoner at rest and smiling, quarter size: picture and landmarks of each."""
    shots = [np.ascontiguousarray(photo[::2, ::2]) for photo in london["002"]]
    return [(shot, faces.landmarks(shot)) for shot in shots]


# --- reading ---


def test_a_replicate_request_is_read():
    wanted = payload.read(REQUEST)
    assert wanted.sliders == {
        "rotate_yaw": 4.5,
        "blink": -3,
        "eyebrow": 2.5,
        "pupil_x": 5,
        "aaa": 24,
        "smile": 0.6,
    }
    assert (wanted.src_ratio, wanted.sample_ratio, wanted.crop_factor) == (1, 1, 1.7)
    assert wanted.image == "https://example.org/me.jpg"
    assert wanted.output == {"output_format": "webp", "output_quality": 95}


def test_a_comfyui_node_is_read_and_what_is_left_out_has_the_fields_default():
    node = {"class_type": "ExpressionEditor", "inputs": {"smile": 1, "motion_link": None}}
    assert payload.read(node) == payload.Edit(sliders={"smile": 1.0})
    assert payload.read({}) == payload.Edit()


@pytest.mark.parametrize(
    ("fields", "words"),
    [
        ({"src_ratio": 1.5}, ("'src_ratio'", "0 to 1", "nearest is 1")),
        ({"sample_ratio": -0.3}, ("'sample_ratio'", "-0.2 to 1.2", "nearest is -0.2")),
        ({"crop_factor": math.nan}, ("'crop_factor'", "1.5 to 2.5", "nan")),
        ({"sample_parts": "OnlyNose"}, ("OnlyNose", "OnlyMouth")),
        ({"smlie": 1}, ("smlie", "did you mean 'smile'")),
        ({"smile": 2}, ("'smile'", "nearest is 1.3")),
        ({"motion_link": ["3", 0]}, ("motion_link", "sample_image")),
        ({"aaa": True}, ("'aaa'", "True")),
    ],
)
def test_refusals_name_field_range_and_nearest(fields, words):
    with pytest.raises(ValueError) as caught:
        payload.read(fields)
    assert all(word in str(caught.value) for word in words)


def test_what_is_no_mapping_is_refused():
    with pytest.raises(ValueError, match="mapping"):
        payload.read([1, 2])


# --- doing ---


def test_a_payload_without_a_sample_is_its_sliders(portrait):
    wanted = payload.read(REQUEST)
    np.testing.assert_array_equal(apply(*portrait, wanted), edit(*portrait, wanted.sliders))


def test_defaults_leave_the_picture_bit_for_bit(portrait):
    np.testing.assert_array_equal(apply(*portrait, payload.read({})), portrait[0])


def test_a_smaller_crop_moves_less_of_the_surroundings(astronaut, astronaut_landmarks):
    changed = [
        (apply(astronaut, astronaut_landmarks, payload.read(fields)) != astronaut).any(-1).sum()
        for fields in (
            {"rotate_roll": 9, "crop_factor": 1.5},
            {"rotate_roll": 9, "crop_factor": 2.5},
        )
    ]
    assert changed[0] < changed[1]


# --- the photo's own expression ---


def test_a_resting_face_reads_as_rest_and_a_smile_as_a_smile(pair):
    resting, smiling = (rest.expression(*photo) for photo in pair)
    assert not set(resting) & {"smile", "aaa"}
    assert smiling["smile"] > 0.3
    assert smiling["aaa"] > 8


def test_src_ratio_takes_a_smile_away_in_steps(pair):
    photo, points = pair[1]
    face = Face(photo, points)
    np.testing.assert_array_equal(face.edit({}, src_ratio=1.0), photo)

    def smile(ratio):
        edited = face.edit({}, src_ratio=ratio)
        after = faces.landmarks(edited)
        gap = (after[65:68, 1] - after[[63, 62, 61], 1]).mean()
        return gap, np.ptp(after[48:60, 0])

    (wide, whole), (half, middle), (shut, narrow) = (smile(ratio) for ratio in (1.0, 0.5, 0.0))
    assert wide > half > shut
    assert whole > middle > narrow
    assert shut < 0.35 * wide


def test_a_resting_mouth_has_nothing_to_be_taken(pair):
    assert not set(Face(*pair[0]).own) & {"smile", "aaa"}


@pytest.mark.parametrize("ratio", [-0.1, 1.1, math.nan, "0.5", None])
def test_src_ratio_out_of_range_is_refused(portrait, ratio):
    with pytest.raises(ValueError, match="src_ratio takes a number from 0 to 1"):
        Face(*portrait).edit({"smile": 0.2}, src_ratio=ratio)


# --- transfer ---


def test_a_smile_is_taken_off_a_sample_and_its_own_rest_is_nothing(pair):
    resting, smiling = pair
    taken = transfer.sliders(smiling, resting)
    assert taken["smile"] > 0.6
    assert taken["aaa"] > 8
    assert checked(taken)
    assert transfer.sliders(resting, resting) == {}
    assert transfer.sliders(smiling)["smile"] > 0.3


def test_sample_parts_take_their_sliders():
    sample = {"smile": 0.5, "blink": -4.0, "rotate_yaw": 6.0}
    took = {part: set(transfer.mixed({}, sample, part, 1.0)) for part in transfer.PARTS}
    assert took == {
        "OnlyExpression": {"smile", "blink"},
        "OnlyRotation": {"rotate_yaw"},
        "OnlyMouth": {"smile"},
        "OnlyEyes": {"blink"},
        "All": {"smile", "blink", "rotate_yaw"},
    }
    assert set().union(*transfer.PARTS.values()) == set(SLIDERS)


def test_a_sample_adds_to_the_sliders_and_stops_at_their_limits():
    assert transfer.mixed({"smile": 0.3}, {"smile": 0.5}, "All", 0.8) == pytest.approx(
        {"smile": 0.7}
    )
    assert transfer.mixed({"aaa": 100.0}, {"aaa": 100.0}, "All", 1.2) == {"aaa": 120.0}
    with pytest.raises(ValueError, match="sample_parts"):
        transfer.mixed({}, {}, "Nose", 1.0)


def test_a_sample_moves_another_persons_mouth(portrait, pair):
    photo, points = pair[0]
    shown = portrait  # the astronaut smiles with her teeth
    result = apply(photo, points, payload.read({"sample_parts": "OnlyMouth"}), sample=shown)
    after = faces.landmarks(result)
    assert np.ptp(after[48:60, 0]) > 1.05 * np.ptp(points[48:60, 0])
    np.testing.assert_array_equal(
        apply(photo, points, payload.read({"sample_ratio": 0}), sample=shown), photo
    )


# --- in the workflow ---


def test_the_engine_neutralises_a_source_that_smiles_if_asked(portrait):
    photo, points = portrait
    rgba = np.dstack([photo, np.full(photo.shape[:2], 255, np.uint8)])
    source = engines.Source("someone", "someone", "photo", rgba, points)
    asked = [engines.Request("neutral", {}, 0, 1), engines.Request("sad", {"smile": -0.2}, 0, 1)]
    kept = list(
        engines.engine("parametric", {"generate": {"src_ratio": 1.0}}).pictures(source, asked)
    )
    opened = engines.engine("parametric", {"generate": {"src_ratio": 0.0}})
    let_go = list(opened.pictures(source, asked))
    np.testing.assert_array_equal(let_go[0].image, rgba)
    np.testing.assert_array_equal(kept[1].image[..., :3], edit(photo, points, {"smile": -0.2}))
    assert (let_go[1].image != kept[1].image).any()
    assert kept[1].made_with == {}
    assert let_go[1].made_with["src_ratio"] == 0.0
    assert let_go[1].made_with["let_go_of"]["smile"] > 0.5
