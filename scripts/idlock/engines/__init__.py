"""Engines turn requests into pictures; everything downstream is blind to which one did."""

import importlib
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, Protocol

import numpy as np


@dataclass(frozen=True)
class Source:
    """A prepared photo that pictures are made from.

    Attributes:
        identity: whose, as written in the sheet.
        slug: the same, as the name of folders and files.
        photo: name of the prepared photo.
        image: (768, 768, 4) uint8 sRGB with alpha.
        landmarks: (68, 2) px.
    """

    identity: str
    slug: str
    photo: str
    image: np.ndarray
    landmarks: np.ndarray


@dataclass(frozen=True)
class Request:
    """One picture to make.

    Attributes:
        expression: name of the preset.
        sliders: what it comes to in this variant.
        index: number of the variant, the ``<seed>`` of its file name.
        seed: seed of everything random about it.
    """

    expression: str
    sliders: Mapping[str, float]
    index: int
    seed: int


@dataclass(frozen=True)
class Picture:
    """A picture made.

    Attributes:
        request: what was asked.
        image: (768, 768, 4) uint8 sRGB with alpha.
        made_with: what the engine adds to the sidecar: whatever else is needed
            to make the picture again. Recognisers that took part (trained with,
            conditioned on, or used to choose among seeds) are listed by name
            under ``selected_by``, because such a one is no independent judge.
        text: what the picture's file says about itself, by keyword.
    """

    request: Request
    image: np.ndarray
    made_with: Mapping[str, Any] = field(default_factory=dict)
    text: Mapping[str, str] = field(default_factory=dict)


class Engine(Protocol):
    """Makes pictures of one person after another.

    Attributes:
        name: of the engine.
        settings: JSON-able; what decides its pictures beyond source and request,
            whoever is in them.
    """

    name: str
    settings: Mapping[str, Any]

    def makes(self, expression: str) -> bool:
        """Whether the engine knows how to make an expression; the others are left out."""

    def needs(self, slug: str) -> Mapping[str, Any]:
        """Digests, JSON-able, of what was learnt for one person and decides their pictures.

        Raises:
            BadInput: it is not there.
        """

    def pictures(self, source: Source, requests: Sequence[Request]) -> Iterator[Picture]:
        """Make a picture per request, in their order."""


ENGINES = ("parametric", "lora", "stargan")


def named(engine: str, config: Mapping[str, Any]) -> list[str]:
    """Return the people whom an engine's section of the config names; none for everybody."""
    return config.get(engine, {}).get("identities", [])


def makes_for(engine: str, identity: str, config: Mapping[str, Any]) -> bool:
    """Whether an engine makes pictures of a person: of everybody, or of those it is told."""
    return not named(engine, config) or identity in named(engine, config)


def engine(name: str, config: Mapping[str, Any]) -> Engine:
    """Open an engine by name.

    An engine is a module `idlock.engines.<name>.engine` with a function
    ``engine(config)``; it is imported only here, so a run pays for none it
    does not use.

    Raises:
        ValueError: the name is unknown.
    """
    if name not in ENGINES:
        raise ValueError(f"unknown engine {name!r}; there are {', '.join(ENGINES)}")
    return importlib.import_module(f"idlock.engines.{name}.engine").engine(config)
