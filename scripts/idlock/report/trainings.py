"""How trainings converged: a drawing per figure of every ``convergence.csv``."""

from collections.abc import Sequence
from pathlib import Path

import pandas as pd
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
    table = pd.read_csv(path).select_dtypes("number")
    along, *figures = table.columns
    steps = table[along].to_numpy(float)
    drawn = [
        curves.convergence(label(name), steps, table[name].to_numpy(float), label(along))
        for name in figures
        if table[name].notna().any()
    ]
    return path.parent.relative_to(results / "models").as_posix(), drawn
