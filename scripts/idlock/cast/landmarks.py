"""The 68 landmarks of the iBUG scheme, read off the posed geometry."""

from functools import lru_cache

import cv2
import numpy as np

from idlock.cast.camera import Camera
from idlock.cast.chart import MOUTH_ROW_Y
from idlock.cast.facial_hair import brow_line
from idlock.cast.flesh import Face
from idlock.cast.ground import ground
from idlock.cast.head import EYE_IN, EYE_OUT, lip_edges
from idlock.cast.people import Person

# Heights on the chart (mm) at which the outline of the face is taken, from the
# ear down to the chin; fitted to where annotators of real photographs put them.
_OUTLINE = np.array([4.0, -20.0, -43.0, -60.0, -75.5, -89.5, -102.0, -110.4])
_EARWARD = np.radians(80.0)
_BRIDGE = ((0.0, 3.0), (0.0, -10.5), (0.0, -25.0), (0.0, -39.0))
_BASE = ((-11.8, -48.0), (-6.2, -50.0), (0.0, -51.4), (6.2, -50.0), (11.8, -48.0))
_BROW_SHARES = np.array([0.0, 0.26, 0.53, 0.80, 1.0])


def landmarks(face: Face, person: Person, camera: Camera) -> np.ndarray:
    """Return the 68 landmarks (68, 2) float64 in px, in the order of iBUG and dlib.

    The centre of the first pixel is (0, 0). "Left" and "right" follow the
    picture. The outline is where the visible skin ends, as annotators mark it,
    so on a turned head it is not the same skin on both sides.
    """
    points = np.empty((68, 2))
    points[:17] = _outline(face, camera)
    texels = _texels(person, camera.size)
    found = cv2.remap(face.pixels, texels[:, None, 0], texels[:, None, 1], cv2.INTER_LINEAR)
    points[17:36], border = np.split(found[:, 0].astype(np.float64), [19])
    points[36:42], points[42:48] = _eye(face, -1), _eye(face, 1)
    points[48:] = _mouth(face, border)
    return points - 0.5


@lru_cache(maxsize=16)
def _texels(person: Person, size: int) -> np.ndarray:
    """Where brows, nose and the outer edge of the lips lie on the textures, (29, 2) float32."""
    brow = brow_line(person, _BROW_SHARES) + [0.0, 0.32 * person.brows.thickness]
    places = np.concatenate([brow[::-1] * [-1, 1], brow, _BRIDGE + _BASE, _lip_border()])
    return ground(size).texels(*places.T).astype(np.float32)


@lru_cache(maxsize=4)
def _outline_rows(size: int) -> np.ndarray:
    """Rows of the textures at the heights of `_OUTLINE`, (8,) int64."""
    return np.round(ground(size).texels(np.zeros(8), _OUTLINE)[:, 1]).astype(int)


def _outline(face: Face, camera: Camera) -> np.ndarray:
    """Seventeen points from ear to ear along the visible edge of the face."""
    g = face.ground
    aside = (camera.turn @ [1.0, 0.0, 0.0])[:2] * [1.0, -1.0]
    aside /= np.linalg.norm(aside)
    middle = g.shape[1] // 2
    turn = g.turn
    points = np.empty((17, 2))
    halves = [np.flatnonzero((turn * s >= 0) & (turn * s <= _EARWARD)) for s in (-1, 1)]
    for k, row in enumerate(_outline_rows(camera.size)):
        for side, place, columns in ((-1, k, halves[0]), (1, 16 - k, halves[1])):
            seen = face.pixels[row, columns].astype(np.float64)
            points[place] = seen[np.argmax(side * (seen @ aside))]
    spine = face.pixels[:, middle].astype(np.float64)
    points[8] = spine[np.argmax(spine @ [-aside[1], aside[0]])]
    return points


def _along(edge: np.ndarray, place: np.ndarray, wanted: np.ndarray) -> np.ndarray:
    """Points (m, 2) at the ``wanted`` mm of an edge (n, 2) that lies at ``place`` mm."""
    return np.stack([np.interp(wanted, place, edge[:, k]) for k in range(2)], axis=-1)


def _eye(face: Face, side: int) -> np.ndarray:
    """Six points of an eye: its left corner, two above, its right corner, two below."""
    upper, lower = face.eye(side)
    place = side * np.linspace(*((EYE_IN, EYE_OUT) if side > 0 else (EYE_OUT, EYE_IN)), len(upper))
    inset, third = 1.0, (EYE_OUT - EYE_IN) / 3.0
    near, far = side * (EYE_IN + inset), side * (EYE_OUT - inset)
    inner, outer = side * (EYE_IN + third - 0.5), side * (EYE_OUT - third + 0.5)
    above, below = (
        _along(upper, place, np.sort([near, far, inner, outer])),
        _along(lower, place, np.sort([inner, outer])),
    )
    return np.concatenate([above, below[::-1]])


def _lip_border() -> np.ndarray:
    """Outer edge of the lips on the mean face (10, 2), mm: above from the left, then back below."""
    top = np.array([-15.5, -6.2, 0.0, 6.2, 15.5])
    bottom = np.array([15.5, 7.8, 0.0, -7.8, -15.5])
    rise, fall = lip_edges(top)[0], lip_edges(bottom)[1]
    height = np.concatenate([MOUTH_ROW_Y + rise, MOUTH_ROW_Y - fall])
    return np.stack([np.concatenate([top, bottom]), height], axis=-1)


def _mouth(face: Face, border: np.ndarray) -> np.ndarray:
    """Twenty points of the lips: the outer edge, then the inner one, clockwise from the left.

    Args:
        face: the skin.
        border: (10, 2) px, where `_lip_border` fell.
    """
    upper, lower = face.lips()
    outer_top, outer_bottom = border[:5], border[5:]
    place = np.linspace(-25.5, 25.5, len(upper))
    corners = _along(0.5 * (upper + lower), place, np.array([-25.0, 25.0]))
    inner_top = _along(upper, place, np.array([-20.5, -6.8, 0.0, 6.8, 20.5]))
    inner_bottom = _along(lower, place, np.array([6.8, 0.0, -6.8][::-1]))[::-1]
    return np.concatenate(
        [corners[:1], outer_top, corners[1:], outer_bottom, inner_top, inner_bottom]
    )
