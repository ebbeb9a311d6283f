"""What a job asks of a machine that makes a batch of pictures, engine by engine."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from idlock.engines.lora import base


@dataclass(frozen=True)
class Footprint:
    """A job's size.

    Attributes:
        mem_mb: main memory, MB.
        vram_mb: memory of the card, MB; 0 where the engine uses none.
    """

    mem_mb: int
    vram_mb: int = 0


def lora_training(config: Mapping[str, Any]) -> Footprint:
    """Return what the training of a LoRA asks for, by the kind of its base.

    Reckoned from the sizes of the networks, at a batch of 4 (SDXL: 1) without
    gradient checkpointing; a card with less memory takes its batches in parts.
    """
    if _embedded(config):
        return Footprint(3000, 2000)
    return Footprint(24000, 24000) if _sdxl(config) else Footprint(12000, 12000)


def lora_painting(config: Mapping[str, Any]) -> Footprint:
    """Return what painting with a LoRA asks for, likewise, with room for a second base."""
    second = 2 if config["render"]["export"]["base"] else 1
    if _embedded(config):
        return Footprint(3000 * second, 2000 * second)
    mem_mb, vram_mb = (16000, 14000) if _sdxl(config) else (8000, 6000)
    return Footprint(mem_mb * second, vram_mb * second)


def _embedded(config: Mapping[str, Any]) -> bool:
    """Whether the base is one of this project's own, of a few MB."""
    return bool(base.facts(_base(config)))


def _sdxl(config: Mapping[str, Any]) -> bool:
    return base.kind(_base(config)) == base.SDXL


def _base(config: Mapping[str, Any]) -> Path:
    return base.located(config["lora"]["base"], offline=config["offline"])


FOOTPRINTS: Mapping[str, Callable[[Mapping[str, Any]], Footprint]] = {
    "parametric": lambda config: Footprint(2000),
    "lora": lora_painting,
    "stargan": lambda config: Footprint(3000),
}


def footprint(engine: str, config: Mapping[str, Any]) -> Footprint:
    """Return what a job of an engine asks for, with the models and sizes of a config."""
    return FOOTPRINTS[engine](config)
