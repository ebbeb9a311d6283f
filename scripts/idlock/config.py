"""The configuration: read, checked in full before any job runs, defaults filled in.

The JSON schema (`workflow/schemas/config.schema.yaml`, and a file for each
section beside it) is the one place that says which keys there are, what they
mean and their defaults; beyond JSON schema's own words, ``x-advice`` is what to
write instead of a wrong value, ``x-path`` marks a path, with the words that may
stand there instead of one, and ``x-names: preset`` a list of presets.
"""

import difflib
import json
from collections.abc import Iterator, Mapping
from copy import deepcopy
from functools import cache, reduce
from operator import getitem
from pathlib import Path
from typing import Any

import jsonschema
import yaml

from idlock.engines import ENGINES, planning
from idlock.engines.planning import Location
from idlock.expression import presets
from idlock.paths import SCHEMAS
from idlock.problems import InvalidInput


@cache
def schema() -> dict[str, Any]:
    """Return the JSON schema of the configuration, the sections' own files put in their places."""
    whole = _yaml(SCHEMAS / "config.schema.yaml")
    for name, part in whole["properties"].items():
        if "$ref" in part:
            whole["properties"][name] = _yaml(SCHEMAS / part["$ref"])
    return whole


def _yaml(path: Path) -> Any:
    return yaml.safe_load(path.read_text(encoding="utf-8"))


def read(path: Path) -> dict[str, Any]:
    """Read and check a configuration file on its own.

    Raises:
        InvalidInput: with every problem found.
    """
    try:
        values = _yaml(Path(path))
    except yaml.YAMLError as error:
        raise InvalidInput([f"{path}: not YAML: {' '.join(str(error).split())}"]) from None
    except (OSError, UnicodeDecodeError) as error:
        raise InvalidInput([f"{path}: cannot be read: {error}"]) from None
    return checked(values if values is not None else {}, path)


def checked(values: Any, path: Path | None) -> dict[str, Any]:
    """Return a configuration with defaults filled in and paths found.

    Args:
        values: what YAML gave, possibly with keys from the command line.
        path: the file it came from, for line numbers and relative paths; None
            where everything came from the command line.

    Raises:
        InvalidInput: with every problem found, by file, line and key.
    """
    lines = _lines(path) if path else {}
    if not isinstance(values, Mapping):
        raise InvalidInput([f"{path}: holds no keys; see config/README.md"])
    problems = [
        *_duplicates(path),
        *(f"{_place(path, lines, where)}: {text}" for where, text in _schema_problems(values)),
    ]
    if problems:
        raise InvalidInput(problems)
    config = _with_defaults(_laid_over(_advised(values, path), values), schema())
    for (*above, key), words in _marked("x-path"):
        part = reduce(getitem, above, config)
        if part[key] and part[key] not in words:
            part[key] = str(_found(part[key], path))
    problems = [f"{_place(path, lines, where)}: {text}" for where, text in _misfits(config)]
    if problems:
        raise InvalidInput(problems)
    return config


def key_table() -> str:
    """Return all keys as a Markdown table: name, what may be written, default, meaning."""
    lines = ["| key | value | default | what it does |", "|---|---|---|---|"]
    for where, part in _keys(schema()):
        name = ".".join(where)
        default = json.dumps(part["default"]) if "default" in part else "required"
        meaning = " ".join(part["description"].split())
        lines.append(f"| `{name}` | {_allowed(part)} | `{default}` | {meaning} |")
    return "\n".join(lines) + "\n"


def _keys(
    part: Mapping[str, Any], above: tuple[str, ...] = ()
) -> Iterator[tuple[tuple[str, ...], Mapping[str, Any]]]:
    for key, below in part["properties"].items():
        if "properties" in below:
            yield from _keys(below, (*above, key))
        else:
            yield (*above, key), below


def _marked(mark: str) -> Iterator[tuple[tuple[str, ...], Any]]:
    """Yield the keys that the schema marks, with what it says there."""
    return ((where, part[mark]) for where, part in _keys(schema()) if mark in part)


def _allowed(part: Mapping[str, Any]) -> str:
    return part["x-advice"].removeprefix("write ")


def _schema_problems(values: Mapping[str, Any]) -> Iterator[tuple[Location, str]]:
    validator = jsonschema.Draft202012Validator(schema())
    for error in sorted(validator.iter_errors(values), key=lambda e: [str(p) for p in e.path]):
        where = tuple(error.absolute_path)
        if error.validator == "additionalProperties":
            known = error.schema["properties"]
            for key in sorted(set(error.instance) - set(known), key=str):
                near = difflib.get_close_matches(str(key), known, n=1)
                hint = f"did you mean {near[0]!r}?" if near else f"there are {', '.join(known)}"
                yield (*where, key), f"unknown key {key!r}; {hint}"
        elif error.validator == "required":
            missing = next(key for key in error.validator_value if key not in error.instance)
            yield where, f"key {missing!r} is missing; {_advice((*where, missing))}"
        else:
            name = ".".join(map(str, where))
            yield where, f"{name} is {error.instance!r}; {_advice(where)}"


def _advice(where: Location) -> str:
    """Return the advice of the innermost part of the schema that has some."""
    part, advice = schema(), "see config/README.md"
    for step in where:
        part = part.get("items" if isinstance(step, int) else "properties", {})
        part = part if isinstance(step, int) else part.get(step, {})
        advice = part.get("x-advice", advice)
    return advice


def _misfits(config: Mapping[str, Any]) -> Iterator[tuple[Location, str]]:
    """Find what is right in form but fits nothing else."""
    if config["second_judge"] == config["judge"]:
        yield (
            ("second_judge",),
            f"second_judge is the judge itself ({config['judge']}); "
            "a second opinion needs another recogniser",
        )
    try:
        known = presets.load(config["presets"])
    except ValueError as error:
        yield ("presets",), str(error)
        return
    for where, _ in _marked("x-names"):
        for number, name in enumerate(reduce(getitem, where, config)):
            if name not in known:
                near = difflib.get_close_matches(name, known, n=1)
                hint = f"did you mean {near[0]!r}?" if near else f"there are {', '.join(known)}"
                yield (*where, number), f"unknown expression {name!r}; {hint}"
    for engine in ENGINES:
        yield from planning.of(engine).misfits(config)


def _with_defaults(values: Any, part: Mapping[str, Any]) -> Any:
    if part.get("type") != "object":
        return deepcopy(values)
    return {
        key: _with_defaults(values.get(key, below.get("default")), below)
        for key, below in part["properties"].items()
    }


def _advised(values: Mapping[str, Any], path: Path | None) -> dict[str, Any]:
    """Return what suits the models that a configuration names, in a configuration's form."""
    whole = _with_defaults(values, schema())
    advice: dict[str, Any] = {}
    for engine in ENGINES:
        advice = _laid_over(
            advice, planning.of(engine).advised(whole, lambda name: _found(name, path))
        )
    return advice


def _laid_over(below: Mapping[str, Any], above: Mapping[str, Any]) -> dict[str, Any]:
    """Return both together, down to the innermost key; what is in both is as above."""
    both = [key for key in above if isinstance(below.get(key), Mapping)]
    return {**below, **above, **{key: _laid_over(below[key], above[key]) for key in both}}


def _found(name: str, config: Path | None) -> Path:
    """Return ``name`` as given or, if nothing is there, as seen from the config file."""
    here = Path(name)
    beside = Path(config).parent / name if config else here
    return beside if not here.exists() and beside.exists() else here


def _place(path: Path | None, lines: Mapping[Location, int], where: Location) -> str:
    """Name file and line of the innermost key of ``where`` that stands in the file."""
    while where and where not in lines:
        where = where[:-1]
    if path is None:
        return "configuration"
    return f"{path}:{lines[where]}" if where in lines else str(path)


def _nodes(path: Path) -> Iterator[tuple[Location, yaml.Node]]:
    """Yield the location and key node of everything in a YAML file."""
    root = yaml.compose(Path(path).read_text(encoding="utf-8"), Loader=yaml.SafeLoader)
    waiting: list[tuple[Location, yaml.Node | None]] = [((), root)]
    while waiting:
        where, node = waiting.pop()
        if isinstance(node, yaml.MappingNode):
            for key, value in node.value:
                yield (*where, key.value), key
                waiting.append(((*where, key.value), value))
        elif isinstance(node, yaml.SequenceNode):
            for number, value in enumerate(node.value):
                yield (*where, number), value
                waiting.append(((*where, number), value))


def _lines(path: Path) -> dict[Location, int]:
    return {where: node.start_mark.line + 1 for where, node in _nodes(path)}


def _duplicates(path: Path | None) -> Iterator[str]:
    """Find keys written twice, of which YAML would silently keep the last."""
    seen: dict[Location, int] = {}
    for where, node in _nodes(path) if path else ():
        line = node.start_mark.line + 1
        if where in seen:
            name = ".".join(map(str, where))
            yield f"{path}:{line}: {name} is there twice (line {seen[where]}); remove one"
        seen[where] = line
