"""Drawing: SVG elements in the page's own colours, so that they suit light and dark.

Colours are classes of the style sheet (`templates/style.css`), texts are
escaped and stay text: sharp, selectable, read aloud.
"""

import math
from collections.abc import Sequence
from dataclasses import dataclass

from markupsafe import Markup, escape

Number = int | float


def element(name: str, *children: str, **attributes: str | Number) -> Markup:
    """Return an element; ``class_`` and ``stroke_width`` become ``class`` and ``stroke-width``."""
    written = "".join(
        f' {key.rstrip("_").replace("_", "-")}="{escape(text(value))}"'
        for key, value in attributes.items()
    )
    inside = Markup("").join(children)
    return Markup(f"<{name}{written}>{inside}</{name}>")  # noqa: S704  (parts are escaped)


def text(value: str | Number) -> str:
    """Return a value as it is written: numbers to a hundredth of a pixel."""
    return value if isinstance(value, str) else f"{round(value, 2):g}"


def drawing(width: Number, height: Number, label: str, *children: str) -> Markup:
    """Return a whole drawing, described by ``label`` to those who do not see it."""
    return element(
        "svg", *children, role="img", viewBox=f"0 0 {text(width)} {text(height)}", aria_label=label
    )  # fmt: skip


def line(x1: Number, y1: Number, x2: Number, y2: Number, class_: str) -> Markup:
    """Return a straight line."""
    return element("line", x1=x1, y1=y1, x2=x2, y2=y2, class_=class_)


def path(points: Sequence[tuple[float, float]], class_: str, closed: bool = False) -> Markup:
    """Return a line through ``points``, or the area within it."""
    steps = " ".join(f"{text(x)},{text(y)}" for x, y in points)
    return element("path", d=f"M{steps}{'Z' if closed else ''}", class_=class_)


def words(x: Number, y: Number, written: str, class_: str = "", anchor: str = "start") -> Markup:
    """Return a line of text, its middle at height ``y``."""
    return element(
        "text", escape(written), x=x, y=y, class_=class_, text_anchor=anchor, dy="0.35em"
    )  # fmt: skip


def shortened(name: str, longest: int = 24) -> str:
    """Return a name that fits beside a drawing."""
    return name if len(name) <= longest else name[: longest - 1] + "…"


@dataclass(frozen=True)
class Scale:
    """Where values lie on the drawing: ``low``..``high`` on ``start``..``end`` px."""

    low: float
    high: float
    start: float
    end: float

    def __call__(self, value: float) -> float:
        """Return the place of a value, px; those beyond the ends lie at the ends."""
        share = (min(max(value, self.low), self.high) - self.low) / (self.high - self.low)
        return self.start + share * (self.end - self.start)

    def ticks(self, most: int = 6) -> list[float]:
        """Return round values along the scale."""
        rough = (self.high - self.low) / most
        size = 10.0 ** math.floor(math.log10(rough))
        step = next(size * factor for factor in (1, 2, 5, 10) if size * factor >= rough)
        first, last = math.ceil(self.low / step), math.floor(self.high / step)
        return [round(number * step, 12) for number in range(first, last + 1)]


def bottom_axis(scale: Scale, y: float, label: str) -> Markup:
    """Return an axis below a drawing, with its label."""
    parts = [line(scale.start, y, scale.end, y, "axis")]
    for tick in scale.ticks():
        parts += [
            line(scale(tick), y, scale(tick), y + 4, "axis"),
            words(scale(tick), y + 13, f"{tick:g}", "tick", "middle"),
        ]
    parts.append(words((scale.start + scale.end) / 2, y + 31, label, "tick", "middle"))
    return Markup("").join(parts)


def left_axis(scale: Scale, x: float) -> Markup:
    """Return an axis left of a drawing."""
    parts = [line(x, scale.start, x, scale.end, "axis")]
    for tick in scale.ticks(4):
        parts += [
            line(x - 4, scale(tick), x, scale(tick), "axis"),
            words(x - 7, scale(tick), f"{tick:g}", "tick", "end"),
        ]
    return Markup("").join(parts)
