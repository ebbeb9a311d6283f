"""Taking the expression off a sample photo of another person.

What carries over is not where the sample's landmarks lie but how they differ
from that person at rest, read as sliders: so a broad mouth or a high brow of
the sample stays the sample's. Without a photo of the sample's resting face the
average one stands in, and only what no resting face shows is taken.
"""

from collections.abc import Mapping

import numpy as np

from idlock.expression import features, reading, rest
from idlock.expression.sliders import SLIDERS
from idlock.faces.shape import opaque

ROTATION = ("rotate_pitch", "rotate_yaw", "rotate_roll")
MOUTH = ("aaa", "eee", "woo", "smile")
EYES = ("blink", "eyebrow", "wink", "pupil_x", "pupil_y")
# What the field's editors call the parts of a sample's expression, their default first.
PARTS: dict[str, tuple[str, ...]] = {
    "OnlyExpression": MOUTH + EYES,
    "OnlyRotation": ROTATION,
    "OnlyMouth": MOUTH,
    "OnlyEyes": EYES,
    "All": MOUTH + EYES + ROTATION,
}

Photo = tuple[np.ndarray, np.ndarray]


def sliders(sample: Photo, neutral: Photo | None = None) -> dict[str, float]:
    """Read the expression of a sample photo as sliders.

    Args:
        sample: (H, W, 3 or 4) uint8 and its (68, 2) landmarks, px.
        neutral: the same of a photo of that person at rest, or None. The head's
            turn is then told from an average face as well.

    Returns:
        Slider -> value in its own unit, within its range; the gaze, which 68
        landmarks do not show, left out.
    """
    if neutral is None:
        shown = features.measure(opaque(sample[0]), np.asarray(sample[1]))
        turn = {name: rest.reading(shown)[name] for name in ROTATION}
        read = turn | rest.certain(rest.reading(shown))
    else:
        shown, own = (
            reading.look(opaque(image), np.asarray(marks)) for image, marks in (sample, neutral)
        )
        read = reading.sliders(shown, own)
    return {name: _within(name, value) for name, value in read.items() if value}


def mixed(
    wanted: Mapping[str, float], sample: Mapping[str, float], parts: str, ratio: float
) -> dict[str, float]:
    """Add a sample's expression to the sliders asked for; sums end at the sliders' limits.

    Args:
        wanted: checked sliders.
        sample: the sample's, as `sliders` reads them.
        parts: which of them, one of `PARTS`.
        ratio: how much of them, -0.2..1.2.

    Raises:
        ValueError: ``parts`` is unknown.
    """
    if parts not in PARTS:
        raise ValueError(f"sample_parts takes one of {', '.join(PARTS)}, not {parts!r}")
    taken = {name: ratio * sample.get(name, 0.0) for name in PARTS[parts]}
    sums = {name: wanted.get(name, 0.0) + taken.get(name, 0.0) for name in SLIDERS}
    return {name: _within(name, value) for name, value in sums.items() if value}


def _within(name: str, value: float) -> float:
    return float(min(max(value, SLIDERS[name].low), SLIDERS[name].high))
