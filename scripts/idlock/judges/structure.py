"""Was the face itself changed: spacing and shape of the eyes, nose, jaw?"""

from collections.abc import Mapping

from idlock.faces import structure
from idlock.judges import Case, Value


class Structure:
    """How far the build of the face lies from the source photo's, pose and expression apart."""

    columns = tuple(f"structure_{part}" for part in ("eye_spacing", "eye_shape", "nose", "jaw"))

    def measure(self, case: Case) -> Mapping[str, Value]:
        """See `idlock.judges.Judge`."""
        found = structure.drift(case.picture.landmarks, case.source.landmarks)
        return {column: getattr(found, column[len("structure_") :]) for column in self.columns}
