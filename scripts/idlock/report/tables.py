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
        likeness: (n, n), 0..1, how much alike a value says two are, among all.
        of: how many names the whole has.
        file: where the whole lies.
    """

    title: str
    names: list[str]
    values: np.ndarray
    likeness: np.ndarray
    of: int
    file: str


@dataclass(frozen=True)
class Extra:
    """A table to search; ``frame`` is None where the file is too large to show."""

    title: str
    frame: pd.DataFrame | None
    file: str


def read(paths: Sequence[Path]) -> tuple[list[pd.DataFrame], list[Matrix], list[Extra]]:
    """Read CSV and Parquet files and tell apart: one row a person, matrices, and others."""
    people, matrices, others = [], [], []
    for path in paths:
        frame = _read(path)
        if frame.empty:
            continue  # where nobody has a picture there is nothing to show
        first = frame.columns[0]
        title = path.stem.replace("_", " ")
        if _is_matrix(frame):
            matrices.append(_matrix(title, frame, path.name))
        # rows about photos are not about people, even where everybody has one
        elif first == "identity" and frame[first].is_unique and "photo" not in frame:
            people.append(frame)
        else:
            others.append(Extra(title, frame if len(frame) <= LARGEST else None, path.name))
    return people, matrices, others


def _read(path: Path) -> pd.DataFrame:
    """Read a table; its first column, or else its index, names the rows."""
    if path.suffix == ".parquet":
        frame = pd.read_parquet(path)
        if not isinstance(frame.index, pd.RangeIndex):
            frame = frame.reset_index(names="identity")
    else:
        try:
            frame = pd.read_csv(path)
        except pd.errors.EmptyDataError:
            return pd.DataFrame()
    return frame if frame.empty else frame.astype({frame.columns[0]: str})


def _is_matrix(frame: pd.DataFrame) -> bool:
    square = len(frame) > 0 and list(frame.iloc[:, 0]) == list(frame.columns[1:])
    return square and bool(frame.iloc[:, 1:].notna().any(axis=None))


def _matrix(title: str, frame: pd.DataFrame, file: str) -> Matrix:
    names, values = list(frame.columns[1:]), frame.iloc[:, 1:].to_numpy(float)
    # whether a match is large (a share) or small (a distance) shows in the diagonal
    own, others = np.diag(values), values[~np.eye(len(values), dtype=bool)]
    alike = values if not others.size or _mean(own) >= _mean(others) else -values
    shown = np.sort(_most_confused(alike)[:MATRIX])
    part = np.ix_(shown, shown)
    likeness = alike[part] - np.nanmin(alike[part])
    likeness = np.nan_to_num(likeness / (np.nanmax(likeness) or 1))
    return Matrix(title, [names[at] for at in shown], values[part], likeness, len(names), file)


def _mean(values: np.ndarray) -> float:
    known = values[np.isfinite(values)]
    return float(known.mean()) if known.size else 0.0


def _most_confused(alike: np.ndarray) -> np.ndarray:
    """Return row numbers, those who stand out least from the others first."""
    others = np.where(np.eye(len(alike), dtype=bool) | np.isnan(alike), -np.inf, alike)
    margin = np.diag(alike) - others.max(axis=1)
    return np.argsort(np.where(np.isnan(margin), np.inf, margin), kind="stable")
