"""The StarGAN engine as the workflow knows it."""

from collections.abc import Iterator, Mapping, Sequence
from functools import cached_property
from pathlib import Path
from typing import Any

from idlock.engines import Picture, Request, Source
from idlock.engines.stargan import model, settings
from idlock.engines.stargan.references import References
from idlock.problems import BadInput
from idlock.store.files import sha256


class StarGAN:
    """Puts a face into the style of a domain; see `idlock.engines.Engine`.

    With ``guide: latent`` a style is drawn by the request's seed, with
    ``reference`` it is taken from a picture that the seed chooses.

    Args:
        config: the checked configuration.
    """

    name = "stargan"

    def __init__(self, config: Mapping[str, Any]):
        own = config["stargan"]
        self._config, self._path = config, settings.checkpoint(config)
        self._domains = settings.domains(config)
        self.settings = {
            name: own[name]
            for name in ("guide", "references", "frame", "source_domain", "strength")
        } | {"domains": self._domains}

    def makes(self, expression: str) -> bool:
        """Whether the expression is a domain of the model."""
        return expression in self._domains

    def needs(self, slug: str) -> Mapping[str, Any]:
        """Return the digest of the model, which is the same for everybody."""
        if not self._path.is_file():
            raise BadInput(
                "no StarGAN model: its training failed", "see the row of train_stargan above"
            )
        return {"checkpoint": self._digest}

    def pictures(self, source: Source, requests: Sequence[Request]) -> Iterator[Picture]:
        """Take the content of the source once, and put it into a style per request."""
        if not requests:
            return
        opened = self._model
        editor = model.Editor(opened, source.image)
        for request in requests:
            style, told = self._style(request)
            told |= {"checkpoint": opened.version, "guide": self.settings["guide"]}
            if opened.trained_with:
                told["selected_by"] = list(opened.trained_with)
            yield Picture(request, editor.picture(style), told)

    def _style(self, request: Request) -> tuple[Any, dict[str, Any]]:
        domain = self._domains.index(request.expression)
        if self.settings["guide"] == "latent":
            return self._model.drawn_style(domain, request.seed), {}
        picture, name = self._references.picture(domain, request.seed)
        return self._model.style_of(model.pictured(picture), domain), {"reference": name}

    @cached_property
    def _digest(self) -> str:
        return sha256(self._path)

    @cached_property
    def _model(self) -> model.Model:
        return model.open_model(self._config)

    @cached_property
    def _references(self) -> References:
        folder = self.settings["references"]
        opened = self._model
        return References(
            Path(folder) if folder else None, self._domains, opened.frame, opened.size
        )


def engine(config: Mapping[str, Any]) -> StarGAN:
    """Open the engine; of the config it takes ``stargan``."""
    return StarGAN(config)
