"""The reference of a person: what all their photos have in common."""

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from idlock.identity.recognisers import Recogniser
from idlock.store.files import whole_file


@dataclass(frozen=True)
class Reference:
    """A person as one recogniser knows them.

    Attributes:
        vector: (d,) float32, length 1: the mean direction of the photos' vectors.
        photos: (n, d) float32, the photos' vectors as the recogniser gives them.
        names: (n,) names of the prepared photos.
        leave_one_out: (n,) drift of each photo to the reference made of the
            others; NaN where there is one photo only.
        name, version: which recogniser.
    """

    vector: np.ndarray
    photos: np.ndarray
    names: np.ndarray
    leave_one_out: np.ndarray
    name: str
    version: str


def unit(vectors: np.ndarray) -> np.ndarray:
    """Scale (..., d) vectors to length 1.

    Raises:
        ValueError: a vector is zero or not finite, so it has no direction.
    """
    vectors = np.asarray(vectors, np.float64)
    lengths = np.linalg.norm(vectors, axis=-1, keepdims=True)
    if not np.all(np.isfinite(lengths)) or np.any(lengths == 0):
        raise ValueError("an identity vector is zero or not finite")
    return vectors / lengths


def drift(vector: np.ndarray, reference: np.ndarray) -> np.ndarray:
    """Cosine distance, 1 - cos, of (..., d) vectors: 0 is the same direction, 2 the opposite."""
    cosine = np.sum(unit(vector) * unit(reference), axis=-1)
    return np.clip(1.0 - cosine, 0.0, 2.0)


def make(
    vectors: np.ndarray, names: Sequence[str], recogniser: Recogniser | Reference
) -> Reference:
    """Make a person's reference from the (n, d) vectors of their photos.

    The mean is taken of directions and scaled to length 1 again, so that a
    photo with a long vector counts no more than another.
    """
    directions = unit(vectors)
    total = directions.sum(axis=0)
    if len(directions) > 1:
        leave_one_out = drift(directions, total - directions)
    else:
        leave_one_out = np.array([np.nan])
    return Reference(
        vector=unit(total).astype(np.float32),
        photos=np.asarray(vectors, np.float32),
        names=np.array(names),
        leave_one_out=leave_one_out.astype(np.float32),
        name=recogniser.name,
        version=recogniser.version,
    )


def without(reference: Reference, name: str) -> Reference:
    """Return the person as their photos other than ``name`` show them."""
    others = reference.names != name
    return make(reference.photos[others], reference.names[others].tolist(), reference)


def write(path: Path, reference: Reference) -> None:
    """Write a reference as ``.npz``, byte-identical for equal content."""
    with whole_file(path) as temporary, temporary.open("wb") as file:
        np.savez(
            file,
            reference=reference.vector,
            photos=reference.photos,
            names=reference.names,
            leave_one_out=reference.leave_one_out,
            recogniser=reference.name,
            version=reference.version,
        )


def read(path: Path) -> Reference:
    """Read a reference."""
    with np.load(path, allow_pickle=False) as arrays:
        return Reference(
            vector=arrays["reference"],
            photos=arrays["photos"],
            names=arrays["names"],
            leave_one_out=arrays["leave_one_out"],
            name=str(arrays["recogniser"]),
            version=str(arrays["version"]),
        )
