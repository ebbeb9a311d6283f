"""What planning has to know of painting with a LoRA, and of training one."""

from collections.abc import Callable, Iterator, Mapping
from pathlib import Path
from typing import Any

from idlock.engines.lora import base, lock, prompts
from idlock.engines.planning import Footprint, Location, Planning
from idlock.identity import recognisers
from idlock.problems import InvalidInput


class Lora(Planning):
    """A base paints; a LoRA for each person tells it who."""

    def footprint(self, config: Mapping[str, Any]) -> Footprint:
        """Return the size of a job that paints, by the kind of its base.

        Reckoned, as that of training is, from the sizes of the networks; with room
        for a second base where the pictures are exported through one.
        """
        second = 2 if config["render"]["export"]["base"] else 1
        if _embedded(config):
            return Footprint(3000 * second, 2000 * second)
        mem_mb, vram_mb = (16000, 14000) if _sdxl(config) else (8000, 6000)
        return Footprint(mem_mb * second, vram_mb * second)

    def advised(self, config: Mapping[str, Any], found: Callable[[str], Path]) -> Mapping[str, Any]:
        """Return the settings that a base of this project brings."""
        folder = base.on_disk(found(config["lora"]["base"]))
        return base.facts(folder).get("settings", {}) if folder else {}

    def misfits(self, config: Mapping[str, Any]) -> Iterator[tuple[Location, str]]:
        """Find phases that cannot be gone through, and what there are no words for."""
        for number, phase in enumerate(config["lora"]["phases"]):
            if phase["max_steps"] < phase["min_steps"]:
                yield (
                    ("lora", "phases", number),
                    f"phase {phase['name']}: max_steps is less than min_steps",
                )
        if "lora" in config["generate"]["engines"]:
            yield from _unpaintable(config)

    def problems(self, config: Mapping[str, Any]) -> Iterator[str]:
        """Say what is missing before a LoRA can be trained and painted with."""
        for name in (config["lora"]["base"], config["render"]["export"]["base"]):
            try:
                if name:
                    base.kind(base.located(name, offline=config["offline"]))
            except InvalidInput as error:
                yield from error.problems
        if config["lora"]["witness"]:
            try:
                recognisers.model_file(config["lora"]["witness"], config["models"])
            except ValueError as error:
                yield f"lora.witness: {error}"
        if config["render"]["recogniser"]:
            try:
                lock.line(config)
            except ValueError as error:
                yield f"render.recogniser: {error}"

    def models(self, config: Mapping[str, Any]) -> Iterator[tuple[str, str]]:
        """Name the bases, and the recognisers that look on while a LoRA is trained or paints."""
        for name in (config["lora"]["base"], config["render"]["export"]["base"]):
            if name:
                yield "lora.base", Path(name).name
        for name in (config["lora"]["witness"], config["render"]["recogniser"]):
            if name:
                yield "judge", name

    def decides(self, config: Mapping[str, Any]) -> dict[str, Any]:
        """Return all that decides how LoRAs paint, beside the LoRAs and the code."""
        return {
            "lora": {key: config["lora"][key] for key in ("base", "caption", "identities")},
            "render": config["render"],
            "discover": config["discover"],
            "prompts": prompts.load(config["prompts"]).plain(),
            "held": lock.settings(config),
        }


PLANNING = Lora()


def training_footprint(config: Mapping[str, Any]) -> Footprint:
    """Return the size of a job that trains, at a batch of 4 (SDXL: 1).

    Without gradient checkpointing; a card with less memory takes its batches
    in parts.
    """
    if _embedded(config):
        return Footprint(3000, 2000)
    return Footprint(24000, 24000) if _sdxl(config) else Footprint(12000, 12000)


def _unpaintable(config: Mapping[str, Any]) -> Iterator[tuple[Location, str]]:
    """Find what shall be painted and has no words, or nothing to begin with."""
    try:
        words = prompts.load(config["prompts"])
    except ValueError as error:
        yield ("prompts",), str(error)
        return
    phases = config["render"]["phases"]
    if phases[0]["strength"] != 1:
        yield (
            ("render", "phases", 0, "strength"),
            "the first phase has no picture to go on from; write strength: 1",
        )
    for number, phase in enumerate(phases):
        if phase["name"] not in words.phases:
            yield (
                ("render", "phases", number, "name"),
                f"the phase {phase['name']!r} has no prompt; there are "
                f"{', '.join(words.phases)}; name a file with more as prompts",
            )
    for number, name in enumerate(config["discover"]["expressions"]):
        if name not in words.expressions:
            yield (
                ("discover", "expressions", number),
                f"the expression {name!r} has no words; name a file with some as prompts",
            )


def _embedded(config: Mapping[str, Any]) -> bool:
    """Whether the base is one of this project's own, of a few MB."""
    return bool(base.facts(_base(config)))


def _sdxl(config: Mapping[str, Any]) -> bool:
    return base.kind(_base(config)) == base.SDXL


def _base(config: Mapping[str, Any]) -> Path:
    return base.located(config["lora"]["base"], offline=config["offline"])
