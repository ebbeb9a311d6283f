"""What planning has to know of the parametric engine: that it needs nothing."""

from collections.abc import Iterator, Mapping
from typing import Any

from idlock.engines.planning import Footprint


def problems(config: Mapping[str, Any]) -> Iterator[str]:
    """Say nothing: there is nothing to be missing."""
    yield from ()


def models(config: Mapping[str, Any]) -> Iterator[tuple[str, str]]:
    """Name none."""
    yield from ()


def footprint(config: Mapping[str, Any]) -> Footprint:
    """Return the size of a batch's job, which takes one photo after another."""
    return Footprint(2000)


def decides(config: Mapping[str, Any]) -> dict[str, Any]:
    """Return nothing: sliders say everything."""
    return {}
