"""What jobs ask of a machine or cluster, as functions of the attempt."""

from collections.abc import Callable
from typing import Any


def memory(mb: int) -> Callable[[Any, int], int]:
    """Return the memory of a job in MB: ``mb``, and as much again with every attempt."""
    return lambda wildcards, attempt: mb * attempt
