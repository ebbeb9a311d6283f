"""The twelve expression sliders, by the names and ranges the field uses.

Names, ranges and steps are those of the ComfyUI-AdvancedLivePortrait
``ExpressionEditor`` node and the Replicate "expression editor" service, so a
payload written for either means the same here. Zero is the untouched face.
"""

import math
from collections.abc import Mapping
from dataclasses import dataclass


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
        if name not in SLIDERS:
            raise ValueError(f"unknown slider {name!r}; the sliders are {', '.join(SLIDERS)}")
        slider = SLIDERS[name]
        allowed = f"slider {name!r} takes a number from {slider.low:g} to {slider.high:g}"
        if isinstance(value, bool) or not isinstance(value, int | float):
            raise ValueError(f"{allowed}, not {value!r}")
        if not math.isfinite(value):
            raise ValueError(f"{allowed}, not {value}; 0 leaves the face as it is")
        if not slider.low <= value <= slider.high:
            nearest = min(max(value, slider.low), slider.high)
            raise ValueError(f"{allowed}; {value:g} is outside, the nearest is {nearest:g}")
        if value:
            result[name] = float(value)
    return result
