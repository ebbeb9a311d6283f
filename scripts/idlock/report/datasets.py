"""Tables that a page's scripts show: inside the page, or column by column beside it."""

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

from idlock.report import columns
from idlock.report.html import json_text

Table = Mapping[str, Sequence[Any]]  # column -> values; all columns as long


def inside(table: Table, order: Sequence[str] = ()) -> dict[str, Any]:
    """Return a table for the data of a page.

    Args:
        table: columns without anything in them are left out.
        order: texts that are sorted before others, as listed.
    """
    table = columns.in_percent(table)
    return _described(
        table, {name: columns.packed(table[name], order) for name in columns.filled(table)}
    )


def beside(folder: Path, name: str, table: Table, order: Sequence[str] = ()) -> dict[str, Any]:
    """Write a table into ``folder``/``name``, a file a column, and return what to load.

    The files are scripts, since a page opened from a disk may read no other.
    """
    (folder / name).mkdir(parents=True)
    table = columns.in_percent(table)
    described = {}
    for number, column in enumerate(columns.filled(table)):
        packed = columns.packed(table[column], order)
        path = folder / name / f"{number:03d}.js"
        call = f"arrived({json_text(name)}, {json_text(column)}, {json_text(packed)});\n"
        path.write_text(call, encoding="utf-8")
        described[column] = {
            "kind": packed["kind"],
            "file": path.relative_to(folder.parent).as_posix(),
        }
    return _described(table, described) | {"name": name}


def _described(table: Table, parts: Mapping[str, Mapping[str, Any]]) -> dict[str, Any]:
    return {
        "rows": len(next(iter(table.values()), ())),
        "columns": [
            {"name": name, "label": columns.label(name), **part} for name, part in parts.items()
        ],
    }
