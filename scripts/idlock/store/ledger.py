"""The failures ledger: bad input becomes a row, and the run goes on."""

import csv
import io
from collections.abc import Iterable
from dataclasses import astuple, dataclass, fields
from pathlib import Path

from idlock.store.files import write_text


@dataclass(frozen=True, order=True)
class Failure:
    """One row of ``failures.csv``; ``photo`` is empty where it concerns the whole person."""

    identity: str
    photo: str
    stage: str
    reason: str
    advice: str


COLUMNS = tuple(field.name for field in fields(Failure))


def write(path: Path, failures: Iterable[Failure]) -> None:
    """Write the ledger, sorted by identity and photo; a header alone where nothing failed."""
    text = io.StringIO()
    table = csv.writer(text, lineterminator="\n")
    table.writerow(COLUMNS)
    table.writerows(astuple(failure) for failure in sorted(set(failures)))
    write_text(path, text.getvalue())


def read(path: Path) -> list[Failure]:
    """Read a ledger."""
    with Path(path).open(encoding="utf-8", newline="") as file:
        return [Failure(**row) for row in csv.DictReader(file)]
