"""Reading sliders back from a face, against the same person's face at rest.

A small network (two hidden layers) looks at how features, landmarks and the
pixels of the mouth have changed, and at what they were: the same slider moves a
wide mouth otherwise than a small one, and a mouth that is open otherwise than a
closed one. It was trained on the synthetic cast, whose sliders are known, and
checked on people it has not seen (`bench/fit/reading.py`, `pursed.py`, `errors.py`);
it has never seen an engine's picture.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache

import numpy as np

from idlock.expression import features, mouth
from idlock.expression.sliders import SLIDERS
from idlock.paths import RESOURCES

FILE = RESOURCES / "expression" / "reading.npz"
FACTS = FILE.with_suffix(".json")  # how well it reads
# 68 landmarks have no pupils, so the gaze is not read.
READABLE = tuple(name for name in SLIDERS if not name.startswith("pupil"))


@dataclass(frozen=True, eq=False)
class Face:
    """A face as it is read.

    Attributes:
        features: (15,) see `idlock.expression.features`.
        points: (68, 2) landmarks, level, in distances between the eyes.
        gradients, colours: of the mouth; see `idlock.expression.mouth`.
        lips: their colours.
    """

    features: np.ndarray
    points: np.ndarray
    gradients: np.ndarray
    colours: np.ndarray
    lips: np.ndarray


def look(rgb: np.ndarray, landmarks: np.ndarray) -> Face:
    """Describe the face with ``landmarks`` (68, 2), px, in a (H, W, 3) uint8 picture."""
    return seen(
        landmarks,
        features.measure(rgb, landmarks),
        mouth.patch(rgb, landmarks),
        mouth.lips(rgb, landmarks),
    )


def seen(landmarks: np.ndarray, measured: np.ndarray, patch: np.ndarray, lips: np.ndarray) -> Face:
    """Put a face together from landmarks (68, 2), features (15,) and cuts of its mouth."""
    return Face(
        features=measured,
        points=features.upright(landmarks),
        gradients=mouth.gradients(patch),
        colours=mouth.colours(patch),
        lips=mouth.colours(lips, mouth.LIP_PLACES),
    )


def sliders(picture: Face, rest: Face) -> dict[str, float]:
    """Return slider -> value, in its own unit and range; all zero where nothing changed."""
    return read(described(picture, rest))


def read(shown: Mapping[str, np.ndarray]) -> dict[str, float]:
    """Return the sliders behind what `described` gives."""
    still = {name: 0 * x if name.endswith("_change") else x for name, x in shown.items()}
    values = (_forward(shown) - _forward(still)) * _network()["scale"]
    return {
        name: float(np.clip(value, SLIDERS[name].low, SLIDERS[name].high))
        for name, value in zip(READABLE, values, strict=True)
    }


def described(picture: Face, rest: Face) -> dict[str, np.ndarray]:
    """Return what the network is shown, by the name of its part."""
    return {
        "feature_change": picture.features - rest.features,
        "features": rest.features,
        "point_change": (picture.points - rest.points).ravel(),
        "gradient_change": picture.gradients - rest.gradients,
        "gradients": rest.gradients,
        "colour_change": picture.colours - rest.colours,
        "colours": rest.colours,
        "lip_change": picture.lips - rest.lips,
        "lips": rest.lips,
    }


def _forward(parts: Mapping[str, np.ndarray]) -> np.ndarray:
    net = _network()
    known = {part: x for part, x in parts.items() if f"{part}_basis" in net}
    shown = np.concatenate([(x - net[f"{p}_mean"]) @ net[f"{p}_basis"] for p, x in known.items()])
    for number in (1, 2):
        shown = np.maximum(shown @ net[f"weight{number}"] + net[f"bias{number}"], 0.0)
    return shown @ net["weight3"] + net["bias3"]


@cache
def _network() -> dict[str, np.ndarray]:
    with np.load(FILE, allow_pickle=False) as arrays:
        return {name: arrays[name].astype(np.float64) for name in arrays}
