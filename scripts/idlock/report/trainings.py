"""How trainings converged: a drawing per figure of every ``convergence.csv``."""

import csv
from collections.abc import Sequence
from pathlib import Path

import numpy as np
from markupsafe import Markup

from idlock.report import curves
from idlock.report.columns import label

FILE = "convergence.csv"


def of_person(results: Path, slug: str) -> list[Path]:
    """Return the trainings of one person alone: ``models/<engine>/<slug>/convergence.csv``."""
    return sorted((results / "models").glob(f"*/{slug}/{FILE}"))


def of_several(results: Path, slugs: Sequence[str]) -> list[Path]:
    """Return the trainings that belong to no single person."""
    people = set(slugs)
    found = (results / "models").rglob(FILE)
    return sorted(path for path in found if path.parent.name not in people)


def drawings(results: Path, path: Path) -> tuple[str, list[Markup]]:
    """Return the name of a training, and its figures against its first column."""
    table = _numbers(path)
    along, *figures = table
    drawn = [
        curves.convergence(label(name), table[along], table[name], label(along))
        for name in figures
        if np.isfinite(table[name]).sum() > 1
    ]
    return path.parent.relative_to(results / "models").as_posix(), drawn


def _numbers(path: Path) -> dict[str, np.ndarray]:
    """Read the columns of a CSV file that hold numbers; NaN where one is missing."""
    with path.open(encoding="utf-8", newline="") as file:
        names, *rows = csv.reader(file)
    columns = {}
    for name, values in zip(names, zip(*rows, strict=True), strict=False):  # no rows, no columns
        try:
            columns[name] = np.array([float(value or "nan") for value in values])
        except ValueError:
            continue  # a column of words
    return columns
