"""Judges turn a picture into score columns; none knows which engine made it."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Protocol

import numpy as np

from idlock.identity.references import Reference

Value = float | str | bool | None


@dataclass(frozen=True)
class Look:
    """A picture as a judge sees it: (H, W, 4) uint8 and the (68, 2) landmarks found in it, px."""

    image: np.ndarray
    landmarks: np.ndarray


@dataclass(frozen=True)
class Case:
    """A picture to judge.

    Attributes:
        picture: the picture.
        source: the prepared photo it was made from, looked at the same way.
        references: by role, ``judge`` and perhaps ``second_judge``.
        expression: name of the preset asked for.
    """

    picture: Look
    source: Look
    references: Mapping[str, Reference]
    expression: str


class Judge(Protocol):
    """Measures pictures."""

    columns: tuple[str, ...]

    def measure(self, case: Case) -> Mapping[str, Value]:
        """Return a value per column; None where it cannot be measured."""


def panel(config: Mapping[str, Any]) -> list[Judge]:
    """Open all judges of a run."""
    # imported here because judges build on the interface above
    from idlock.judges import expression, identity, quality  # noqa: PLC0415

    roles = [role for role in ("judge", "second_judge") if config[role]]
    return [
        *(
            identity.Identity(role, config[role], config["models"], config["device"])
            for role in roles
        ),
        expression.Expression(config["presets"], config["generate"]["expressions"]),
        quality.Quality(),
    ]
