"""The identity vectors of a person's pictures, kept so that people can be compared."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from idlock.identity import Recogniser
from idlock.judges import Look
from idlock.store.files import whole_file


@dataclass(frozen=True)
class Vectors:
    """The vectors of a person's pictures.

    Attributes:
        pictures: (n,) paths below the results folder.
        by_role: role -> (n, d) float32; a row of NaN where no face was found.
    """

    pictures: np.ndarray
    by_role: Mapping[str, np.ndarray]


def path(results: Path, slug: str) -> Path:
    """Where the vectors of a person's pictures lie."""
    return results / "vectors" / f"{slug}.npz"


def write(
    path: Path,
    pictures: Sequence[str],
    looks: Sequence[Look | None],
    recognisers: Mapping[str, Recogniser],
) -> None:
    """Write the vectors of ``looks``, None standing for a picture without a face."""
    arrays = {}
    for role in recognisers:
        size = next((len(look.vectors[role]) for look in looks if look), 0)
        none = np.full(size, np.nan, np.float32)
        rows = [look.vectors[role] if look else none for look in looks]
        arrays[role] = np.array(rows, np.float32).reshape(len(looks), size)
    with whole_file(path) as temporary, temporary.open("wb") as file:
        np.savez(file, pictures=np.array(pictures, str), **arrays)


def read(path: Path) -> Vectors:
    """Read the vectors of a person's pictures."""
    with np.load(path, allow_pickle=False) as arrays:
        return Vectors(
            arrays["pictures"], {role: arrays[role] for role in arrays if role != "pictures"}
        )
