"""What a job asks of a machine that makes a batch of pictures, engine by engine."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any


@dataclass(frozen=True)
class Footprint:
    """A job's size.

    Attributes:
        mem_mb: main memory, MB.
        vram_mb: memory of the card, MB; 0 where the engine uses none.
    """

    mem_mb: int
    vram_mb: int = 0


FOOTPRINTS: Mapping[str, Callable[[Mapping[str, Any]], Footprint]] = {
    "parametric": lambda config: Footprint(2000),
}


def footprint(engine: str, config: Mapping[str, Any]) -> Footprint:
    """Return what a job of an engine asks for, with the models and sizes of a config."""
    return FOOTPRINTS[engine](config)


def lora_training(config: Mapping[str, Any]) -> Footprint:
    """Return what the training of a LoRA asks for, by the kind of its base.

    Reckoned from the sizes of the networks, at a batch of 4 (SDXL: 1) without
    gradient checkpointing; a card with less memory takes its batches in parts.
    """
    from idlock.engines.lora import base  # noqa: PLC0415  (only where a LoRA is trained)

    folder = base.located(config["lora"]["base"], offline=config["offline"])
    if base.facts(folder):  # one of this project's own, of a few MB
        return Footprint(3000, 2000)
    return Footprint(24000, 24000) if base.kind(folder) == base.SDXL else Footprint(12000, 12000)
