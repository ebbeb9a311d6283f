"""The seeds that were found for a person: `models/lora/<slug>/seeds/seeds.csv`."""

import csv
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

COLUMNS = ("expression", "seed", "steps", "drift", "locked", "previews", "selected_by")


def folder(results: Path, slug: str) -> Path:
    """Return where a person's found seeds lie."""
    return results / "models" / "lora" / slug / "seeds"


def table(results: Path, slug: str) -> Path:
    """Return the table of a person's found seeds."""
    return folder(results, slug) / "seeds.csv"


def read(results: Path, slug: str) -> list[dict[str, str]]:
    """Return the rows of the seeds that came to the end, the best first; none where none are."""
    path = table(results, slug)
    if not path.is_file():
        return []
    with path.open(encoding="utf-8", newline="") as file:
        return [row for row in csv.DictReader(file) if row["drift"]]


def choose(
    found: Sequence[Mapping[str, str]], expression: str, index: int, derived: int
) -> dict[str, Any]:
    """Return the seed of a picture, and where it is from.

    Variant 0 takes the best seed found, variant 1 the next, and so on; seeds
    of another expression serve where none were sought for this one, as the seed
    settles pose, framing and light rather than the face's play. Beyond the
    seeds found it is the derived one.
    """
    own = [row for row in found if row["expression"] == expression]
    sought = own or [row for row in found if row["expression"] == found[0]["expression"]]
    if index >= len(sought):
        return {"seed": derived, "from": "derived"}
    row = sought[index]
    return {
        "seed": int(row["seed"]),
        "from": "discovered",
        "for": row["expression"],
        "drift": float(row["drift"]),
        "selected_by": row["selected_by"],
    }
