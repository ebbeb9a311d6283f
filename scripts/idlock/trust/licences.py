"""Which model files a run uses, and whether their licences allow what it is for."""

from collections.abc import Iterator, Mapping
from functools import cache
from pathlib import Path
from typing import Any

import yaml

from idlock import perceptual
from idlock.faces import segmenters
from idlock.paths import RESOURCES


@cache
def catalogue() -> list[dict[str, Any]]:
    """Return the entries of ``resources/models.yaml``."""
    return yaml.safe_load((RESOURCES / "models.yaml").read_text(encoding="utf-8"))["models"]


def used(config: Mapping[str, Any]) -> Iterator[dict[str, Any]]:
    """Yield the catalogue's entries that a run with this config needs."""
    chosen = {
        ("always", "landmarks"),
        ("judge", config["judge"]),
        ("judge", config["second_judge"]),
        ("prepare.detector", config["prepare"]["detector"]),
    }
    if config["prepare"]["background"] == "remove":
        found = segmenters.network(Path(config["models"]))
        chosen |= {("segmenter", found[0])} if found else set()
    there = (perceptual.ALEXNET, perceptual.INCEPTION)
    chosen |= {("perceptual", name) for name in there if perceptual.find(config["models"], name)}
    engines = config.get("generate", {}).get("engines", ())
    if "stargan" in engines:
        for key in ("checkpoint", "landmarks"):
            chosen.add((f"stargan.{key}", Path(config["stargan"][key] or "").name))
    if "lora" in engines:
        chosen.add(("lora.base", Path(config["lora"]["base"]).name))
    for entry in catalogue():
        if set(entry["used_for"].items()) & chosen:
            yield entry


def refusals(config: Mapping[str, Any]) -> Iterator[str]:
    """Say which model files a commercial run may not use, a message each."""
    known = {value for entry in catalogue() for value in entry["used_for"].values()}
    for entry in used(config):
        if entry["commercial"] is not True:
            what = ", ".join(f"{key}: {value}" for key, value in entry["used_for"].items())
            yield (
                f"commercial: true, but {entry['file']} ({what}) is not free for it: "
                f"{entry['licence']}; choose another, or get a licence and set commercial: false"
            )
    for role in ("judge", "second_judge"):
        if config[role] and config[role] not in known:
            yield (
                f"commercial: true, but the licence of {role} {config[role]} is not known; "
                "add it to resources/models.yaml"
            )
