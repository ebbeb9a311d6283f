"""The colour of hairs: pigment, and the grey ones among them."""

import numpy as np

from idlock.cast.compiled import compiled
from idlock.cast.fields import rise
from idlock.cast.people import Person

SILVER = np.array([0.42, 0.41, 0.39], np.float32)
_NOT_GREY = 0.01  # share of grey hairs under which none is drawn


def hair_colour(person: Person, grain: np.ndarray) -> np.ndarray:
    """Linear RGB (..., 3) float32 of hair.

    Args:
        person: whose.
        grain: (...) noise of deviation 1 that stays the same along a strand.
    """
    base = np.asarray(person.hair.colour, np.float32)
    flat = np.ascontiguousarray(grain, np.float32).ravel()
    return _coloured(flat, base, float(person.hair.grey)).reshape(*np.shape(grain), 3)


@compiled
def _coloured(grain, base, share):
    colour = np.empty((len(grain), 3), np.float32)
    for i in range(len(grain)):
        grey = greyness(grain[i], share)
        for k in range(3):
            colour[i, k] = base[k] + (SILVER[k] - base[k]) * grey
    return colour


@compiled
def greyness(grain, share):
    """How grey a strand is, 0..1, where ``share`` of all are; for compiled loops."""
    if share < _NOT_GREY:
        return 0.0
    # Hairs turn one by one, but at a distance they mix.
    return 0.45 * rise(grain, 2.2 - 4.4 * share, 3.4 - 4.4 * share) + 0.55 * share


def brow_colour(person: Person) -> np.ndarray:
    """Linear RGB (3,) of the brows: they grey late and are seldom as pale as the hair."""
    base = np.asarray(person.hair.colour, np.float32)
    base = (
        base * np.float32(min(0.8, 0.085 / float(base.max()))) * np.float32(1.0 + person.brows.pale)
    )
    return base + (SILVER * np.float32(0.55) - base) * np.float32(0.6 * person.hair.grey**2)
