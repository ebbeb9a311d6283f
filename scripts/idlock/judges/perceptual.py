"""LPIPS of the face to the source photo's, where the user's AlexNet weights are."""

from collections.abc import Mapping
from functools import cached_property
from pathlib import Path

from idlock import perceptual
from idlock.judges import Case, Value


class Perceptual:
    """How different the two faces look, brought to one place; expression is part of it.

    Args:
        models: folder with AlexNet's weights.
    """

    columns = ("lpips",)

    def __init__(self, models: str | Path):
        self._models = models

    def measure(self, case: Case) -> Mapping[str, Value]:
        """See `idlock.judges.Judge`."""
        now, before = (
            self._distance.activations(look.crop.rgb) for look in (case.picture, case.source)
        )
        return {"lpips": self._distance.between(now, before)}

    @cached_property
    def _distance(self):
        return perceptual.distance(self._models)
