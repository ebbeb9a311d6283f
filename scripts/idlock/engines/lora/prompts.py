"""Prompts, as data: words for every expression, and a sentence for every phase.

`config/prompts.tsv` has three columns, ``use name words``. A row of use
``expression`` says what a preset is called in words, one of use ``phase`` is the
prompt of a phase, in which ``{caption}`` stands for the words that the person was
learnt by, the expression's among them, and ``negative`` is what no picture shall
show. A file of one's own adds to it.
"""

import csv
from collections.abc import Mapping
from dataclasses import asdict, dataclass
from functools import cache
from pathlib import Path
from typing import Any

from idlock.paths import REPOSITORY

SHIPPED = REPOSITORY / "config" / "prompts.tsv"
COLUMNS = ["use", "name", "words"]
USES = ("expression", "phase", "negative")
PLACES = {"caption": "", "expression": ""}


@dataclass(frozen=True)
class Prompts:
    """The words of a run.

    Attributes:
        expressions: preset -> words.
        phases: phase -> prompt, with places for caption and expression.
        negative: what no picture shall show.
    """

    expressions: Mapping[str, str]
    phases: Mapping[str, str]
    negative: str

    def plain(self) -> dict[str, Any]:
        """The words as JSON-able data."""
        return asdict(self)

    def of(self, phase: str, caption: str, expression: str) -> str:
        """Return the prompt of a phase for a person with an expression.

        Args:
            phase: its name.
            caption: what the LoRA learnt the person by, with a place for the expression.
            expression: name of the preset.

        Raises:
            ValueError: there is no prompt for the phase, or no words for the expression.
        """
        if phase not in self.phases:
            raise ValueError(
                f"no prompt for the phase {phase!r}; add a row `phase {phase} ...` to the file "
                "named by prompts"
            )
        if expression not in self.expressions:
            raise ValueError(
                f"no words for the expression {expression!r}; add a row `expression {expression} "
                "...` to the file named by prompts"
            )
        words = self.expressions[expression]
        said = self.phases[phase].format(caption=caption.format(expression=words), expression=words)
        return " ".join(said.split())


def load(extra: str | Path | None = None) -> Prompts:
    """Return the shipped prompts, with those of a file of one's own added or put in their place.

    Raises:
        ValueError: a file is malformed; the message names file and line.
    """
    rows = dict(_shipped()) | (_read(Path(extra)) if extra is not None else {})
    return Prompts(
        expressions={name: words for (use, name), words in rows.items() if use == "expression"},
        phases={name: words for (use, name), words in rows.items() if use == "phase"},
        negative=", ".join(w for (use, _), w in rows.items() if use == "negative" and w),
    )


@cache
def _shipped() -> dict[tuple[str, str], str]:
    return _read(SHIPPED)


def _read(path: Path) -> dict[tuple[str, str], str]:
    try:
        lines = path.read_text(encoding="utf-8").splitlines()
    except (OSError, UnicodeDecodeError) as error:
        raise ValueError(f"{path}: cannot be read: {error}") from None
    told = [(n, line) for n, line in enumerate(lines, 1) if line.strip() and line[0] != "#"]
    table = csv.reader((line for _, line in told), delimiter="\t", quoting=csv.QUOTE_NONE)
    if next(table, None) != COLUMNS:
        raise ValueError(f"{path}: its first line has to be {'<tab>'.join(COLUMNS)}")
    rows = {}
    for (number, _), cells in zip(told[1:], table, strict=True):
        where = f"{path}:{number}"
        if len(cells) != len(COLUMNS) or cells[0] not in USES:
            raise ValueError(
                f"{where}: write {', '.join(USES[:-1])} or {USES[-1]}, a name and the words, with "
                "tabs between them"
            )
        use, name, words = (cell.strip() for cell in cells)
        _check_places(where, words)
        rows[use, name] = words
    return rows


def _check_places(where: str, words: str) -> None:
    try:
        words.format(**PLACES)
    except (KeyError, IndexError, ValueError):
        raise ValueError(
            f"{where}: the only places in a prompt are {{caption}} and {{expression}}"
        ) from None
