"""Drawing curves: how faces answer to what was asked, and how trainings converged."""

from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np
from markupsafe import Markup

from idlock.report import svg
from idlock.report.svg import Scale

WIDTH, HEIGHT = 320, 220
LEFT, RIGHT, TOP, BOTTOM = 46, 14, 26, 46
FEWEST = 5  # pictures for a median
MOST_BINS = 12
MOST_POINTS = 240  # of a curve; more are not seen at this width


def response(name: str, asked: Sequence[float], read: Sequence[float]) -> Markup:
    """Draw what was read against what was asked: medians and the middle 80 %.

    Args:
        name: what was asked for.
        asked: values asked for, one a picture.
        read: values measured in those pictures.
    """
    asked, read = np.array(asked, float), np.array(read, float)
    groups = _groups(asked)
    middle = [float(np.median(asked[group])) for group in groups]
    low, median, high = (
        [float(np.quantile(read[group], share)) for group in groups] for share in (0.1, 0.5, 0.9)
    )
    across, up = _scales(middle, [*low, *high, *middle])
    diagonal = [max(across.low, up.low), min(across.high, up.high)]
    band = [*zip(middle, low, strict=True), *zip(middle[::-1], high[::-1], strict=True)]
    parts = [
        svg.path([(across(v), up(v)) for v in diagonal], "guide"),
        svg.path([(across(x), up(y)) for x, y in band], "band", closed=True),
        svg.path([(across(x), up(y)) for x, y in zip(middle, median, strict=True)], "curve"),
        *(
            svg.element("circle", cx=across(x), cy=up(y), r=3.5, class_="point")
            for x, y in zip(middle, median, strict=True)
        ),
    ]
    return _framed(name, across, up, "asked", parts)


def convergence(name: str, steps: Sequence[float], values: Sequence[float], along: str) -> Markup:
    """Draw one figure of a training, step by step."""
    thin = np.unique(np.linspace(0, len(steps) - 1, min(len(steps), MOST_POINTS)).astype(int))
    points = [(float(steps[at]), float(values[at])) for at in thin]
    points = [(x, y) for x, y in points if np.isfinite(x) and np.isfinite(y)]
    across, up = _scales([x for x, _ in points], [y for _, y in points])
    parts = [svg.path([(across(x), up(y)) for x, y in points], "curve")]
    return _framed(name, across, up, along, parts)


def strength(name: str, points: Sequence[Mapping[str, Any]], line: float) -> Markup:
    """Draw how drift grows with the strength of an expression, up to the judge's line.

    Args:
        name: of the expression.
        points: ``intensity``, ``drift`` (None where no face was found) and ``locked`` of the
            pictures tried, by intensity.
        line: the largest drift that is locked.
    """
    seen = [point for point in points if point["drift"] is not None]
    across, up = _scales(
        [point["intensity"] for point in points], [line, 0.0, *(p["drift"] for p in seen)]
    )
    places = [(across(point["intensity"]), up(point["drift"])) for point in seen]
    parts = [
        svg.line(LEFT, up(line), WIDTH - RIGHT, up(line), "line"),
        svg.path(places, "curve"),
        *(
            svg.element("circle", cx=x, cy=y, r=4, class_="locked" if p["locked"] else "drifted")
            for (x, y), p in zip(places, seen, strict=True)
        ),
    ]
    return _framed(f"{name}: drift", across, up, "strength", parts)


def _groups(asked: np.ndarray) -> list[np.ndarray]:
    """Return neighbours in what was asked, enough of them for a median, by rising value.

    Those of whom nothing was asked stay by themselves.
    """
    least = max(FEWEST, len(asked) // MOST_BINS)
    groups: list[np.ndarray] = []
    for value in np.unique(asked):
        here = np.flatnonzero(asked == value)
        # a group that is still too small takes its next neighbour in
        if groups and value and asked[groups[-1][0]] and len(groups[-1]) < least:
            groups[-1] = np.concatenate([groups[-1], here])
        else:
            groups.append(here)
    if len(groups) > 1 and len(groups[-1]) < FEWEST and asked[groups[-2][0]]:
        groups[-2:] = [np.concatenate(groups[-2:])]
    return groups


def _scales(across: Sequence[float], up: Sequence[float]) -> tuple[Scale, Scale]:
    return (
        Scale(*_span(across), LEFT, WIDTH - RIGHT),
        Scale(*_span(up), HEIGHT - BOTTOM, TOP),
    )


def _span(values: Sequence[float]) -> tuple[float, float]:
    """Return the ends of an axis, a little beyond the values, and never the same."""
    low, high = min(values), max(values)
    margin = 0.06 * (high - low) or abs(high) or 1.0
    return low - margin, high + margin


def _framed(name: str, across: Scale, up: Scale, along: str, parts: Sequence[Markup]) -> Markup:
    return svg.drawing(
        WIDTH, HEIGHT, f"{name} by {along}",
        svg.words(LEFT, 12, svg.shortened(name, 36), "title"),
        svg.bottom_axis(across, HEIGHT - BOTTOM, along),
        svg.left_axis(up, LEFT), *parts,
    )  # fmt: skip
