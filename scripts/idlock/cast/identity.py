"""What makes one head differ from another: displacement fields, in mm per standard deviation.

Every field is a function of the place on the mean head and moves the skin
along x, y and z. A person's head is the mean head plus the sum of the fields,
each times the person's parameter of the same name.
"""

from functools import lru_cache

import numpy as np

from idlock.cast.chart import MOUTH_ROW_Y
from idlock.cast.fields import crest, hill, hills, plateau, step
from idlock.cast.head import MeanHead, lip_edges, mean_head

Move = tuple[np.ndarray | float, np.ndarray | float, np.ndarray | float]


def _outward(x):
    """Sign of x, softened over the middle of the face."""
    return np.tanh(x / 6.0)


def _skull(m: MeanHead) -> dict[str, Move]:
    x, y, z = m.x, m.y, m.points[..., 2]
    top = np.maximum(y - 15.0, 0.0)
    return {
        "head_width": (0.048 * x, 0, 0),
        "head_height": (0, 0.055 * top, 0),
        "face_length": (0, 0.034 * np.minimum(y, 0.0), 0),
        "forehead_slope": (0, 0, -0.10 * top * m.front),
        "temples": (_outward(x) * 2.4 * hills(x, y, (72, 30), (22, 20)), 0, 0),
        "face_depth": (0, 0, 0.03 * np.maximum(z, 0.0)),
    }


def _lower_face(m: MeanHead) -> dict[str, Move]:
    x, y = m.x, m.y
    side = _outward(x)
    below = step(y, -84.0, -106.0)
    corner = hills(x, y, (56, -72), (18, 19))
    soft = hills(x, y, (53, -52), (19, 20))
    return {
        "jaw_width": (0.060 * x * step(y, -18.0, -78.0), 0, 0),
        "jaw_angle": (side * 2.2 * corner, -2.4 * corner, 0),
        "chin_length": (0, -3.6 * below, 0),
        "chin_width": (
            0.11 * x * step(y, -74.0, -104.0),
            -0.8 * hills(x, y, (20, -106), (10, 8)) + 0.3 * hill(x, y, (0, -110), (8, 6)),
            0.8 * hills(x, y, (13, -103), (8, 7)),
        ),
        "chin_forward": (0, 0, 3.4 * hill(x, y, (0, -103), (20, 13)) * m.front),
        "cheekbones": (
            side * 2.6 * hills(x, y, (62, -16), (20, 13)),
            0,
            2.6 * hills(x, y, (46, -20), (14, 10), 20) - 1.6 * hills(x, y, (47, -55), (12, 14)),
        ),
        "fullness": (
            side * 3.4 * soft + side * 1.6 * hills(x, y, (36, -98), (16, 14)),
            -1.6 * hill(x, y, (0, -112), (34, 12)),
            (3.2 * hills(x, y, (39, -48), (16, 16)) + 1.0 * hill(x, y, (0, -92), (34, 16)))
            * m.front,
        ),
    }


def _eye_window(m: MeanHead) -> np.ndarray:
    return plateau(np.abs(m.x), m.y, (31, 0), (25, 19), 4) * m.front


def _eyes(m: MeanHead) -> dict[str, Move]:
    x, y = m.x, m.y
    far, side, window = np.abs(x), _outward(x), _eye_window(m)
    return {
        "eye_spacing": (side * 1.7 * window, 0, 0),
        "eye_size": (side * 0.055 * (far - 31.0) * window, 0.075 * y * window, 0),
        "eye_tilt": (0, 0.042 * (far - 28.0) * window, 0),
        "eye_depth": (0, 0, -2.0 * plateau(far, y, (29, 2), (24, 17), 3) * m.front),
        "brow_ridge": (
            0,
            -0.5 * hills(x, y, (22, 17), (16, 7)),
            2.3 * hills(x, y, (20, 18), (16, 6), -8) * m.front,
        ),
        "brow_height": (0, 2.0 * plateau(far, y, (28, 20), (28, 12), 3), 0),
    }


def _nose(m: MeanHead) -> dict[str, Move]:
    x, y = m.x, m.y
    side = _outward(x)
    wing = hills(x, y, (13, -43), (7.0, 8.5))
    tip = hill(x, y, (0, -40), (11, 9.5))
    length = plateau(x, y, (0, -42), (27, 15), 3)
    moves = {
        "nose_length": (0, -2.6 * length, 0),
        "nose_width": (side * 2.0 * wing, 0, 0.3 * wing),
        "nose_bridge": (0, 0, 2.6 * hill(x, y, (0, -6), (8.5, 17))),
        "bridge_width": (
            0,
            0,
            2.0 * hills(x, y, (8.0, -12), (4.5, 16)) - 0.4 * hill(x, y, (0, -12), (3, 14)),
        ),
        "nose_forward": (0, 0, 2.9 * hill(x, y, (0, -39), (14, 13))),
        "tip_up": (0, 2.1 * tip, -0.4 * hill(x, y, (0, -30), (8, 8))),
        "tip_size": (
            side * 0.9 * hills(x, y, (8, -39), (5, 6)),
            0,
            1.9 * hills(x, y, (7.5, -39.5), (4.5, 6.0)),
        ),
        "nose_hump": (
            0,
            0,
            2.0 * hill(x, y, (0, -15), (6.5, 8.0)) - 0.7 * hill(x, y, (0, -32), (7, 6)),
        ),
        "nostrils": (side * 0.8 * wing, 1.3 * hills(x, y, (13, -47), (5, 5)), 1.3 * wing),
    }
    return {name: (dx, dy, dz * m.front) for name, (dx, dy, dz) in moves.items()}


def _mouth(m: MeanHead) -> dict[str, Move]:
    x, y = m.x, m.y
    side = _outward(x)
    near = plateau(x, y, (0, MOUTH_ROW_Y), (40, 22), 4)
    height = y - MOUTH_ROW_Y
    upper, lower = lip_edges(x)
    up = np.clip(height / 7.0, 0, 1) * np.exp(-(np.maximum(height - 7.0, 0) ** 2) / 40.0)
    down = np.clip(-height / 8.5, 0, 1) * np.exp(-(np.maximum(-height - 8.5, 0) ** 2) / 45.0)
    up, down = up * np.minimum(upper / 6.0, 1.0), down * np.minimum(lower / 7.0, 1.0)
    swell_up = np.exp(-(((height - 3.0) / 3.4) ** 2)) * np.minimum(upper / 6.0, 1.0)
    swell_down = np.exp(-(((height + 4.2) / 4.0) ** 2)) * np.minimum(lower / 7.0, 1.0)
    return {
        "mouth_width": (0.075 * x * near, 0, -0.6 * hills(x, y, (26, -70), (8, 8))),
        "upper_lip": (0, 1.7 * up, 1.0 * swell_up),
        "lower_lip": (0, -1.9 * down, 1.2 * swell_down),
        "cupid_bow": (
            0,
            0.75 * hills(x, y, (5.6, -62.5), (2.8, 3.2)) - 0.7 * hill(x, y, (0, -63.5), (3.0, 3.2)),
            0,
        ),
        "philtrum_length": (0, -2.0 * step(y, -48.0, -62.0), 0),
        "lip_corners": (0, 1.3 * hills(x, y, (25, -70), (7, 6)), 0),
        "muzzle": (0, 0, 3.0 * hill(x, y, (0, -66), (24, 17)) * m.front),
        "philtrum_depth": (
            0,
            0,
            0.6 * hills(x, y, (5.2, -57), (1.9, 5)) - 0.8 * hill(x, y, (0, -57), (2.6, 5)),
        ),
        "mouth_side": (side * 0.0, 0, 1.6 * hills(x, y, (34, -72), (6, 10)) * m.front),
    }


def _folds(m: MeanHead) -> dict[str, Move]:
    """Fields of ``Eyes.fold`` and ``Eyes.corner``, at their value 1."""
    x, y = m.x, m.y
    far, side = np.abs(x), _outward(x)
    over = step(y, -0.2, 0.2)
    hood = crest(far, y, [(15, 4), (22, 8), (32, 9.5), (42, 8), (50, 3)], 3.6)
    inner = hills(x, y, (17.5, 1.5), (4.5, 4.5)) * over
    return {
        "fold": (0, -1.2 * hood, 1.7 * hood * m.front),
        "corner": (side * 1.2 * inner, -1.7 * inner, 1.6 * inner * m.front),
    }


def _age(m: MeanHead) -> dict[str, Move]:
    """Fields driven by ``Person.age`` rather than by a parameter of their own."""
    x, y = m.x, m.y
    far, side = np.abs(x), _outward(x)
    jowl = hills(x, y, (43, -92), (11, 10), 30)
    fold = crest(far, y, [(18, -42), (23, -50), (29, -60), (34, -74)], 2.6)
    rim = crest(far, y, [(36, -74), (38, -84), (36, -95)], 3.0)
    bag = crest(far, y, [(18, -9), (27, -14.5), (37, -14), (44, -9)], 2.2)
    puff = crest(far, y, [(20, -7), (28, -10), (37, -9.5)], 2.0)
    return {
        "sag": (
            side * 1.9 * jowl,
            -2.2 * jowl
            - 1.2 * hills(x, y, (40, -55), (16, 18))
            - 1.0 * hill(x, y, (0, -41), (13, 9)),
            (
                1.8 * jowl
                - 1.3 * fold
                - 1.0 * rim
                - 1.2 * bag
                + 0.7 * puff
                - 1.5 * hills(x, y, (46, -40), (11, 14))
            )
            * m.front,
        ),
        "lid_droop": (
            0,
            -2.6 * hills(x, y, (40, 12), (12, 8)),
            1.2 * hills(x, y, (38, 11), (12, 5)) * m.front,
        ),
    }


def _crooked(m: MeanHead) -> dict[str, Move]:
    """Small differences between left and right; nobody is symmetrical."""
    x, y = m.x, m.y
    left_eye, right_eye = hill(x, y, (-31, 6), (22, 20)), hill(x, y, (31, 6), (22, 20))
    return {
        "crooked_nose": (1.5 * plateau(x, y, (0, -38), (20, 20), 3) * step(y, 2.0, -34.0), 0, 0),
        "crooked_mouth": (
            0.9 * hill(x, y, (0, -72), (30, 16)),
            0.045 * x * hill(x, y, (0, -70), (34, 14)),
            0,
        ),
        "crooked_eyes": (0, 0.9 * (right_eye - left_eye), 0),
        "crooked_jaw": (1.8 * step(y, -60.0, -110.0), 0, 0),
        "crooked_cheeks": (
            0,
            0,
            1.5 * (hill(x, y, (42, -35), (18, 20)) - hill(x, y, (-42, -35), (18, 20))) * m.front,
        ),
    }


@lru_cache(maxsize=1)
def fields() -> dict[str, np.ndarray]:
    """Return every field by name, each (R, C, 3) float32 in mm."""
    m = mean_head()
    moves: dict[str, Move] = {}
    for family in (_skull, _lower_face, _eyes, _nose, _mouth, _folds, _age, _crooked):
        moves.update(family(m))
    return {
        name: np.stack([np.broadcast_to(part, m.x.shape) for part in move], axis=-1).astype(
            np.float32
        )
        for name, move in moves.items()
    }
