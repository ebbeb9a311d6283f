"""Reading an expression back: which preset, which sliders a face seems to have been moved by.

The reading is relative to the same person's own source picture, looked at in
the same way, so neither the engine's word nor the shape of a resting face
counts. A change of features is explained by sliders as far as the synthetic
cast says how faces answer to them (`response`); what it leaves unexplained is
weighed by how much is usually left.
"""

from collections.abc import Mapping

import numpy as np
from scipy.optimize import nnls

from idlock.expression import response

# A preset has to show at this strength at least to be the one that is read;
# weaker, the face has stayed as it was. Beyond the upper end it is not more so.
WEAKEST, STRONGEST = 0.3, 1.5
# Sliders are believed to lie about this far from rest, as a share of their end.
USUAL = 0.35


def sliders(change: np.ndarray) -> dict[str, float]:
    """Return the sliders that best explain a change of features.

    Least squares under the noise's covariance with a normal prior on each
    side of each slider, none of them negative (Lawson and Hanson 1974).

    Args:
        change: (features,) of the picture less those of the source.

    Returns:
        Slider -> value in its own unit, gaze left out.
    """
    weigh = _weighing()
    moves = weigh @ response.model().moves
    prior = np.eye(moves.shape[1]) / USUAL
    rest = np.zeros(moves.shape[1])
    shares, _ = nnls(np.vstack([moves, prior]), np.concatenate([weigh @ change, rest]))
    return response.sliders(shares)


def intensity(change: np.ndarray, preset: Mapping[str, float]) -> float:
    """Return how much of a preset shows in a change: 0 nothing, 1 all, NaN if it moves nothing."""
    return _strength(_weighing() @ change, _seen(preset))


def amount(sliders: Mapping[str, float], preset: Mapping[str, float]) -> float:
    """Return how much of a preset lies in sliders, measured as `intensity` is; NaN as there."""
    return _strength(_seen(sliders), _seen(preset))


def nearest(change: np.ndarray, presets: Mapping[str, Mapping[str, float]]) -> str:
    """Return the preset that leaves least of a change unexplained, at the strength it shows."""
    weighed = _weighing() @ change

    def unexplained(name: str) -> float:
        preset = _seen(presets[name])
        strength = np.clip(_strength(weighed, preset), WEAKEST, STRONGEST) if preset.any() else 0.0
        return float(np.linalg.norm(weighed - strength * preset))

    return min(presets, key=unexplained)


def _strength(weighed: np.ndarray, preset: np.ndarray) -> float:
    length = float(preset @ preset)
    return float(weighed @ preset) / length if length else float("nan")


def _seen(preset: Mapping[str, float]) -> np.ndarray:
    """What a preset should change, in units of noise."""
    return _weighing() @ response.model().moves @ response.sides(dict(preset))


def _weighing() -> np.ndarray:
    """Return the matrix that turns a change of features into units of noise."""
    return np.linalg.cholesky(np.linalg.inv(response.model().covariance)).T
