"""The list of people and their photos, from a sheet or from a folder.

Everything wrong with it is found before any job runs, and told in one go: by
file, line and column, with what to write instead.
"""

import os
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from functools import cache
from pathlib import Path
from typing import Any

import jsonschema
import yaml

from idlock.paths import SCHEMAS
from idlock.photos import names, sources
from idlock.problems import InvalidInput

NOT_STATED = "not stated (folder input)"
CONSENT_FILE = "consent.txt"


@dataclass(frozen=True)
class Photo:
    """One photo of a person.

    Attributes:
        name: name of the prepared photo, unique for the person, safe as a file name.
        path: absolute path of the file, or a built-in name (`sources`).
        expression: label from the sheet, or empty.
        consent: on what basis the likeness may be used.
        source: where the photo is from.
    """

    name: str
    path: str
    expression: str
    consent: str
    source: str


@dataclass(frozen=True)
class Person:
    """One identity: name as the user wrote it, folder name, photos, group labels."""

    name: str
    slug: str
    photos: tuple[Photo, ...]
    groups: dict[str, str] = field(default_factory=dict)

    @classmethod
    def from_dict(cls, values: Mapping[str, Any]) -> "Person":
        """Return the person that `dataclasses.asdict` made ``values`` of."""
        photos = tuple(Photo(**photo) for photo in values["photos"])
        return cls(values["name"], values["slug"], photos, dict(values["groups"]))


def read(path: Path) -> list[Person]:
    """Read people from a TSV sheet, or from a folder of ``<identity>/<photo>`` files.

    Raises:
        InvalidInput: with every problem found.
    """
    path = Path(path)
    if path.is_dir():
        return _people(list(_folder_rows(path)), base=path, shown=str(path))
    if not path.is_file():
        raise InvalidInput(
            [f"{path}: there is no such sheet or folder; correct `identities` in the config"]
        )
    return _people(_sheet_rows(path), base=path.parent, shown=str(path))


@dataclass(frozen=True)
class _Row:
    where: str  # "file:line", or the file in a folder
    cells: dict[str, str]


def _sheet_rows(path: Path) -> list[_Row]:
    try:
        text = path.read_bytes().decode("utf-8-sig")
    except UnicodeDecodeError as error:
        line = path.read_bytes()[: error.start].count(b"\n") + 1
        raise InvalidInput([f"{path}:{line}: not UTF-8 text; save the sheet as UTF-8"]) from None
    # lines end with \n or \r\n only: other characters that Python's splitlines
    # takes for an end belong to a cell, and are refused there
    numbered = [
        (number, line.split("\t"))
        for number, line in enumerate(text.replace("\r\n", "\n").split("\n"), start=1)
        if line.strip() and not line.startswith("#")
    ]
    if not numbered:
        raise InvalidInput([f"{path}: the sheet is empty; its first line names the columns"])
    (_, header), *rows = numbered
    header = [cell.strip() for cell in header]
    _check_header(path, header)
    problems = [
        f"{path}:{number}: {len(cells)} cells for {len(header)} columns; "
        "separate the cells by one tab each"
        for number, cells in rows
        if len(cells) > len(header)
    ]
    if problems:
        raise InvalidInput(problems)
    if not rows:
        raise InvalidInput([f"{path}: no photos below the header; add one line a photo"])
    return [
        _Row(f"{path}:{number}", dict(zip(header, cells + [""] * len(header), strict=False)))
        for number, cells in rows
    ]


def _check_header(path: Path, header: list[str]) -> None:
    problems = [
        f"{path}:1: column {name!r} is missing; the first line names the columns, separated by tabs"
        for name in _row_schema()["required"]
        if name not in header
    ]
    problems += [
        f"{path}:1: column {name!r} is there twice; rename one"
        for name in sorted({name for name in header if header.count(name) > 1})
    ]
    if problems:
        raise InvalidInput(problems)


def _folder_rows(folder: Path) -> Iterator[_Row]:
    for person in sorted(entry for entry in folder.iterdir() if entry.is_dir()):
        if person.name.startswith("."):
            continue
        consent = person / CONSENT_FILE
        basis = consent.read_text(encoding="utf-8").strip() if consent.is_file() else ""
        for photo in sorted(person.iterdir()):
            if photo.name.startswith(".") or photo.name == CONSENT_FILE or photo.is_dir():
                continue
            cells = {
                "identity": person.name,
                "photo": f"{person.name}/{photo.name}",
                "expression": "",
                "consent": basis or NOT_STATED,
                "source": "",
            }
            yield _Row(str(photo), cells)


@cache
def _row_schema() -> dict[str, Any]:
    return yaml.safe_load((SCHEMAS / "identities.schema.yaml").read_text(encoding="utf-8"))


def _people(rows: list[_Row], base: Path, shown: str) -> list[Person]:
    if not rows:
        raise InvalidInput([f"{shown}: no photos found; expected <identity>/<photo> files"])
    problems = [*_cell_problems(rows), *_path_problems(rows, base), *_collisions(rows)]
    if problems:
        raise InvalidInput(problems)
    grouped: dict[str, list[_Row]] = {}
    for row in rows:
        grouped.setdefault(row.cells["identity"].strip(), []).append(row)
    return [_person(name, of_person, base) for name, of_person in sorted(grouped.items())]


def _person(name: str, rows: list[_Row], base: Path) -> Person:
    known = _row_schema()["properties"]
    groups = {
        column: value
        for column, value in rows[0].cells.items()
        if column not in known and value.strip()
    }
    photos = tuple(
        Photo(
            name=names.slug(sources.output_name(row.cells["photo"])),
            path=_location(row.cells["photo"], base),
            expression=row.cells.get("expression", "").strip(),
            consent=row.cells["consent"].strip(),
            source=row.cells.get("source", "").strip(),
        )
        for row in rows
    )
    return Person(name, names.slug(name), photos, groups)


def _location(photo: str, base: Path) -> str:
    return photo if sources.is_built_in(photo) else os.path.abspath(base / photo)  # noqa: PTH100


def _cell_problems(rows: Iterable[_Row]) -> Iterator[str]:
    """Check each row against the JSON schema, and the names it holds."""
    schema = _row_schema()
    validator = jsonschema.Draft202012Validator(schema)
    for row in rows:
        cells = {column: value.strip() for column, value in row.cells.items()}
        for error in sorted(validator.iter_errors(cells), key=lambda e: list(e.path)):
            column = error.path[0]
            found = f"{cells[column]!r}" if cells[column] else "empty"
            advice = schema["properties"][column]["x-advice"]
            yield f"{row.where}: column {column!r} is {found}; {advice}"
        for column, value in cells.items():
            unfit = _unfit_name(value) if column == "identity" else _unprintable(value)
            if unfit:
                yield f"{row.where}: column {column!r}, {value!r}, {unfit}; write it without"


def _unfit_name(value: str) -> str | None:
    return names.problem(value) if value else None


def _unprintable(value: str) -> str | None:
    return None if value.isprintable() else "holds invisible or control characters"


def _path_problems(rows: Iterable[_Row], base: Path) -> Iterator[str]:
    for row in rows:
        photo = row.cells["photo"].strip()
        problem = _photo_problem(photo, base) if photo and photo.isprintable() else None
        if problem:
            yield f"{row.where}: column 'photo', {photo!r}: {problem}"


def _photo_problem(photo: str, base: Path) -> str | None:
    if sources.is_built_in(photo):
        return sources.problem(photo)
    unfit = names.problem(sources.output_name(photo).strip())
    if unfit:
        return f"the file's name {unfit}; rename the file"
    path = Path(photo)
    if not path.is_absolute() and _climbs(path) > 1:
        return (
            "leads out of the folder around the sheet; keep photos in the sheet's folder "
            "or one beside it (../photos/...), or write the absolute path"
        )
    location = base / path
    if not location.exists():
        return f"there is no such file ({os.path.abspath(location)})"  # noqa: PTH100
    if not location.is_file():
        return "is not a file; name one photo a line"
    return None


def _climbs(path: Path) -> int:
    """Return how many folders above its start a relative path reaches at its highest."""
    depth = highest = 0
    for part in path.parts:
        depth += -1 if part == ".." else 1
        highest = max(highest, -depth)
    return highest


def _collisions(rows: Iterable[_Row]) -> Iterator[str]:
    people: dict[str, tuple[str, str]] = {}
    photos: dict[tuple[str, str], str] = {}
    for row in rows:
        identity = row.cells["identity"].strip()
        photo = row.cells["photo"].strip()
        if not identity or not photo:
            continue
        person_key = names.collision_key(identity)
        first_name, first_place = people.setdefault(person_key, (identity, row.where))
        if first_name != identity:
            yield (
                f"{row.where}: column 'identity', {identity!r}, would share its folder with "
                f"{first_name!r} ({first_place}); rename one, or spell both alike"
            )
        photo_key = (person_key, names.collision_key(sources.output_name(photo)))
        first_place = photos.setdefault(photo_key, row.where)
        if first_place != row.where:
            yield (
                f"{row.where}: column 'photo', {photo!r}, would overwrite the photo of the same "
                f"name of {identity!r} ({first_place}); rename one of the files"
            )
