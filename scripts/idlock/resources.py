"""What jobs ask of a machine or cluster, as functions of the attempt."""

from collections.abc import Callable, Mapping
from typing import Any

from idlock import device

Asked = Callable[[Any, int], int]


def memory(mb: int) -> Asked:
    """Return the memory of a job in MB: ``mb``, and as much again with every attempt."""
    return lambda wildcards, attempt: mb * attempt


def minutes(first: int) -> Asked:
    """Return the time limit of a job: ``first`` minutes, and as many again with every attempt."""
    return lambda wildcards, attempt: first * attempt


def cards(config: Mapping[str, Any], vram_mb: int) -> int:
    """Return how many GPUs a job asks for: none where it uses none, or the run is on the CPU."""
    return 1 if vram_mb and device.wanted(config) else 0


def card_memory(config: Mapping[str, Any], vram_mb: int) -> int:
    """Return the memory of the card that a job asks for, in MB; 0 where it asks for no card."""
    return vram_mb * cards(config, vram_mb)
