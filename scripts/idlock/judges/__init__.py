"""Judges turn a picture into score columns; none knows which engine made it."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from functools import cached_property
from typing import Any, Protocol

import numpy as np

from idlock.expression import reading
from idlock.faces import shape
from idlock.identity.references import Reference
from idlock.judges import crops
from idlock.perceptual import ALEXNET, find

Value = float | str | bool | None


@dataclass(frozen=True, eq=False)
class Look:
    """A picture as judges see it; what several of them need is worked out once.

    Attributes:
        image: (H, W, 3) or (H, W, 4) uint8 sRGB.
        landmarks: (68, 2) px, found in it.
        vectors: the face's identity vector (d,) by role, ``judge`` and perhaps
            ``second_judge``.
    """

    image: np.ndarray
    landmarks: np.ndarray
    vectors: Mapping[str, np.ndarray] = field(default_factory=dict)

    @cached_property
    def rgb(self) -> np.ndarray:
        """(H, W, 3) uint8, a cut-out laid on grey."""
        return shape.opaque(self.image)

    @cached_property
    def face(self) -> reading.Face:
        """What the face says of its expression."""
        return reading.look(self.rgb, self.landmarks)

    @cached_property
    def crop(self) -> crops.Crop:
        """The face brought to a common place and size."""
        return crops.cropped(self.rgb, self.landmarks)


@dataclass(frozen=True, eq=False)
class Case:
    """A picture to judge.

    Attributes:
        picture: the picture.
        source: the prepared photo it was made from, looked at the same way.
        photos: all prepared photos of the person.
        references: by role, ``judge`` and perhaps ``second_judge``.
        anchor: name of the source among the references' photos.
        expression: name of the preset asked for; None for a real photo.
        sliders: what was asked of the engine in this variant, where it says so.
    """

    picture: Look
    source: Look
    photos: Sequence[Look]
    references: Mapping[str, Reference]
    anchor: str
    expression: str | None
    sliders: Mapping[str, float] | None = None


class Judge(Protocol):
    """Measures pictures."""

    columns: tuple[str, ...]

    def measure(self, case: Case) -> Mapping[str, Value]:
        """Return a value per column; None where it cannot be measured."""


def panel(config: Mapping[str, Any]) -> list[Judge]:
    """Open all judges of a run."""
    # imported here because judges build on the interface above
    from idlock.judges import (  # noqa: PLC0415
        blendshapes,
        copying,
        emotion,
        expression,
        identity,
        perceptual,
        quality,
        skin,
        structure,
    )

    models, own = config["models"], config["expression_classifier"]
    shapes = blendshapes.file(models)
    return [
        *(identity.Identity(role, config[role]) for role in identity.ROLES if config[role]),
        copying.Copying(),
        expression.Expression(config["presets"], config["generate"]["expressions"]),
        *([blendshapes.Blendshapes(shapes)] if shapes else []),
        *([emotion.Emotion(own, models)] if own else []),
        structure.Structure(),
        skin.Skin(),
        quality.Quality(),
        *([perceptual.Perceptual(models)] if find(models, ALEXNET) else []),
    ]
