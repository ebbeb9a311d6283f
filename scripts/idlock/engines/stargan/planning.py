"""What planning has to know of StarGAN."""

from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

from idlock.engines.planning import Footprint, Planning
from idlock.engines.stargan import settings


class Stargan(Planning):
    """One checkpoint makes the pictures of everybody."""

    def footprint(self, config: Mapping[str, Any]) -> Footprint:
        """Return the size of a job that makes pictures.

        Of the card, CUDA itself takes about 500 MB, the published networks 350 MB,
        and one picture at a time the rest, up to 512 px.
        """
        return Footprint(3000, 2000)

    def problems(self, config: Mapping[str, Any]) -> Iterator[str]:
        """Say what is wrong with the checkpoint, or with what it shall be trained on."""
        return settings.problems(config)

    def models(self, config: Mapping[str, Any]) -> Iterator[tuple[str, str]]:
        """Name the networks' file, or the one word for them, and the published landmarks."""
        for key in ("checkpoint", "landmarks"):
            if config["stargan"][key]:
                yield f"stargan.{key}", Path(config["stargan"][key]).name

    def decides(self, config: Mapping[str, Any]) -> dict[str, Any]:
        """Return the engine's own section, but for what training and the matrix alone go by."""
        own = config["stargan"]
        return {"stargan": {key: own[key] for key in own if key not in ("train", "matrix")}}


PLANNING = Stargan()
