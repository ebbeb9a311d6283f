"""A person's head with an expression on it, before it is turned or lit."""

from dataclasses import dataclass
from functools import lru_cache

import cv2
import numpy as np

from idlock.cast.chart import chart
from idlock.cast.fields import step
from idlock.cast.head import EYE_CENTRE, EYE_IN, EYE_OUT, MOUTH_HALF, mean_head, over_eyeballs
from idlock.cast.identity import fields
from idlock.cast.muscles import JAW_AXIS, Strengths, jaw_weight, lid_fields, muscles
from idlock.cast.people import Person


@dataclass(frozen=True, eq=False)
class Figure:
    """A head in its own frame, mm.

    Attributes:
        points: (R, C, 3) float32 control points of the skin.
        eyes: (2, 3) float64 centres of the eyeballs, the picture's left one first.
        jaw: opening of the jaw, radians.
    """

    points: np.ndarray
    eyes: np.ndarray
    jaw: float


def sagging(person: Person) -> float:
    """How far age has pulled at the soft parts, in units of the field ``sag``."""
    return float(np.clip((person.age - 38.0) / 16.0, -0.5, 2.4))


@lru_cache(maxsize=16)
def resting(person: Person) -> tuple[np.ndarray, np.ndarray]:
    """Return a head with closed lids, (R, C, 3) float32, and the eyeballs' centres (2, 3)."""
    every = fields()
    moved = mean_head().points.astype(np.float32)
    amounts = [
        *person.shape.items(),
        ("fold", person.eyes.fold - 0.3),
        ("corner", person.eyes.corner),
        ("sag", sagging(person)),
        ("lid_droop", max(person.age - 45.0, 0.0) / 30.0),
    ]
    for name, amount in amounts:
        if amount:
            cv2.scaleAdd(every[name], amount, moved, moved)
    return moved, _eye_centres(moved)


def _eye_centres(points: np.ndarray) -> np.ndarray:
    """Carry the eyeballs along with the corners of the lids."""
    grid, mean = chart(), mean_head()
    row = grid.bands[1].start
    centres = []
    for side in (-1.0, 1.0):
        corners = [int(np.argmin(np.abs(mean.x[row] - side * x))) for x in (EYE_IN, EYE_OUT)]
        shift = (points[row, corners] - mean.points[row, corners]).mean(axis=0)
        centres.append(EYE_CENTRE * [side, 1, 1] + shift)
    return np.array(centres)


def figure(person: Person, pull: Strengths) -> Figure:
    """Put an expression on a person's head."""
    rest, eyes = resting(person)
    points = rest.copy()
    every = muscles()
    for name, strength in pull.muscles.items():
        if strength:
            cv2.scaleAdd(every[name], strength, points, points)
    if pull.jaw:
        points = _open_jaw(points, pull.jaw)
    _move_lids(points, person, pull)
    return Figure(over_eyeballs(points, eyes), eyes, pull.jaw)


def _open_jaw(points: np.ndarray, angle: float) -> np.ndarray:
    """Turn the lower face about the axis through the jaw's joints."""
    turn = jaw_weight() * np.float32(angle)
    sine, cosine = np.sin(turn), np.cos(turn)
    y, z = points[..., 1] - JAW_AXIS[1], points[..., 2] - JAW_AXIS[2]
    opened = points.copy()
    opened[..., 1] = JAW_AXIS[1] + cosine * y - sine * z
    opened[..., 2] = JAW_AXIS[2] + sine * y + cosine * z
    # Cheeks and corners are drawn in as the jaw pulls the skin straight.
    opened[..., 0] *= 1.0 - 0.30 * angle * turn / max(angle, 1e-6) * _near_mouth()
    return opened


@lru_cache(maxsize=1)
def _near_mouth() -> np.ndarray:
    m = mean_head()
    return (np.exp(-(((m.y + 74.0) / 18.0) ** 2)) * step(np.abs(m.x), 62.0, 18.0)).astype(
        np.float32
    )


def _move_lids(points: np.ndarray, person: Person, pull: Strengths) -> None:
    """Open the lids of both eyes in place; a lid at 0 lies on the closed line."""
    rows, columns, lids = lid_fields()
    wide = np.float32(person.eyes.opening)
    for side, head in enumerate((points[:, ::-1], points)):
        height = head[rows, columns, 1]
        top, low = np.float32(pull.open_upper[side]), np.float32(pull.open_lower[side])
        shut = max(1.0 - pull.open_upper[side], 0.0)
        # Closed lids meet a little under the line between the corners.
        meet = np.float32(0.62)
        height += wide * top * lids["upper_up"] + meet * np.float32(shut) * lids["upper_low"]
        height += (low * (1.0 - meet) + meet) * lids["lower_low"]


def mouth_at_rest(person: Person) -> tuple[np.ndarray, float]:
    """Return the middle of the closed mouth (3,) in mm and its width against the mean."""
    rest, mean = resting(person)[0], mean_head()
    row = chart().bands[1].stop - 1
    left, middle, right = (
        int(np.argmin(np.abs(mean.x[row] - x))) for x in (-MOUTH_HALF, 0.0, MOUTH_HALF)
    )
    return rest[row, middle].astype(float), float(rest[row, right, 0] - rest[row, left, 0]) / (
        2 * MOUTH_HALF
    )
