"""Further tables of a run, shown by their shape: none is known by its name.

One row a person joins the overview's people; a table whose columns name its
rows is a matrix; anything else is a table to search.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import pandas as pd

LARGEST = 20_000  # rows; a larger file is named, not shown
MATRIX = 30  # names that are drawn; of more, those most easily taken for another


@dataclass(frozen=True)
class Matrix:
    """Names against names, drawn as a heat map.

    Attributes:
        title: what it is called.
        names: of rows and columns.
        values: (n, n), NaN where nothing is known.
        of: how many names the whole has.
        file: where the whole lies.
    """

    title: str
    names: list[str]
    values: np.ndarray
    of: int
    file: str

    def shade(self, row: int, column: int) -> float:
        """Return how strong a value is among all, 0..1."""
        low, high = np.nanmin(self.values), np.nanmax(self.values)
        value = self.values[row, column]
        return 0.0 if np.isnan(value) or high == low else float((value - low) / (high - low))


@dataclass(frozen=True)
class Extra:
    """A table to search; ``frame`` is None where the file is too large to show."""

    title: str
    frame: pd.DataFrame | None
    file: str


def read(paths: Sequence[Path]) -> tuple[list[pd.DataFrame], list[Matrix], list[Extra]]:
    """Read CSV files and tell them apart: one row a person, matrices, and others."""
    people, matrices, others = [], [], []
    for path in paths:
        frame = pd.read_csv(path, dtype={0: str}, keep_default_na=True)
        first = frame.columns[0]
        frame[first] = frame[first].astype(str)
        title = path.stem.replace("_", " ")
        if _is_matrix(frame):
            matrices.append(_matrix(title, frame, path.name))
        elif first == "identity" and frame[first].is_unique:
            people.append(frame)
        else:
            others.append(Extra(title, frame if len(frame) <= LARGEST else None, path.name))
    return people, matrices, others


def _is_matrix(frame: pd.DataFrame) -> bool:
    return len(frame) > 0 and list(frame.iloc[:, 0]) == list(frame.columns[1:])


def _matrix(title: str, frame: pd.DataFrame, file: str) -> Matrix:
    names, values = list(frame.columns[1:]), frame.iloc[:, 1:].to_numpy(float)
    shown = _most_confused(values)[:MATRIX] if len(names) > MATRIX else np.arange(len(names))
    shown = np.sort(shown)
    return Matrix(
        title, [names[at] for at in shown], values[np.ix_(shown, shown)], len(names), file
    )


def _most_confused(values: np.ndarray) -> np.ndarray:
    """Return row numbers, those whose own value stands out least from the others' first."""
    others = values.copy()
    np.fill_diagonal(others, np.nan)
    own = np.diag(values)
    # whether a match is large (a share) or small (a distance) shows in the diagonal
    sign = 1 if np.nanmean(own) >= np.nanmean(others) else -1
    nearest = np.nanmax(sign * others, axis=1)
    return np.argsort(np.nan_to_num(sign * own - nearest, nan=np.inf), kind="stable")
