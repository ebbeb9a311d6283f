"""What planning has to know of StarGAN."""

from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

from idlock.engines.planning import Footprint
from idlock.engines.stargan.settings import problems

__all__ = ["decides", "footprint", "models", "problems"]


def models(config: Mapping[str, Any]) -> Iterator[tuple[str, str]]:
    """Name the networks' file, or the one word for them, and the published landmarks."""
    for key in ("checkpoint", "landmarks"):
        if config["stargan"][key]:
            yield f"stargan.{key}", Path(config["stargan"][key]).name


def footprint(config: Mapping[str, Any]) -> Footprint:
    """Return the size of a job that makes pictures.

    Of the card, CUDA itself takes about 500 MB, the published networks 350 MB,
    and one picture at a time the rest, up to 512 px.
    """
    return Footprint(3000, 2000)


def decides(config: Mapping[str, Any]) -> dict[str, Any]:
    """Return the engine's own section."""
    return {"stargan": config["stargan"]}
