"""How far every end of every slider is pulled.

A pull is a share of a slider's end: ``smile+`` at 1 is the slider at its upper
limit. It is negative where the photo's own expression is let go: the same
movement is then gone back, not its opposite gone forth.
"""

from collections.abc import Mapping

from idlock.expression.sliders import SLIDERS

ENDS = tuple(
    f"{name}{sign}"
    for name, slider in SLIDERS.items()
    for sign in "+-"
    if sign == "+" or slider.low
)


def pulls(wanted: Mapping[str, float], released: Mapping[str, float]) -> dict[str, float]:
    """Return end -> share, in a fixed order, those at zero left out.

    Args:
        wanted: checked sliders.
        released: sliders of the photo's own expression that are taken away.
    """
    total = dict.fromkeys(ENDS, 0.0)
    for sliders, way in ((wanted, 1), (released, -1)):
        for name in SLIDERS:
            value = sliders.get(name, 0.0)
            if value:
                end = f"{name}{'+' if value > 0 else '-'}"
                total[end] += way * abs(SLIDERS[name].normalised(value))
    return {end: share for end, share in total.items() if share}


def level(pulled: Mapping[str, float], name: str) -> float:
    """A slider's pulls as one share, -1..1 and beyond where both ends are let go."""
    return pulled.get(f"{name}+", 0.0) - pulled.get(f"{name}-", 0.0)
