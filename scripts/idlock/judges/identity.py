"""Is it still the same person? The drift from their reference, by one recogniser."""

from collections.abc import Mapping
from functools import cached_property

import numpy as np

from idlock import identity
from idlock.identity.references import drift
from idlock.judges import Case, Value

COLUMNS = {
    "judge": ("judge", "drift", "drift_nearest"),
    "second_judge": ("second_judge", "second_drift", "second_drift_nearest"),
}


class Identity:
    """The cosine distance of a picture's vector to the person's reference and nearest photo."""

    def __init__(self, role: str, name: str, models: str, device: str):
        self.role = role
        self.columns = COLUMNS[role]
        self._opening = (name, models, device)

    @cached_property
    def _recogniser(self) -> identity.Recogniser:
        return identity.recogniser(*self._opening)

    def measure(self, case: Case) -> Mapping[str, Value]:
        """See `idlock.judges.Judge`."""
        reference = case.references[self.role]
        vector = self._recogniser.embed(case.picture.image, case.picture.landmarks)
        nearest = float(np.min(drift(vector, reference.photos)))
        values = (self._recogniser.name, float(drift(vector, reference.vector)), nearest)
        return dict(zip(self.columns, values, strict=True))
