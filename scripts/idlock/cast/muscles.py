"""What a face does: how lids, lips, jaw, cheeks and brows move the skin.

Each muscle is a displacement field in mm at full strength; `strengths` turns
the twelve sliders into strengths of the muscles. Upper and lower rows of the
slits move on their own, so that lids close and lips part.
"""

from dataclasses import dataclass
from functools import lru_cache

import numpy as np

from idlock.cast.chart import EYE_ROW_Y, MOUTH_ROW_Y, chart
from idlock.cast.fields import crest, hill, hills, plateau, step
from idlock.cast.head import MeanHead, lower_lid, mean_head, upper_lid
from idlock.cast.mouth_muscles import gap, mouth_muscles

JAW_AXIS = np.array([0.0, -18.0, 8.0])
JAW_FULL = np.radians(23.0)
GAZE_ACROSS, GAZE_UP = 1.9, 1.45  # degrees of eyeball per unit of the pupil sliders


@dataclass(frozen=True)
class Strengths:
    """How hard each muscle pulls; 0 is rest, 1 is full unless told otherwise.

    Attributes:
        muscles: strength by the name of a field of `muscles`.
        jaw: opening of the jaw, radians.
        open_upper: share of the rest opening of the upper lids, (left, right) as seen.
        open_lower: as ``open_upper`` for the lower lids.
        gaze: (across, up) of both eyeballs, degrees.
        turn: (pitch, yaw, roll) of the head, degrees.
    """

    muscles: dict[str, float]
    jaw: float
    open_upper: tuple[float, float]
    open_lower: tuple[float, float]
    gaze: tuple[float, float]
    turn: tuple[float, float, float]


def strengths(sliders: dict[str, float]) -> Strengths:
    """Turn slider values into strengths; every slider adds to what the others do."""
    get = sliders.get
    blink, brow, wink = get("blink", 0.0), get("eyebrow", 0.0), get("wink", 0.0) / 25.0
    smile, aaa, eee, woo = get("smile", 0.0), get("aaa", 0.0), get("eee", 0.0), get("woo", 0.0)
    glad, glum = max(smile, 0.0), max(-smile, 0.0) / 0.3
    raised, knit = max(brow, 0.0) / 15.0, max(-brow, 0.0) / 10.0
    spread, narrow = max(eee, 0.0) / 15.0, max(-eee, 0.0) / 20.0
    pucker, flat = max(woo, 0.0) / 15.0, max(-woo, 0.0) / 20.0
    up = get("pupil_y", 0.0)
    shut = max(-blink, 0.0) / 20.0
    wide = max(blink, 0.0) / 5.0
    muscles = {
        "smile": glad,
        "part": 0.85 * max(glad - 0.35, 0.0) + 0.75 * spread,
        "glum": glum,
        "spread": spread,
        "narrow": narrow,
        "pucker": pucker,
        "round": pucker,
        "flat": flat,
        "press": max(-aaa, 0.0) / 30.0,
        "raise": raised,
        "knit": knit,
        "squint": 0.55 * glad + 0.35 * knit,
        "wink": wink,
    }
    lid = 1.0 + 0.30 * wide + 0.10 * raised - 0.10 * knit - 0.08 * glad + 0.022 * up
    low = 1.0 + 0.14 * wide - 0.22 * min(glad, 1.0) - 0.18 * knit - 0.010 * up
    upper, lower = lid * (1.0 - shut), low * (1.0 - shut)
    return Strengths(
        muscles=muscles,
        jaw=JAW_FULL * max(aaa, 0.0) / 120.0,
        open_upper=(max(upper, 0.0) * (1.0 - wink), max(upper, 0.0)),
        open_lower=(max(lower, 0.0) * (1.0 - wink), max(lower, 0.0)),
        gaze=(GAZE_ACROSS * get("pupil_x", 0.0), GAZE_UP * up),
        turn=(get("rotate_pitch", 0.0), get("rotate_yaw", 0.0), get("rotate_roll", 0.0)),
    )


def _halves() -> tuple[np.ndarray, np.ndarray]:
    """Return (R, 1) masks: rows over the eye slit, rows over the mouth slit."""
    grid = chart()
    rows = np.arange(len(grid.y))[:, None]
    return rows < grid.bands[0].stop, rows < grid.bands[1].stop


def _lids(m: MeanHead, over_eye: np.ndarray) -> dict[str, np.ndarray]:
    """Vertical fields (R, C) of the lids at their mean opening, mm, for the eye on the right."""
    right = m.x > 0
    x, height = np.abs(m.x), m.y - EYE_ROW_Y
    fall_up = np.clip(1.0 - height / 17.0, 0.0, 1.0) ** 2
    fall_down = np.clip(1.0 + height / 15.0, 0.0, 1.0) ** 2
    up, low = upper_lid(x) * right, lower_lid(x) * right
    return {
        "upper_up": np.where(over_eye, up * fall_up, 0.0),
        "upper_low": np.where(over_eye, -low * fall_up, 0.0),
        "lower_low": np.where(over_eye, 0.0, -low * fall_down),
    }


@lru_cache(maxsize=1)
def lid_fields() -> tuple[slice, slice, dict[str, np.ndarray]]:
    """Return rows, columns and float32 lid fields of the right eye; mirrored they fit the left."""
    over_eye, _ = _halves()
    every = _lids(mean_head(), over_eye)
    moved = np.any([field != 0 for field in every.values()], axis=0)
    found = (np.flatnonzero(moved.any(axis=1 - axis)) for axis in (0, 1))
    rows, columns = (slice(int(at[0]), int(at[-1]) + 1) for at in found)
    fields = {name: field[rows, columns].astype(np.float32) for name, field in every.items()}
    return rows, columns, fields


@lru_cache(maxsize=1)
def jaw_weight() -> np.ndarray:
    """Share of the jaw's turn each point follows, (R, C) float32 in 0..1."""
    m = mean_head()
    _, over_mouth = _halves()
    ramp = step(m.y, -38.0, -100.0) * step(np.abs(m.x), 76.0, 56.0)
    ramp = ramp * step(m.points[..., 2], 5.0, 45.0)
    near = np.exp(-(((m.y - MOUTH_ROW_Y) / 26.0) ** 2))
    apart = gap(m, 0.5) * near
    weight = np.where(over_mouth, ramp * (1.0 - apart), ramp + (1.0 - ramp) * apart)
    return weight.astype(np.float32)


def _upper_muscles(m: MeanHead) -> dict[str, tuple]:
    x, y = m.x, m.y
    side, far = np.tanh(x / 5.0), np.abs(x)
    brow = plateau(far, y, (30, 22), (27, 13), 3) * step(y, 2.0, 14.0)
    inner = hills(x, y, (11, 17), (9, 9)) * step(y, 0.0, 9.0)
    apple = hills(x, y, (40, -24), (14, 10), 20)
    left = np.where(x < 0, 1.0, 0.0) * step(far, 2.0, 14.0)
    pouch = crest(far, y, [(20, -7), (29, -10.5), (40, -8.5)], 3.0)
    corner = np.exp(-((far - 26.0) ** 2) / 130.0) * np.exp(-((y + 70.0) ** 2) / 110.0)
    return {
        "raise": (
            0,
            7.2 * brow + 1.2 * hill(x, y, (0, 26), (14, 14)) * step(y, 8.0, 16.0),
            0.8 * brow,
        ),
        "knit": (
            -side * 3.4 * inner,
            -5.2 * inner - 2.4 * brow,
            1.9 * hills(x, y, (9, 17), (5.5, 6)) - 1.2 * hill(x, y, (0, 14), (2.6, 8)),
        ),
        "squint": (0, 1.7 * apple + 0.8 * pouch, 1.4 * apple + 1.3 * pouch),
        "wink": (
            -2.0 * left * corner,
            left * (4.0 * apple + 2.2 * corner - 2.2 * brow),
            left * (2.6 * apple + 1.0 * pouch),
        ),
    }


@lru_cache(maxsize=1)
def muscles() -> dict[str, np.ndarray]:
    """Return every muscle's field at full strength, (R, C, 3) float32, mm."""
    m = mean_head()
    _, over_mouth = _halves()
    moves = {**mouth_muscles(m, over_mouth), **_upper_muscles(m)}
    return {
        name: (
            np.stack([np.broadcast_to(part, m.x.shape) for part in move], axis=-1)
            * m.front[..., None]
        ).astype(np.float32)
        for name, move in moves.items()
    }
