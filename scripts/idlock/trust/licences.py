"""Which model files a run uses, and whether their licences allow what it is for."""

from collections.abc import Iterator, Mapping
from functools import cache
from pathlib import Path
from typing import Any

import yaml

from idlock import perceptual
from idlock.engines import planning
from idlock.faces import segmenters
from idlock.paths import RESOURCES


@cache
def catalogue() -> list[dict[str, Any]]:
    """Return the entries of ``resources/models.yaml``."""
    return yaml.safe_load((RESOURCES / "models.yaml").read_text(encoding="utf-8"))["models"]


def used(config: Mapping[str, Any]) -> Iterator[dict[str, Any]]:
    """Yield the catalogue's entries that a run with this config needs."""
    chosen = set(_chosen(config))
    for entry in catalogue():
        if set(entry["used_for"].items()) & chosen:
            yield entry


def refusals(config: Mapping[str, Any]) -> Iterator[str]:
    """Say which model files a commercial run may not use, a message each."""
    for entry in used(config):
        if entry["commercial"] is not True:
            what = ", ".join(f"{key}: {value}" for key, value in entry["used_for"].items())
            yield (
                f"commercial: true, but {entry['file']} ({what}) is not free for it: "
                f"{entry['licence']}; choose another, or get a licence and set commercial: false"
            )
    known = {item for entry in catalogue() for item in entry["used_for"].items()}
    for key, value in sorted(set(_chosen(config)) - known):
        yield (
            f"commercial: true, but the licence of {value} ({key}) is not known; "
            "add it to resources/models.yaml"
        )


def _chosen(config: Mapping[str, Any]) -> Iterator[tuple[str, str]]:
    """Yield what the config chooses among models, as the catalogue's ``used_for`` says it."""
    yield "always", "landmarks"
    yield "prepare.detector", config["prepare"]["detector"]
    for key, name in (
        ("judge", config["judge"]),
        ("judge", config["second_judge"]),
        ("expression_classifier", config["expression_classifier"]),
    ):
        if name:
            yield key, name
    if config["prepare"]["background"] == "remove":
        found = segmenters.network(Path(config["models"]))
        if found:
            yield "segmenter", found[0]
    for name in (perceptual.ALEXNET, perceptual.INCEPTION):
        if perceptual.find(config["models"], name):
            yield "perceptual", name
    for engine in config["generate"]["engines"]:
        yield from planning.of(engine).models(config)
