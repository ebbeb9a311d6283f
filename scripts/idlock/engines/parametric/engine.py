"""The parametric engine as the workflow knows it."""

from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from idlock.engines import Picture, Request, Source
from idlock.engines.parametric import Face


class Parametric:
    """Moves the landmarks of the source photo; see `idlock.engines.Engine`."""

    name = "parametric"

    def pictures(self, source: Source, requests: Sequence[Request]) -> Iterator[Picture]:
        """Edit the source once per request; what the edits share is done once."""
        if not requests:
            return
        face = Face(source.image, source.landmarks, source.image[..., 3])
        for request in requests:
            yield Picture(request, face.edit(request.sliders))


def engine(config: Mapping[str, Any]) -> Parametric:
    """Open the engine; it needs nothing of the config."""
    return Parametric()
