"""Glasses sit on the skull: brows, lids and cheeks move behind them."""

import cv2
import numpy as np
import pytest

from idlock import cast, faces
from idlock.engines.parametric import Face
from idlock.engines.parametric.anatomy import Frame
from idlock.engines.parametric.glasses import Glasses

WEARERS, BARE = (3, 4, 48), (7, 10)  # people of the cast


@pytest.fixture(scope="module")
def cast_faces():
    """Pictures (512, 512, 3) and their true landmarks."""
    shown = {seed: cast.render(seed, "neutral", 512) for seed in WEARERS + BARE}
    return {seed: (picture.image, picture.landmarks) for seed, picture in shown.items()}


def found(picture, points):
    return Glasses.find(Frame.of(points), points, picture)


@pytest.mark.parametrize("seed", WEARERS)
def test_frames_are_found_and_lifted(cast_faces, seed):
    picture, points = cast_faces[seed]
    glasses = found(picture, points)
    lifted = glasses.colour + (1 - glasses.matte[..., None]) * glasses.bare
    np.testing.assert_allclose(lifted, picture, atol=1e-3)
    bridge = points[[39, 42]].mean(axis=0).astype(int)
    assert glasses.matte[bridge[1] - 25 : bridge[1] + 15, bridge[0]].max() > 0.8


@pytest.mark.parametrize("seed", BARE)
def test_bare_faces_of_the_cast_have_none(cast_faces, seed):
    assert found(*cast_faces[seed]) is None


def test_photographed_faces_without_glasses_have_none(london, astronaut, astronaut_landmarks):
    assert found(astronaut, astronaut_landmarks) is None
    for pair in london.values():
        for photo in pair:
            half = cv2.resize(photo, None, fx=0.5, fy=0.5, interpolation=cv2.INTER_AREA)
            assert found(half, faces.landmarks(half)) is None


@pytest.mark.parametrize("sliders", [{"eyebrow": 15}, {"smile": 1.3, "wink": 25}])
def test_the_frame_stays_while_the_face_moves(cast_faces, sliders):
    picture, points = cast_faces[4]
    frame = found(picture, points).matte > 0.98
    edited = Face(picture, points).edit(sliders)
    change = np.abs(edited.astype(int) - picture).max(axis=-1)
    assert (change > 40).sum() > 200
    assert np.percentile(change[frame], 95) < 12
