"""Plots as SVG that takes the page's own colours, so that they suit light and dark."""

import io
import re
import warnings
from collections.abc import Mapping, Sequence

import matplotlib as mpl
import numpy as np
import pandas as pd
from matplotlib.figure import Figure

INK = "#010203"  # stands for the page's text colour until the SVG is written
LOCKED, DRIFTED, LINE = "#2f8f5b", "#c8553d", "#8a63d2"

STYLE = {
    "font.family": "sans-serif",
    "font.size": 11,
    "svg.fonttype": "none",  # text stays text: sharp, selectable, read aloud
    "svg.hashsalt": "idlock",  # ids that do not change from run to run
    "text.color": INK,
    "axes.edgecolor": INK,
    "axes.labelcolor": INK,
    "xtick.color": INK,
    "ytick.color": INK,
    "axes.spines.top": False,
    "axes.spines.right": False,
    "figure.facecolor": "none",
    "axes.facecolor": "none",
}


def drift_strip(
    scores: pd.DataFrame, line: float, label: str, real: Mapping[str, Sequence[float]]
) -> str:
    """Draw every picture's drift, a row per person or expression, with the line.

    Args:
        scores: rows with ``row`` (what a row is named), ``drift`` and ``locked``.
        line: largest drift that is locked.
        label: what the axis shows.
        real: row -> drift of real photos from the reference made of the others,
            the baseline that a picture has to be compared with.
    """
    rows = list(dict.fromkeys([*real, *scores["row"]]))
    largest = max(line, scores["drift"].max(), *(max(d, default=0) for d in real.values()))
    with mpl.rc_context(STYLE):
        figure = Figure(figsize=(7.2, 1.1 + 0.34 * len(rows)))
        axes = figure.add_subplot()
        for height, name in enumerate(rows):
            of_row = scores[(scores["row"] == name) & scores["drift"].notna()]
            drift = of_row["drift"].to_numpy(float)
            # spread over the row's height, in the order of the table
            heights = height + _spread(len(drift)) * 0.5
            colours = [LOCKED if locked else DRIFTED for locked in of_row["locked"]]
            axes.scatter(drift, heights, s=26, c=colours, alpha=0.75, linewidths=0)
            photos = np.array(real.get(name, ()))
            axes.scatter(
                photos, np.full(len(photos), height), s=46, marker="D", facecolors="none",
                edgecolors=INK, linewidths=1.2,
            )  # fmt: skip
        axes.axvline(line, color=LINE, linewidth=1.6)
        axes.annotate(
            f"line {line:g}", (line, -0.62), color=LINE, ha="left", va="bottom",
            xytext=(4, 0), textcoords="offset points",
        )  # fmt: skip
        axes.set_yticks(range(len(rows)), [_short(name) for name in rows])
        axes.set_ylim(len(rows) - 0.4, -0.7)
        axes.set_xlim(-0.02 * largest, 1.12 * largest)
        axes.set_xlabel(label)
        axes.tick_params(length=0)
        return _svg(figure)


def confusion(scores: pd.DataFrame, expressions: Sequence[str]) -> str:
    """Draw how often each expression asked for was read back as which."""
    judged = scores[scores["expression_read"].notna()]
    read = list(dict.fromkeys([*expressions, *sorted(set(judged["expression_read"]))]))
    counts = pd.crosstab(judged["expression_asked"], judged["expression_read"])
    counts = counts.reindex(index=list(expressions), columns=read, fill_value=0)
    shares = counts.div(counts.sum(axis=1).clip(lower=1), axis=0).to_numpy()
    with mpl.rc_context(STYLE):
        figure = Figure(figsize=(1.6 + 0.72 * len(read), 1.3 + 0.42 * len(expressions)))
        axes = figure.add_subplot()
        for row, column in np.ndindex(*shares.shape):
            share = shares[row, column]
            axes.add_patch(
                mpl.patches.Rectangle(
                    (column - 0.47, row - 0.47), 0.94, 0.94, linewidth=0,
                    facecolor=LOCKED if read[column] == expressions[row] else DRIFTED,
                    alpha=0.06 + 0.74 * share,
                )
            )  # fmt: skip
            if share:
                axes.text(column, row, f"{share:.0%}", ha="center", va="center", fontsize=10)
        axes.set_xlim(-0.5, len(read) - 0.5)
        axes.set_ylim(len(expressions) - 0.5, -0.5)
        axes.set_xticks(range(len(read)), read, rotation=35, ha="right")
        axes.set_yticks(range(len(expressions)), expressions)
        axes.set_xlabel("read back")
        axes.set_ylabel("asked")
        axes.tick_params(length=0)
        for spine in axes.spines.values():
            spine.set_visible(False)
        return _svg(figure)


def _spread(count: int) -> np.ndarray:
    """Return ``count`` offsets in -.5 .. .5 that keep neighbours in a list apart."""
    golden = 0.6180339887498949
    return (np.arange(count) * golden + 0.5) % 1 - 0.5


def _short(name: str, longest: int = 24) -> str:
    # matplotlib would read a pair of $ as mathematics
    text = name.replace("$", r"\$")
    return text if len(name) <= longest else text[: longest - 1] + "…"


def _svg(figure: Figure) -> str:
    """Return the figure as an ``<svg>`` element in the page's colours."""
    file = io.StringIO()
    with warnings.catch_warnings():
        # names are text in the page's own fonts; which glyphs matplotlib has is no matter
        warnings.filterwarnings("ignore", message="Glyph")
        figure.savefig(file, format="svg", bbox_inches="tight", metadata={"Date": None})
    svg = file.getvalue()
    svg = svg[svg.index("<svg") :].replace(INK, "currentColor")
    svg = re.sub(r"<metadata>.*?</metadata>", "", svg, flags=re.DOTALL)
    return re.sub(r'^<svg [^>]*?(viewBox="[^"]*")[^>]*>', r'<svg role="img" \1>', svg, count=1)
