"""Did the expression asked for appear? Read back from the face, without trusting the engine."""

import math
from collections.abc import Mapping, Sequence

from idlock.expression import action_units, presets, readback, reading
from idlock.expression.sliders import SLIDERS
from idlock.judges import Case, Value

ASKED = 0.1  # share of a slider's end, below which no direction was asked for


class Expression:
    """What the face's change from its source looks like: a preset, sliders, action units."""

    columns = (
        *("expression_asked", "expression_read", "expression_hit"),
        *("intensity_asked", "expression_intensity", "sign_agreement"),
        *(f"read_{slider}" for slider in reading.READABLE),
        *action_units.MEANING,
    )

    def __init__(self, preset_file: str | None, names: Sequence[str]):
        known = presets.load(preset_file)
        # the untouched face is always a possible answer
        self._presets = {"neutral": {}} | {name: known[name] for name in names}

    def measure(self, case: Case) -> Mapping[str, Value]:
        """See `idlock.judges.Judge`."""
        picture, rest = case.picture.face, case.source.face
        change = picture.features - rest.features
        read = reading.sliders(picture, rest)
        values = {
            "expression_read": readback.nearest(read, self._presets),
            **{f"read_{name}": value for name, value in read.items()},
            **action_units.estimated(change),
        }
        if case.expression is None:
            return {column: values.get(column) for column in self.columns}
        preset = self._presets[case.expression]
        asked = preset if case.sliders is None else case.sliders
        return values | {
            "expression_asked": case.expression,
            "expression_hit": values["expression_read"] == case.expression,
            "intensity_asked": _or_none(readback.intensity(asked, preset)),
            "expression_intensity": _or_none(readback.intensity(read, preset)),
            "sign_agreement": sign_agreement(asked, read),
        }


def sign_agreement(asked: Mapping[str, float], read: Mapping[str, float]) -> float | None:
    """Share of the sliders asked for that were read back in the direction asked.

    Weighted by how far each was asked, as a share of its end. Sliders at less
    than a tenth of it, and the gaze, which is not read, do not count; None
    where none is left.
    """
    shares = {name: SLIDERS[name].normalised(asked[name]) for name in asked if name in read}
    counted = {name: share for name, share in shares.items() if abs(share) >= ASKED}
    if not counted:
        return None
    right = sum(abs(share) for name, share in counted.items() if share * read[name] > 0)
    return right / sum(map(abs, counted.values()))


def _or_none(value: float) -> float | None:
    return None if math.isnan(value) else value
