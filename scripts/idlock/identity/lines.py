"""Lines: the largest drift at which two faces still count as one person.

A line belongs to one recogniser and was measured on some set of people; both
stand in its file (`resources/calibration/<recogniser>.json`). A recogniser of
one's own brings its file along, beside its model: `<name>.calibration.json`.
``snakemake calibrate`` measures such a file on the people of a run, and the
config's ``calibration`` names a folder of them that goes before the shipped ones.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from json import JSONDecodeError
from pathlib import Path
from typing import Any

from idlock.identity import recognisers
from idlock.paths import RESOURCES
from idlock.store.files import read_json

# The well-known cosine 0.18. It is no recogniser's own: dlib accepts 75.8 % of
# strangers at it, ArcFace-style networks reject most second photos of the same
# person. It is meant for edits of one and the same photo.
SAME_PHOTO = "same-photo-0.18"


@dataclass(frozen=True)
class Line:
    """A line and where it comes from.

    Attributes:
        recogniser: the recogniser it belongs to.
        name: such as ``far-1e-3``.
        drift: largest cosine distance that counts as the same person.
        source: where the figure is from, and what it was measured on.
        false_accept_rate, false_reject_rate: shares measured there, where known.
    """

    recogniser: str
    name: str
    drift: float
    source: str
    false_accept_rate: float | None = None
    false_reject_rate: float | None = None


def of(config: Mapping[str, Any], role: str) -> Line:
    """Return the line that a run draws for ``judge`` or ``second_judge``."""
    return line(config[role], config["line"], config["models"], config["calibration"])


def drawn(config: Mapping[str, Any]) -> dict[str, float]:
    """Return the drift of every line that a run draws, by role."""
    roles = (role for role in ("judge", "second_judge") if config[role])
    return {role: of(config, role).drift for role in roles}


def line(
    recogniser: str,
    name: str,
    models: str | Path | None = None,
    own: str | Path | None = None,
) -> Line:
    """Return the line ``name`` of a recogniser.

    Args:
        recogniser: its name.
        name: such as ``far-1e-3``.
        models: the folder of model files.
        own: a folder of calibrations to be preferred to the shipped ones.

    Raises:
        ValueError: it has no such line, or its calibration is for other weights.
    """
    if name == SAME_PHOTO:
        return Line(recogniser, name, 0.18, "preset for edits of the same photo; not calibrated")
    path = _file(recogniser, models, own)
    try:
        calibration = read_json(path)
        known = calibration["lines"]
        _check_version(recogniser, calibration["versions"], models, path)
    except (OSError, KeyError, TypeError, JSONDecodeError) as error:
        raise ValueError(f"{path}: not a calibration ({error!r})") from None
    if name not in known:
        refused = calibration.get("refused", {}).get(name)
        why = f": its set was too small ({refused})" if refused else ""
        there = ", ".join([*known, SAME_PHOTO])
        raise ValueError(
            f"recogniser {recogniser} has no line {name!r} in {path}{why}; there are {there}"
        )
    rates = known[name]
    return Line(
        recogniser=recogniser,
        name=name,
        drift=float(rates["drift"]),
        source=f"{calibration['measured_on']} ({calibration['source']})",
        false_accept_rate=rates.get("false_accept_rate"),
        false_reject_rate=rates.get("false_reject_rate"),
    )


def _file(recogniser: str, models: str | Path | None, own: str | Path | None) -> Path:
    """Find a recogniser's calibration: one's own, the shipped one, or one beside its model."""
    shipped = RESOURCES / "calibration" / f"{recogniser}.json"
    for path in ([Path(own) / f"{recogniser}.json"] if own else []) + [shipped]:
        if path.is_file():
            return path
    beside = recognisers.model_file(recogniser, models).parent / f"{recogniser}.calibration.json"
    if beside.is_file():
        return beside
    raise ValueError(
        f"recogniser {recogniser} has no calibrated line; measure one on your own people with "
        f"line: {SAME_PHOTO} and `snakemake calibrate`, and put it beside its model as "
        f"{beside.name} or name its folder as calibration; or keep line: {SAME_PHOTO}, for edits "
        "of the same photo"
    )


def _check_version(
    recogniser: str, versions: list[str], models: str | Path | None, path: Path
) -> None:
    """Refuse a line measured with other weights of the same name."""
    if not versions:
        return
    version = recognisers.version(recogniser, models)
    if version not in versions:
        raise ValueError(
            f"{path} was measured with other weights of {recogniser} ({', '.join(versions)}) than "
            f"those in the models folder ({version}); give the file its own name and calibration"
        )
