"""Did the expression asked for appear? Read back from the face, without trusting the engine."""

import math
from collections.abc import Mapping, Sequence

from idlock.expression import presets, readback, response
from idlock.judges import Case, Value

READABLE = tuple(dict.fromkeys(name for name, _ in response.SIDES))


class Expression:
    """The preset that a face's change from its source looks most like, among those of the run."""

    columns = (
        "expression_asked",
        "expression_read",
        "expression_hit",
        "expression_intensity",
        *(f"read_{slider}" for slider in READABLE),
    )

    def __init__(self, preset_file: str | None, names: Sequence[str]):
        known = presets.load(preset_file)
        # the untouched face is always a possible answer
        self._presets = {"neutral": {}} | {name: known[name] for name in names}

    def measure(self, case: Case) -> Mapping[str, Value]:
        """See `idlock.judges.Judge`."""
        change = case.picture.features - case.source.features
        found = readback.nearest(change, self._presets)
        intensity = readback.intensity(change, self._presets[case.expression])
        return {
            "expression_asked": case.expression,
            "expression_read": found,
            "expression_hit": found == case.expression,
            "expression_intensity": None if math.isnan(intensity) else intensity,
            **{f"read_{name}": value for name, value in readback.sliders(change).items()},
        }
