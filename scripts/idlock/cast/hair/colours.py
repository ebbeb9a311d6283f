"""The colour of hairs: pigment, and the grey ones among them."""

import numpy as np

from idlock.cast.fields import step
from idlock.cast.people import Person

SILVER = np.array([0.42, 0.41, 0.39], np.float32)


def greyness(person: Person, grain: np.ndarray) -> np.ndarray:
    """Share of grey, 0..1; ``grain`` is noise of deviation 1 that stays the same along a strand."""
    share = person.hair.grey
    if share < 0.01:
        return np.zeros(np.shape(grain), np.float32)
    # Hairs turn one by one, but at a distance they mix.
    single = step(grain, 2.2 - 4.4 * share, 3.4 - 4.4 * share)
    return (0.45 * single + 0.55 * share).astype(np.float32)


def hair_colour(person: Person, grain: np.ndarray) -> np.ndarray:
    """Linear RGB (..., 3) float32 of hair whose strands carry the noise ``grain``."""
    base = np.asarray(person.hair.colour, np.float32)
    return base + (SILVER - base) * greyness(person, grain)[..., None]


def brow_colour(person: Person) -> np.ndarray:
    """Linear RGB (3,) of the brows: they grey late and are seldom as pale as the hair."""
    base = np.asarray(person.hair.colour, np.float32)
    base = (
        base * np.float32(min(0.8, 0.085 / float(base.max()))) * np.float32(1.0 + person.brows.pale)
    )
    return base + (SILVER * np.float32(0.55) - base) * np.float32(0.6 * person.hair.grey**2)
