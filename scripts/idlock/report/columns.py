"""Columns of a table as the pages' scripts read them: typed, and small.

A page has to stay below 3 MB with 24,000 rows behind it, so a column is an
array of bytes in base64: numbers as float32, flags and the places of texts in
a sorted list as small integers.
"""

import base64
import math
import re
from collections.abc import Iterable, Mapping, Sequence
from typing import Any

import numpy as np

MISSING_FLAG = 2
# shares, where a row stands for several pictures
SHARES = {
    f"{name}{end}"
    for name in ("locked", "expression_hit", "rank1", "judges_disagree", "second_locked")
    for end in ("", "_low", "_high")
}


def packed(values: Sequence[Any], order: Sequence[str] = ()) -> dict[str, Any]:
    """Pack a column; None and NaN are missing values.

    Args:
        values: all truth values, all numbers, or anything as text.
        order: texts that come before all others when sorted, as listed.

    Returns:
        ``kind`` (flag, number or text), ``data`` (base64, little endian) and,
        for text, the ``distinct`` values and the number of ``bytes`` of a place.
    """
    known = [value for value in values if not _is_missing(value)]
    if known and all(isinstance(value, bool | np.bool_) for value in known):
        flags = [MISSING_FLAG if _is_missing(value) else int(value) for value in values]
        return {"kind": "flag", "data": _base64(np.array(flags, np.uint8))}
    if known and all(isinstance(value, int | float | np.number) for value in known):
        numbers = [math.nan if _is_missing(value) else value for value in values]
        return {"kind": "number", "data": _base64(np.array(numbers, "<f4"))}
    texts = ["" if _is_missing(value) else str(value) for value in values]
    distinct = _sorted(set(texts), order)
    place = {text: number for number, text in enumerate(distinct)}
    width = next(n for n in (1, 2, 4) if len(distinct) <= 256**n)
    places = np.array([place[text] for text in texts], f"<u{width}")
    return {"kind": "text", "distinct": distinct, "bytes": width, "data": _base64(places)}


def in_percent(table: Mapping[str, Sequence[Any]]) -> dict[str, Sequence[Any]]:
    """Return a table with its shares in percent, which is how people read them."""
    found = {}
    for name, values in table.items():
        if name in SHARES and not any(isinstance(value, bool | np.bool_) for value in values):
            percent = [None if _is_missing(value) else 100 * value for value in values]
            found[f"{name}_%"] = percent
        else:
            found[name] = values
    return found


def filled(table: Mapping[str, Sequence[Any]]) -> list[str]:
    """Return the columns of a table in which anything stands."""
    return [name for name, values in table.items() if not all(map(_is_missing, values))]


def label(name: str) -> str:
    """Return a column's name as it is shown."""
    return name.replace("_", " ")


def natural(text: str) -> list[tuple[int, int, str]]:
    """Return a sorting key that puts ``cast-2`` before ``cast-12``."""
    parts = re.split(r"([0-9]+)", text.casefold())
    return [(0, int(part), "") if part.isdecimal() else (1, 0, part) for part in parts]


def _sorted(texts: Iterable[str], order: Sequence[str]) -> list[str]:
    place = {text: number for number, text in enumerate(order)}
    return sorted(texts, key=lambda text: (place.get(text, len(place)), natural(text), text))


def _is_missing(value: Any) -> bool:
    return value is None or value != value  # noqa: PLR0124  (NaN alone differs from itself)


def _base64(array: np.ndarray) -> str:
    return base64.b64encode(array.tobytes()).decode("ascii")
