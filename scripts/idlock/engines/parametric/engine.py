"""The parametric engine as the workflow knows it."""

from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from idlock.engines import Picture, Request, Source
from idlock.engines.parametric import Face


class Parametric:
    """Moves the landmarks of the source photo; see `idlock.engines.Engine`.

    Args:
        src_ratio: 0..1, how much is kept of the expression that the source
            shows by itself; a request without sliders gets the source as it is.
    """

    name = "parametric"

    def __init__(self, src_ratio: float):
        self.settings = {"src_ratio": src_ratio}

    def makes(self, expression: str) -> bool:
        """Every preset is made of sliders, and all of those are known here."""
        return True

    def needs(self, slug: str) -> Mapping[str, Any]:
        """Nothing is learnt."""
        return {}

    def pictures(self, source: Source, requests: Sequence[Request]) -> Iterator[Picture]:
        """Edit the source once per request; what the edits share is done once."""
        if not requests:
            return
        face = Face(source.image, source.landmarks)
        for request in requests:
            keep = self.settings["src_ratio"] if request.sliders else 1.0
            made_with = {} if keep == 1.0 else {"src_ratio": keep, "let_go_of": face.own}
            yield Picture(request, face.edit(request.sliders, keep), made_with)


def engine(config: Mapping[str, Any]) -> Parametric:
    """Open the engine; of the config it takes ``generate.src_ratio``."""
    return Parametric(config["generate"]["src_ratio"])
