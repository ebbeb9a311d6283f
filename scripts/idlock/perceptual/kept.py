"""The features of a person's photos and pictures, kept until whole sets are compared."""

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from idlock.judges import Look
from idlock.perceptual.inception import Features
from idlock.store.files import whole_file


@dataclass(frozen=True)
class Kept:
    """Features of face crops.

    Attributes:
        photos: (m, 2048) float32.
        pictures: (n, 2048) float32.
        engines: (n,) which engine made each.
    """

    photos: np.ndarray
    pictures: np.ndarray
    engines: np.ndarray


def path(results: Path, slug: str) -> Path:
    """Where the features of a person lie."""
    return results / "features" / f"{slug}.npz"


def write(
    path: Path,
    features: Features,
    photos: Sequence[Look],
    pictures: Sequence[Look],
    engines: Sequence[str],
) -> None:
    """Take the features of the face crops of photos and pictures."""
    with whole_file(path) as temporary, temporary.open("wb") as file:
        np.savez(
            file,
            photos=features.of([look.crop.rgb for look in photos]),
            pictures=features.of([look.crop.rgb for look in pictures]),
            engines=np.array(engines, str),
        )


def read(path: Path) -> Kept:
    """Read what `write` wrote."""
    with np.load(path, allow_pickle=False) as arrays:
        return Kept(arrays["photos"], arrays["pictures"], arrays["engines"])
