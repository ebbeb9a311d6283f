"""The trace of a training: a CSV table, a row a step, that survives being killed."""

import csv
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

from idlock.store.files import whole_file


class Trace:
    """Rows that are appended as the training goes.

    Args:
        path: of the CSV file; one of an earlier, killed training is gone on with.
        columns: names; the first is the step, a whole number.
        since: rows after this step are dropped, because the training goes on
            from there and will write them again.

    Raises:
        ValueError: the file is there and has other columns.
    """

    def __init__(self, path: Path, columns: Sequence[str], since: int = 0):
        self.path = path
        self.columns = list(columns)
        self._write_anew([row for row in self._earlier() if int(row[0]) <= since])

    def add(self, **values: Any) -> None:
        """Append a row; a column that is not named stays empty.

        Raises:
            ValueError: a value belongs to no column.
        """
        unknown = sorted(set(values) - set(self.columns))
        if unknown:
            raise ValueError(f"{self.path}: no column {unknown[0]!r}; there are {self.columns}")
        with self.path.open("a", encoding="utf-8", newline="") as file:
            csv.writer(file).writerow(self._cells(values))

    def _cells(self, values: Mapping[str, Any]) -> list[str]:
        return [_cell(values.get(name, "")) for name in self.columns]

    def _earlier(self) -> list[list[str]]:
        if not self.path.is_file():
            return []
        with self.path.open(encoding="utf-8", newline="") as file:
            names, *rows = list(csv.reader(file)) or [self.columns]
        if names != self.columns:
            raise ValueError(f"{self.path}: its columns are {names}, not {self.columns}")
        # a row that was being written when the training was killed
        return [row for row in rows if len(row) == len(self.columns)]

    def _write_anew(self, rows: Sequence[Sequence[str]]) -> None:
        with whole_file(self.path) as temporary, temporary.open("w", newline="") as file:
            csv.writer(file).writerows([self.columns, *rows])


def _cell(value: Any) -> str:
    return repr(value) if isinstance(value, float) else str(value)
