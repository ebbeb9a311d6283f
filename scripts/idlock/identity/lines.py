"""Lines: the largest drift at which two faces still count as one person.

A line belongs to one recogniser and was measured on some set of people; both
stand in its file (`resources/calibration/<recogniser>.json`). A recogniser of
one's own brings its file along, beside its model: `<name>.calibration.json`.
"""

from dataclasses import dataclass
from pathlib import Path

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


def line(recogniser: str, name: str, models: str | Path | None = None) -> Line:
    """Return the line ``name`` of a recogniser.

    Raises:
        ValueError: it has no such line, or its calibration is for other weights.
    """
    if name == SAME_PHOTO:
        return Line(recogniser, name, 0.18, "preset for edits of the same photo; not calibrated")
    path = _file(recogniser, models)
    calibration = read_json(path)
    _check_version(recogniser, calibration["versions"], models, path)
    if name not in calibration["lines"]:
        there = ", ".join([*calibration["lines"], SAME_PHOTO])
        raise ValueError(f"recogniser {recogniser} has no line {name!r}; there are {there}")
    rates = calibration["lines"][name]
    return Line(
        recogniser=recogniser,
        name=name,
        drift=float(rates["drift"]),
        source=f"{calibration['measured_on']} ({calibration['source']})",
        false_accept_rate=rates.get("false_accept_rate"),
        false_reject_rate=rates.get("false_reject_rate"),
    )


def _file(recogniser: str, models: str | Path | None) -> Path:
    shipped = RESOURCES / "calibration" / f"{recogniser}.json"
    if shipped.is_file():
        return shipped
    beside = recognisers.model_file(recogniser, models).parent / f"{recogniser}.calibration.json"
    if beside.is_file():
        return beside
    raise ValueError(
        f"recogniser {recogniser} has no calibrated line; put {beside.name} beside its model "
        f"(resources/calibration/dlib.json is an example), or set line to {SAME_PHOTO} for edits "
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
