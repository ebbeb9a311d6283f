"""Which preset a face seems to have been moved by, and how strongly.

What is compared are sliders read from the face (`idlock.expression.reading`),
relative to the same person's own source picture, so neither the engine's word
nor the shape of a resting face counts. Sliders are weighed by how surely they
are read.
"""

from collections.abc import Mapping
from functools import cache

import numpy as np

from idlock.expression import reading
from idlock.store.files import read_json

# The strengths at which a preset is held against a face: one that moved less than
# half-way to the weakest has stayed as it was. How the weakest was chosen: docs/measured-judges.md.
WEAKEST, STRONGEST = 0.5, 1.5


def intensity(sliders: Mapping[str, float], preset: Mapping[str, float]) -> float:
    """Return how much of a preset lies in sliders, asked or read: 0 nothing, 1 all.

    NaN for a preset that moves nothing that is read.
    """
    return _strength(_weighed(sliders), _weighed(preset))


def nearest(sliders: Mapping[str, float], presets: Mapping[str, Mapping[str, float]]) -> str:
    """Return the preset that leaves least of the sliders unexplained, at the strength it shows."""
    read = _weighed(sliders)

    def unexplained(name: str) -> float:
        preset = _weighed(presets[name])
        strength = np.clip(_strength(read, preset), WEAKEST, STRONGEST) if preset.any() else 0.0
        return float(np.linalg.norm(read - strength * preset))

    return min(presets, key=unexplained)


def _strength(read: np.ndarray, preset: np.ndarray) -> float:
    length = float(preset @ preset)
    return float(read @ preset) / length if length else float("nan")


def _weighed(sliders: Mapping[str, float]) -> np.ndarray:
    """Return sliders in units of the error with which they are read."""
    return _weighing() @ np.array([sliders.get(name, 0.0) for name in reading.READABLE])


@cache
def _weighing() -> np.ndarray:
    """Return the matrix that makes the errors of a reading independent and of size 1."""
    covariance = np.array(read_json(reading.FACTS)["covariance"])
    return np.linalg.cholesky(np.linalg.inv(covariance)).T
