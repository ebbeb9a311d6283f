"""Pictures of the cast that the StarGAN fits share, drawn once and kept."""

import tempfile
from collections.abc import Iterable
from pathlib import Path

import numpy as np

from idlock.engines.stargan import castset
from idlock.engines.stargan.collection import Collection
from idlock.engines.stargan.frames import FRAMES
from idlock.engines.stargan.settings import EXPRESSIONS

SIZE = 64  # px
KEPT = Path(tempfile.gettempdir()) / "idlock-stargan-cast"


def of(people: Iterable[int], folder: Path = KEPT) -> Collection:
    """Return the pictures of these people; what is not kept in ``folder`` is drawn."""
    folder.mkdir(parents=True, exist_ok=True)
    parts = []
    for person in people:
        path = folder / f"{person}.npz"
        if not path.is_file():
            np.savez(path, **castset.pictures([person], EXPRESSIONS, FRAMES["face"], SIZE))
        with np.load(path) as arrays:
            parts.append({name: arrays[name] for name in arrays})
    return castset.collection(parts, EXPRESSIONS)
