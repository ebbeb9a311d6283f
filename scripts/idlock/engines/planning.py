"""What planning a run has to know of an engine, without importing anything heavy."""

import importlib
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any, Protocol


@dataclass(frozen=True)
class Footprint:
    """A job's size.

    Attributes:
        mem_mb: main memory, MB.
        vram_mb: memory of the card, MB; 0 where the job uses none.
    """

    mem_mb: int
    vram_mb: int = 0


class Planning(Protocol):
    """What an engine brings as its module ``planning``; all is told from the config."""

    def problems(self, config: Mapping[str, Any]) -> Iterator[str]:
        """Say what would keep the engine from making pictures."""

    def models(self, config: Mapping[str, Any]) -> Iterator[tuple[str, str]]:
        """Yield the models it uses, as ``used_for`` of ``resources/models.yaml`` names them."""

    def footprint(self, config: Mapping[str, Any]) -> Footprint:
        """Return what a job asks of a machine that makes a batch of pictures."""

    def decides(self, config: Mapping[str, Any]) -> Mapping[str, Any]:
        """Return the parts of the config that decide the pictures of this engine only."""


def of(engine: str) -> Planning:
    """Return what an engine brings, by its name in `idlock.engines.ENGINES`."""
    return importlib.import_module(f"idlock.engines.{engine}.planning")
