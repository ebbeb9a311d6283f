"""Action units, estimated from geometry: how far parts of a face moved from its own rest.

FACS (Ekman and Friesen 1978) grades muscles by eye, A to E; these are lengths,
in distances between the eyes, of the movement an action unit is known by. They
are signed: the reverse movement, where it has a unit of its own, is negative.
Wrinkles and cheeks are not seen, so AU 6, 7, 9, 10, 14 and 17 are not told.
"""

import numpy as np

from idlock.expression.features import NAMES

MEANING = {
    "au1": "inner ends of the brows rise",
    "au2": "outer halves of the brows rise",
    "au4": "brows draw together",
    "au5": "lids open wider; negative: AU43, they close",
    "au12": "corners of the mouth rise; negative: AU15, they sink",
    "au20": "mouth widens; negative: AU18, it narrows",
    "au25": "lips part",
    "au26": "chin sinks",
}


def estimated(change: np.ndarray) -> dict[str, float]:
    """Return name -> movement from a (features,) change; see `idlock.expression.features`."""
    of = dict(zip(NAMES, change.tolist(), strict=True))
    return {
        "au1": of["brow_inner"],
        # a brow's mean height is half inner, half outer
        "au2": of["brow_left"] + of["brow_right"] - of["brow_inner"],
        "au4": -of["brow_gap"],
        "au5": (of["eye_left"] + of["eye_right"]) / 2,
        "au12": of["corners"],
        "au20": of["mouth_width"],
        "au25": of["mouth_open"],
        "au26": -of["chin"],
    }
