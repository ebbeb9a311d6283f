"""What planning a run has to know of an engine, without importing anything heavy."""

import importlib
from abc import ABC, abstractmethod
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

# keys and numbers of list items that lead to a place in the config
Location = tuple[str | int, ...]


@dataclass(frozen=True)
class Footprint:
    """A job's size.

    Attributes:
        mem_mb: main memory, MB.
        vram_mb: memory of the card, MB; 0 where the job uses none.
    """

    mem_mb: int
    vram_mb: int = 0


class Planning(ABC):
    """What an engine brings as ``PLANNING`` of its module ``planning``; told from the config alone.

    An engine that has nothing to say to a question leaves it as it is here.
    """

    @abstractmethod
    def footprint(self, config: Mapping[str, Any]) -> Footprint:
        """Return what a job asks of a machine that makes a batch of pictures."""

    def advised(self, config: Mapping[str, Any], found: Callable[[str], Path]) -> Mapping[str, Any]:
        """Return what suits the models that are named, to go before the general defaults.

        Args:
            config: with the general defaults.
            found: the file or folder that a name in the config stands for.
        """
        return {}

    def misfits(self, config: Mapping[str, Any]) -> Iterator[tuple[Location, str]]:
        """Find what is right in form but fits nothing else, and where; asked of every engine."""
        yield from ()

    def problems(self, config: Mapping[str, Any]) -> Iterator[str]:
        """Say what would keep the engine from making pictures; asked if the config wants some."""
        yield from ()

    def models(self, config: Mapping[str, Any]) -> Iterator[tuple[str, str]]:
        """Yield the models it uses, as ``used_for`` of ``resources/models.yaml`` names them."""
        yield from ()

    def decides(self, config: Mapping[str, Any]) -> Mapping[str, Any]:
        """Return the parts of the config that decide the pictures of this engine only."""
        return {}


def of(engine: str) -> Planning:
    """Return what an engine brings, by its name in `idlock.engines.ENGINES`."""
    return importlib.import_module(f"idlock.engines.{engine}.planning").PLANNING
