"""Pictures to take styles from: a folder's photos, or people of the synthetic cast."""

from collections.abc import Sequence
from pathlib import Path

import numpy as np

from idlock import faces
from idlock.engines.stargan import castset, settings
from idlock.engines.stargan.frames import Frame
from idlock.faces import align
from idlock.photos.decode import decode
from idlock.problems import BadInput

# Of the cast, people whom no model is trained on or measured with.
PEOPLE = range(800, 900)
MAX_MEGAPIXELS = 100


class References:
    """Chooses a picture of a domain by a seed.

    Args:
        folder: holds a folder of photos for every domain; None for the cast.
        domains: names.
        frame: the part of a prepared picture to show.
        size: px.
    """

    def __init__(self, folder: Path | None, domains: Sequence[str], frame: Frame, size: int):
        self._folder, self._domains = folder, domains
        self._frame, self._size = frame, size

    def picture(self, domain: int, seed: int) -> tuple[np.ndarray, str]:
        """Return a (size, size, 3) uint8 picture of a domain, and what it is called.

        Raises:
            BadInput: the photo cannot be used.
        """
        name = self._domains[domain]
        if self._folder is None:
            person = PEOPLE[seed % len(PEOPLE)]
            shot = seed // len(PEOPLE) % len(castset.LEVELS)
            made = castset.pictures([person], [name], self._frame, self._size, [shot])
            return made["images"][0], f"cast:{person}/{name}/{shot}"
        photos = settings.files(self._folder / name)
        path = photos[seed % len(photos)]
        return prepared(path, self._frame, self._size), f"{name}/{path.name}"


def prepared(path: Path, frame: Frame, size: int) -> np.ndarray:
    """Return what a network sees of a photo, (size, size, 3) uint8.

    Raises:
        BadInput: the photo cannot be read, or shows no face.
    """
    photo = decode(path, MAX_MEGAPIXELS)
    try:
        landmarks = faces.landmarks(photo.rgb)
    except faces.NoFace as error:
        raise BadInput(f"{path.name}: {error}", "take another photo, or leave it out") from None
    return frame.cut(align.align(photo.rgb, landmarks).rgb, size)
