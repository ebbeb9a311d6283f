"""The twelve expression sliders, by the names and ranges the field uses.

Names, ranges and steps are those of the ComfyUI-AdvancedLivePortrait
``ExpressionEditor`` node and the Replicate "expression editor" service, so a
payload written for either means the same here (``payload``). Zero is the
untouched face. People may prefer shares from -1 to 1 of a slider's two ends.
"""

import difflib
import math
from collections.abc import Mapping
from dataclasses import dataclass
from numbers import Real
from typing import Any


@dataclass(frozen=True)
class Slider:
    """One slider: its name, closed range and what a positive value does."""

    name: str
    low: float
    high: float
    meaning: str

    def normalised(self, value: float) -> float:
        """Map ``value`` to -1..1, zero staying zero (each side by its own end)."""
        return value / self.high if value >= 0 else value / -self.low if self.low else 0.0

    def from_normalised(self, share: float) -> float:
        """Map a share from -1..1 to the slider's own unit; the inverse of ``normalised``."""
        return share * self.high if share >= 0 else share * -self.low


SLIDERS: dict[str, Slider] = {
    slider.name: slider
    for slider in (
        Slider("rotate_pitch", -20, 20, "head tilts down, in degrees; negative looks up"),
        Slider("rotate_yaw", -20, 20, "head turns to the viewer's right, in degrees"),
        Slider("rotate_roll", -20, 20, "head leans clockwise as seen, in degrees"),
        Slider("blink", -20, 5, "eyes open wider; negative closes them, -20 is shut"),
        Slider("eyebrow", -10, 15, "brows rise; negative lowers and knits them"),
        Slider("wink", 0, 25, "the eye on the picture's left closes, its cheek lifts"),
        Slider("pupil_x", -15, 15, "gaze goes to the viewer's right"),
        Slider("pupil_y", -15, 15, "gaze goes up; the upper lids follow"),
        Slider("aaa", -30, 120, "mouth opens as in 'aah'; negative presses the lips"),
        Slider("eee", -20, 15, "mouth widens as in 'eee'"),
        Slider("woo", -20, 15, "lips round and push forward as in 'woo'"),
        Slider("smile", -0.3, 1.3, "corners rise and widen; negative lowers them"),
    )
}


def checked(sliders: Mapping[str, float]) -> dict[str, float]:
    """Return ``sliders`` as floats, leaving out those at zero.

    Raises:
        ValueError: a name is unknown, or a value is not a finite number inside
            its slider's range; the message names the slider, the range and the
            nearest valid value.
    """
    result = {}
    for name, value in sliders.items():
        slider = _named(name)
        number = within(f"slider {name!r}", value, slider.low, slider.high, rest=0)
        if number:
            result[name] = number
    return result


def from_normalised(shares: Mapping[str, float]) -> dict[str, float]:
    """Return sliders in their own units from shares: -1 and 1 are a slider's two ends.

    Raises:
        ValueError: a name is unknown, or a share is not a finite number from
            -1 (0 where the slider has one side only) to 1.
    """
    result = {}
    for name, share in shares.items():
        slider = _named(name)
        low = -1 if slider.low else 0
        number = within(f"slider {name!r} on the normalised scale", share, low, 1, rest=0)
        if number:
            result[name] = slider.from_normalised(number)
    return result


def within(what: str, value: Any, low: float, high: float, rest: float) -> float:
    """Return ``value`` as a float if it is a finite number from ``low`` to ``high``.

    Args:
        what: the value's name, for the message.
        value: what was given.
        low: the range's lower end.
        high: its upper end.
        rest: the value that is proposed where none is nearest.

    Raises:
        ValueError: it is not; the message names the range and the nearest valid value.
    """
    allowed = f"{what} takes a number from {low:g} to {high:g}"
    if isinstance(value, bool) or not isinstance(value, Real):
        raise ValueError(f"{allowed}, not {value!r}; {rest:g} changes nothing")
    if math.isnan(value):
        raise ValueError(f"{allowed}, not nan; no value is nearest, {rest:g} changes nothing")
    if not low <= value <= high:
        nearest = min(max(value, low), high)
        shown = f", not {value}" if math.isinf(value) else f"; {value:g} is outside"
        raise ValueError(f"{allowed}{shown}, the nearest is {nearest:g}")
    return float(value)


def _named(name: str) -> Slider:
    if name in SLIDERS:
        return SLIDERS[name]
    close = difflib.get_close_matches(str(name), SLIDERS, n=1)
    hint = f"did you mean {close[0]!r}? " if close else ""
    raise ValueError(f"unknown slider {name!r}; {hint}the sliders are {', '.join(SLIDERS)}")
