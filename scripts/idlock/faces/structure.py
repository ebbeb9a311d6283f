"""The build of a face, told apart from what it does: landmarks less pose and expression.

Landmarks are laid over each other by a similarity (Procrustes) on the points of
nose and eye corners, which expressions hardly move. What pose and expression
move nevertheless is taken out as directions: the first principal components of
how the landmarks of one person differ from picture to picture, fitted on the
synthetic cast (`bench/fit/structure.py`).
"""

from dataclasses import dataclass
from functools import cache

import numpy as np

from idlock.faces import shape
from idlock.paths import RESOURCES
from idlock.store.files import read_json

FILE = RESOURCES / "faces" / "structure.json"
RIGID = (*range(27, 36), 36, 39, 42, 45)
EYES = (shape.LEFT_EYE, shape.RIGHT_EYE)
PARTS = {"nose": slice(27, 36), "jaw": shape.JAW}


@dataclass(frozen=True)
class Drift:
    """How far two faces differ in build, in distances between the eyes (RMS over points).

    Attributes:
        eye_spacing: change of the distance between the eyes, over it.
        eye_shape: outline of the eyes, each about its own centre.
        nose, jaw: bridge and nostrils, contour from ear to ear.
    """

    eye_spacing: float
    eye_shape: float
    nose: float
    jaw: float


def drift(picture: np.ndarray, source: np.ndarray) -> Drift:
    """Compare the build of two faces by their (68, 2) landmarks, px."""
    own, reference = normalised(picture), normalised(source)
    between = reference[EYES[1]].mean() - reference[EYES[0]].mean()
    change = (own - reference) / abs(between)
    modes, used = _modes()
    left = {name: _without(change, modes[:, :count]) for name, count in used.items()}
    spacing = left["eye_spacing"]
    outlines = [left["eye_shape"][eye] for eye in EYES]
    return Drift(
        eye_spacing=float(abs((spacing[EYES[1]].mean() - spacing[EYES[0]].mean()).real)),
        eye_shape=_rms(np.concatenate([outline - outline.mean() for outline in outlines])),
        **{part: _rms(left[part][where]) for part, where in PARTS.items()},
    )


def normalised(landmarks: np.ndarray) -> np.ndarray:
    """Return (68,) complex points: level, the rigid ones about 0 with RMS distance 1."""
    points = landmarks @ np.array([1, 1j])
    across = points[45] - points[36]
    points = (points - points[list(RIGID)].mean()) * np.conj(across)
    return points / np.sqrt(np.mean(np.abs(points[list(RIGID)]) ** 2))


def _without(change: np.ndarray, modes: np.ndarray) -> np.ndarray:
    """Return a (68,) complex change less its part along (136, k) orthonormal modes."""
    flat = np.concatenate([change.real, change.imag])
    flat = flat - modes @ (modes.T @ flat)
    return flat[:68] + 1j * flat[68:]


def _rms(points: np.ndarray) -> float:
    return float(np.sqrt(np.mean(np.abs(points) ** 2)))


@cache
def _modes() -> tuple[np.ndarray, dict[str, int]]:
    """Return (136, k) orthonormal directions, the largest first, and how many a part uses."""
    content = read_json(FILE)
    modes, _ = np.linalg.qr(np.array(content["modes"]))  # digits were cut off in the file
    return modes, content["used"]
