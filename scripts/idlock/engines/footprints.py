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
