"""The marks that expressions leave in the skin: folds, dimples, lines.

Data, not code. Lengths are in face units (eye centre to eye centre = 1), at the
slider's end of range, for the picture's left side; the right side mirrors them.
Place, width and depth of the smile's marks were read off the median brightness
ratio between the neutral and smiling photos, warped to one shape, of 20 people
of the Face Research Lab London Set (DeBruine & Jones 2017, CC BY 4.0); the
others are our own, by eye on the same photos.
"""

from dataclasses import dataclass


@dataclass(frozen=True)
class Mark:
    """A line in the skin.

    Attributes:
        path: points of a smooth line: (named point, x outwards, y down), face units.
        width: of the dark valley, face units (standard deviation).
        depth: natural logarithm of the brightness ratio at the valley's deepest.
        ridge: height of the lit rim beside it, as a share of the depth; positive
            on the side above (or towards the middle line, for a vertical line).
    """

    path: tuple[tuple[str, float, float], ...]
    width: float
    depth: float
    ridge: float = 0.0


_NASOLABIAL = (
    ("wing", -0.05, -0.11),
    ("fold", -0.01, -0.01),
    ("corner", -0.105, -0.10),
    ("corner", -0.12, 0.06),
)
_CROW = tuple(
    (("eye_outer", -0.11, y0), ("eye_outer", -0.18, y1), ("eye_outer", -0.25, y2))
    for y0, y1, y2 in ((-0.035, -0.055, -0.09), (0.01, 0.012, 0.0), (0.05, 0.075, 0.09))
)
_POUCH = (
    ("lid_lower_inner", 0.04, 0.075),
    ("under_eye", 0.0, -0.055),
    ("lid_lower_outer", -0.06, 0.075),
)
_BROWS = ("brow_outer", "brow_arch", "brow_inner", "brow_head", "glabella")

# slider end -> marks on the picture's left; the right side mirrors them
MARKS: dict[str, tuple[Mark, ...]] = {
    "smile+": (
        Mark(_NASOLABIAL, 0.040, 0.150, -0.45),
        Mark(_NASOLABIAL, 0.012, 0.050, -0.30),
        Mark((("corner", -0.075, -0.05), ("corner", -0.085, 0.05)), 0.028, 0.11, -0.25),
        Mark(_POUCH, 0.016, 0.070, 0.9),
        Mark((("cheek", 0.10, -0.10), ("cheek", -0.06, -0.04)), 0.110, -0.060),
        *(Mark(path, 0.008, 0.055, 0.5) for path in _CROW),
        Mark((("lip_lower_mid", 0.02, 0.075), ("lip_lower", 0.0, 0.085)), 0.035, 0.06, -0.4),
    ),
    "smile-": (
        Mark(
            (("corner", -0.03, 0.03), ("corner", -0.075, 0.13), ("corner", -0.09, 0.22)),
            0.022,
            0.10,
            -0.4,
        ),
        Mark((("lip_lower_side", -0.02, 0.10), ("lip_lower", 0.0, 0.085)), 0.030, 0.07, -0.5),
    ),
    "eee+": (
        Mark(_NASOLABIAL, 0.034, 0.070, -0.4),
        Mark((("corner", -0.07, -0.06), ("corner", -0.085, 0.07)), 0.020, 0.09, -0.3),
    ),
    "woo+": (Mark((("lip_lower_side", 0.0, 0.075), ("lip_lower", 0.0, 0.075)), 0.030, 0.06, -0.4),),
    "eyebrow+": tuple(
        Mark(tuple((name, 0.0, -up) for name in _BROWS), width, depth, 0.8)
        for up, width, depth in ((0.17, 0.013, 0.075), (0.28, 0.015, 0.085), (0.40, 0.015, 0.06))
    ),
    "eyebrow-": (
        Mark(
            (("brow_head", 0.085, -0.07), ("brow_head", 0.10, 0.04), ("brow_head", 0.085, 0.14)),
            0.014,
            0.15,
            0.6,
        ),
        Mark(
            (("brow_head", 0.02, 0.115), ("glabella", -0.045, 0.185), ("nose_root", 0.0, 0.02)),
            0.018,
            0.07,
            0.5,
        ),
        Mark((("brow_inner", 0.0, 0.085), ("brow_head", 0.0, 0.095)), 0.030, 0.09, 0.0),
    ),
    "aaa+": (
        Mark(_NASOLABIAL, 0.036, 0.070, -0.3),
        Mark((("hollow", 0.0, -0.15), ("hollow", 0.03, 0.15)), 0.090, 0.070, 0.0),
    ),
    "aaa-": (
        Mark((("lip_lower_side", 0.0, 0.08), ("lip_lower", 0.0, 0.08)), 0.028, 0.07, -0.4),
        Mark((("corner", -0.05, -0.04), ("corner", -0.06, 0.06)), 0.022, 0.07, -0.3),
    ),
}
WINK: tuple[Mark, ...] = (
    Mark(_POUCH, 0.016, 0.110, 0.8),
    *(Mark(path, 0.009, 0.110, 0.6) for path in _CROW),
    Mark(_NASOLABIAL, 0.036, 0.050, -0.4),
)
