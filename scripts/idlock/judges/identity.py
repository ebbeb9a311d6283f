"""Is it still the same person? And is it more than the photo handed back?"""

from collections.abc import Mapping

import numpy as np

from idlock.identity import references
from idlock.identity.references import Reference, drift
from idlock.judges import Case, Value

SAME = 1e-3  # radians: two vectors nearer than that are one, up to the digits of float32
ROLES = {"judge": "", "second_judge": "second_"}  # role -> what its columns begin with


class Identity:
    """How far a picture's vector lies from the person, by one recogniser."""

    def __init__(self, role: str, name: str):
        prefix = ROLES[role]
        self.role = role
        self.name = name
        self.columns = (
            role,
            *(f"{prefix}{column}" for column in ("drift", "drift_nearest", "copy_paste")),
        )

    def measure(self, case: Case) -> Mapping[str, Value]:
        """See `idlock.judges.Judge`."""
        reference, vector = case.references[self.role], case.picture.vectors[self.role]
        values = (
            self.name,
            float(drift(vector, reference.vector)),
            float(np.min(drift(vector, reference.photos))),
            copy_paste(vector, reference, case.anchor),
        )
        return dict(zip(self.columns, values, strict=True))


def copy_paste(vector: np.ndarray, reference: Reference, anchor: str) -> float | None:
    """Tell a new picture of a person from their photo handed back.

    With g the picture, r the photo it was made from, t the person as their
    other photos show them, and angles in radians::

        (angle(g, t) - angle(g, r)) / angle(t, r)

    1 is the photo itself; 0 lies between photo and person; -1 is the person as
    the other photos show them. WithAnyone (Xu et al. 2025, MultiID-Bench,
    ``copy_geo``) takes one other photo for t, this the mean of all others.

    Args:
        vector: (d,) of the picture.
        reference: the person.
        anchor: name of the photo the picture was made from.

    Returns:
        -1..1 (inside it by the triangle inequality), or None where the person
        has one photo only, or the same one several times.
    """
    own = reference.names == anchor
    if own.all() or not own.any():
        return None
    photo = references.unit(reference.photos[own][0])
    person = references.unit(references.unit(reference.photos[~own]).sum(axis=0))
    apart = angle(person, photo)
    picture = references.unit(vector)
    return (angle(picture, person) - angle(picture, photo)) / apart if apart > SAME else None


def angle(a: np.ndarray, b: np.ndarray) -> float:
    """Angle of two unit vectors, radians, exact for small ones too (Kahan 2006)."""
    return 2.0 * float(np.arctan2(np.linalg.norm(a - b), np.linalg.norm(a + b)))
