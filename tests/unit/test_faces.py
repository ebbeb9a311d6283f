"""Faces are found, marked, chosen, judged and aligned, on real photographs."""

import cv2
import numpy as np
import pytest

from idlock import faces
from idlock.faces import align, detect, pose, quality, shape
from idlock.faces.detect import Box
from idlock.problems import BadInput

LIMITS = {"min_interocular": 24, "min_sharpness": 8, "max_clipped": 0.4, "max_turn": 40}


def scaled(picture, factor):
    return cv2.resize(picture, None, fx=factor, fy=factor, interpolation=cv2.INTER_AREA)


def test_landmarks_of_the_astronaut(astronaut_landmarks):
    """Against pupils and chin read off the enlarged picture by eye."""
    assert astronaut_landmarks.shape == (68, 2)
    left, right = shape.eye_centres(astronaut_landmarks)
    assert np.linalg.norm(left - (203, 101)) < 6
    assert np.linalg.norm(right - (247, 104)) < 6
    assert np.linalg.norm(astronaut_landmarks[8] - (222, 178)) < 8


def test_the_pattern_on_the_suit_is_no_face(astronaut):
    """dlib's detector alone answers twice at this size."""
    double = cv2.resize(astronaut, None, fx=2, fy=2, interpolation=cv2.INTER_CUBIC)
    for picture in (astronaut, double):
        assert len(detect.DlibDetector().find(picture)) == 1


def test_a_face_that_fills_the_frame_is_found(astronaut):
    tight = astronaut[84:190, 172:276]
    (box,) = detect.DlibDetector().find(cv2.resize(tight, None, fx=5, fy=5))
    assert box.side > 300


def test_a_small_face_is_found_at_larger_scale(astronaut):
    wide = np.full((1500, 2000, 3), 90, np.uint8)
    wide[900:1156, 1200:1456] = scaled(astronaut, 0.5)
    (box,) = detect.DlibDetector().find(wide)
    assert np.linalg.norm(box.centre - (1200 + 112, 900 + 63)) < 15


def test_landmarks_follow_the_picture(astronaut, astronaut_landmarks):
    """Moving and scaling the picture moves and scales the landmarks."""
    padded = cv2.copyMakeBorder(astronaut, 31, 0, 57, 0, cv2.BORDER_CONSTANT)
    moved = faces.landmarks(padded) - (57, 31)
    unit = shape.interocular(astronaut_landmarks)
    assert np.abs(moved - astronaut_landmarks).mean() < 0.015 * unit
    doubled = cv2.resize(astronaut, None, fx=2, fy=2, interpolation=cv2.INTER_CUBIC)
    again = (faces.landmarks(doubled) + 0.5) / 2 - 0.5
    assert np.abs(again - astronaut_landmarks).mean() < 0.02 * unit


def test_no_face():
    noise = np.random.default_rng(0).integers(0, 255, (300, 300, 3), dtype=np.uint8)
    with pytest.raises(faces.NoFace):
        faces.landmarks(noise)


def test_a_cut_out_is_laid_on_grey(astronaut, astronaut_landmarks):
    alpha = np.full((512, 512, 1), 255, np.uint8)
    alpha[300:] = 0
    found = faces.landmarks(np.concatenate([astronaut, alpha], axis=2))
    assert np.abs(found - astronaut_landmarks).mean() < 1
    with pytest.raises(ValueError, match="uint8"):
        faces.landmarks(astronaut.astype(float))


BOXES = [Box(10, 10, 50, 2.0), Box(200, 10, 100, 1.0), Box(100, 100, 40, 3.0)]


def test_choosing():
    size = (220, 320)
    assert detect.choose(BOXES, "largest", size).side == 100
    assert detect.choose(BOXES, "central", size).side == 40
    assert detect.choose(BOXES, 0, size).side == 100
    assert detect.choose(BOXES, 2, size).side == 40
    with pytest.raises(BadInput, match="3 found"):
        detect.choose(BOXES, 3, size)
    with pytest.raises(BadInput, match="no face"):
        detect.choose([], "largest", size)


def test_two_of_a_size_are_refused_unless_chosen(astronaut):
    both = np.hstack([astronaut, astronaut[:, ::-1]])
    found = detect.DlibDetector().find(both)
    assert len(found) == 2
    with pytest.raises(BadInput, match="2 faces"):
        detect.choose(found, "largest", both.shape[:2])
    assert detect.choose(found, 1, both.shape[:2]) in found


@pytest.mark.parametrize("name", ["yunet", "scrfd"])
def test_other_detectors_answer_like_dlib(assets, astronaut, name):
    box = detect.choose(detect.detector(name, assets).find(astronaut), "largest", (512, 512))
    (dlibs,) = detect.DlibDetector().find(astronaut)
    assert np.linalg.norm(box.centre - dlibs.centre) < 0.15 * dlibs.side
    assert 0.75 < box.side / dlibs.side < 1.3
    blank = np.full((300, 300, 3), 127, np.uint8)
    assert detect.detector(name, assets).find(blank) == []


def test_a_detector_without_its_file(tmp_path):
    with pytest.raises(ValueError, match="face_detection_yunet"):
        detect.detector("yunet", tmp_path)
    with pytest.raises(ValueError, match="unknown detector"):
        detect.detector("mtcnn", tmp_path)
    (tmp_path / "face_detection_yunet.onnx").write_bytes(b"nonsense")
    with pytest.raises(ValueError, match="not usable"):
        detect.detector("yunet", tmp_path)


def test_aligned_eyes_lie_at_their_places(astronaut, astronaut_landmarks):
    aligned = align.align(astronaut, astronaut_landmarks)
    assert aligned.rgb.shape == (768, 768, 3)
    left, right = shape.eye_centres(aligned.landmarks)
    assert left[1] == pytest.approx(right[1])
    assert right[0] - left[0] == pytest.approx(align.INTEROCULAR)
    assert (left + right) / 2 == pytest.approx([383.5, align.EYE_LINE * 768])
    back = align.moved(aligned.landmarks, aligned.back)
    assert back == pytest.approx(astronaut_landmarks)


@pytest.mark.parametrize(("turn", "factor"), [(0, 1.0), (25, 3.0), (-40, 8.0)])
def test_alignment_undoes_turning_and_scaling(astronaut, astronaut_landmarks, turn, factor):
    """The same face, however it lay in the photo, comes out as the same picture."""
    size = int(512 * factor)
    matrix = cv2.getRotationMatrix2D((255.5, 255.5), turn, 1)
    matrix = matrix * factor
    matrix[:, 2] += 0.5 * factor - 0.5
    photo = cv2.warpAffine(astronaut, matrix, (size, size), flags=cv2.INTER_CUBIC)
    plain = align.align(astronaut, astronaut_landmarks)
    other = align.align(photo, align.moved(astronaut_landmarks, matrix))
    face = np.s_[250:550, 250:520]
    assert np.abs(plain.rgb[face].astype(int) - other.rgb[face]).mean() < 4


def test_outside_the_photo_is_marked(astronaut, astronaut_landmarks):
    aligned = align.align(astronaut[40:, 150:], astronaut_landmarks - (150, 40))
    assert not aligned.inside[:, 0].any()
    assert not aligned.rgb[~aligned.inside & (np.arange(768) < 20)].any()
    assert aligned.inside[350:700, 300:].all()


def test_blur_lowers_sharpness_and_size_does_not_raise_it(astronaut, astronaut_landmarks):
    sharp = quality.sharpness(astronaut, astronaut_landmarks)
    blurred = quality.sharpness(cv2.GaussianBlur(astronaut, (0, 0), 3), astronaut_landmarks)
    assert blurred < 0.2 * sharp
    larger = cv2.resize(astronaut, None, fx=3, fy=3, interpolation=cv2.INTER_CUBIC)
    assert quality.sharpness(larger, astronaut_landmarks * 3 + 1) < 1.1 * sharp


def test_the_gate_names_everything_that_is_wrong(astronaut, astronaut_landmarks):
    good = quality.measure(astronaut, astronaut_landmarks)
    quality.check(good, LIMITS)
    small = scaled(cv2.GaussianBlur(astronaut, (0, 0), 6), 0.4)
    burnt = np.clip(small.astype(int) + 170, 0, 255).astype(np.uint8)
    bad = quality.measure(burnt, astronaut_landmarks * 0.4)
    with pytest.raises(BadInput) as caught:
        quality.check(bad, LIMITS)
    for word in ("17 px apart", "blurred", "burnt out"):
        assert word in caught.value.reason


def test_pose_of_people_told_to_look_straight(london):
    poses = [pose.estimate(faces.landmarks(pair[0])) for pair in london.values()]
    for axis in ("yaw", "pitch", "roll"):
        assert abs(np.mean([getattr(p, axis) for p in poses])) < 5
        assert max(abs(getattr(p, axis)) for p in poses) < 12


def test_pose_answers_to_turning_the_picture(astronaut, astronaut_landmarks):
    upright = pose.estimate(astronaut_landmarks)
    clockwise = cv2.getRotationMatrix2D((256, 256), -15, 1)
    leaning = pose.estimate(align.moved(astronaut_landmarks, clockwise))
    assert leaning.roll - upright.roll == pytest.approx(15, abs=2)
    mirrored = astronaut_landmarks.copy()
    mirrored[:, 0] = 511 - mirrored[:, 0]
    swap = [*range(16, -1, -1), *range(26, 16, -1), 27, 28, 29, 30, *range(35, 30, -1)]
    swap += [45, 44, 43, 42, 47, 46, 39, 38, 37, 36, 41, 40]
    swap += [54, 53, 52, 51, 50, 49, 48, 59, 58, 57, 56, 55, 64, 63, 62, 61, 60, 67, 66, 65]
    other = pose.estimate(mirrored[swap])
    assert other.yaw == pytest.approx(-upright.yaw, abs=0.5)
    assert other.pitch == pytest.approx(upright.pitch, abs=0.5)
