"""Drawing how far pictures drifted, with the line and the real photos beside them."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field

import numpy as np
from markupsafe import Markup

from idlock.report import svg
from idlock.report.svg import Scale

WIDTH, LEFT, RIGHT = 574, 146, 52  # px: of the drawing, and beside its field
LONGEST = 20  # letters of a name that find room
ROW, TOP, BOTTOM = 34, 24, 46
MOST_DOTS = 80  # with more pictures in a row, their distribution is drawn instead
BINS = 96


@dataclass(frozen=True)
class Row:
    """Drifts that share a row: of pictures, or of real photos as their baseline."""

    name: str
    drifts: Sequence[float] = ()
    real: Sequence[float] = field(default=())


def chart(rows: Sequence[Row], line: float, label: str) -> Markup:
    """Draw rows of drifts; left of the line is locked.

    Args:
        rows: top to bottom.
        line: the largest drift that is locked.
        label: what the axis shows.
    """
    every = np.concatenate([np.array([*row.drifts, *row.real], float) for row in rows])
    most = max(1.25 * line, 1.05 * float(np.quantile(every, 0.995)) if len(every) else 0)
    across = Scale(0, most, LEFT, WIDTH - RIGHT)
    bottom = TOP + ROW * len(rows)
    parts = [svg.bottom_axis(across, bottom + 6, label)]
    for number, row in enumerate(rows):
        parts += _row(row, TOP + ROW * (number + 0.5), across, line)
    parts += [
        svg.line(across(line), TOP - 6, across(line), bottom + 6, "line"),
        svg.words(across(line), TOP - 14, f"line {line:g}", "line-name", "middle"),
    ]
    said = f"{label}, by {len(rows)} rows, with the line at {line:g}"
    return svg.drawing(WIDTH, bottom + BOTTOM, said, *parts)


def _row(row: Row, y: float, across: Scale, line: float) -> Iterator[Markup]:
    yield svg.words(LEFT - 10, y, svg.shortened(row.name, LONGEST), "", "end")
    drifts = np.sort(np.array(row.drifts, float))
    if len(drifts) > MOST_DOTS:
        yield from _ridge(drifts, y, across, line)
    else:
        yield from _dots(drifts, y, across, line)
    if len(row.real) > MOST_DOTS:
        yield from _ridge(np.sort(np.array(row.real, float)), y, across, None)
    else:
        for value in row.real:
            yield _diamond(across(value), y)
    if len(drifts):
        share = float((drifts <= line).mean())
        yield svg.words(WIDTH - RIGHT + 10, y, f"{share:.0%}", "tick")


def _dots(drifts: np.ndarray, y: float, across: Scale, line: float) -> Iterator[Markup]:
    # spread over the row's height, so that equal drifts are seen side by side
    golden = 0.6180339887498949
    for number, drift in enumerate(drifts):
        height = y + 0.55 * ROW * ((number * golden + 0.5) % 1 - 0.5)
        kind = "locked" if drift <= line else "drifted"
        yield svg.element("circle", cx=across(drift), cy=height, r=4, class_=kind)


def _ridge(
    drifts: np.ndarray, y: float, across: Scale, line: float | None
) -> Iterator[Markup]:  # fmt: skip
    """Draw the distribution of many drifts, with ticks at their median and 95 %."""
    edges = np.linspace(across.low, across.high, BINS + 1)
    counts, _ = np.histogram(np.minimum(drifts, across.high), edges)
    smooth = np.convolve(counts, [0.25, 0.5, 0.25], mode="same")
    heights = 0.46 * ROW * smooth / smooth.max()
    centres = (edges[1:] + edges[:-1]) / 2
    sides = [("real", centres <= across.high)]
    if line is not None:
        sides = [("locked", centres <= line), ("drifted", centres > line)]
    for kind, here in sides:
        if here.any():
            outline = list(zip(centres[here], heights[here], strict=True))
            above = [(across(x), y - h) for x, h in outline]
            below = [(across(x), y + h) for x, h in reversed(outline)]
            yield svg.path([*above, *below], kind, closed=True)
    for share, half in ((0.5, 9), (0.95, 5)):
        x = across(float(np.quantile(drifts, share)))
        yield svg.line(x, y - half, x, y + half, "ink")


def _diamond(x: float, y: float, half: float = 5) -> Markup:
    corners = [(x - half, y), (x, y - half), (x + half, y), (x, y + half)]
    return svg.path(corners, "diamond", closed=True)
