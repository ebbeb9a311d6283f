"""Beside the run, calibrate: lines of the judges from the real photos of its own people.

``snakemake calibrate`` needs the photos alone; no picture is made for it.
"""

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

from idlock import __version__, embed
from idlock.identity import calibration, references
from idlock.problems import InvalidInput
from idlock.store import units
from idlock.store.files import write_json


def collect(
    embedded: Sequence[Path], config: Mapping[str, Any], outputs: Mapping[str, Path]
) -> None:
    """Write a calibration per judge.

    Args:
        embedded: batch records of the embed stage.
        config: the checked configuration.
        outputs: by role, ``judge`` and perhaps ``second_judge``, where to.

    Raises:
        InvalidInput: the set is too small to say anything.
    """
    results = Path(config["results"])
    slugs = list(units.made(embedded))
    for role, output in outputs.items():
        known = {s: references.read(embed.reference_path(results, role, s)) for s in slugs}
        try:
            write_json(output, content(known, str(config["identities"])))
        except ValueError as error:
            raise InvalidInput([f"{role} {config[role]} cannot be calibrated: {error}"]) from None


def content(known: Mapping[str, references.Reference], measured_on: str) -> dict[str, Any]:
    """Return the calibration file of one recogniser.

    Args:
        known: the references of a set of people, by slug.
        measured_on: what the set is.
    """
    photos = {slug: reference.photos for slug, reference in known.items()}
    count = sum(len(vectors) for vectors in photos.values())
    first = next(iter(known.values()), None)
    distances = calibration.pairs(photos) if photos else None
    if first is None or distances is None:
        raise ValueError("there is nobody with a usable photo")
    return {
        "recogniser": first.name,
        "versions": [first.version],
        "distance": f"cosine distance of the {photos[next(iter(photos))].shape[1]}-D vectors",
        **calibration.measured(distances),
        "leave_one_out": calibration.measured(calibration.leave_one_out(photos)),
        "measured_on": f"{measured_on}: {len(photos)} people, {count} photos",
        "people": len(photos),
        "people_with_two_photos": sum(len(vectors) > 1 for vectors in photos.values()),
        "photos": count,
        "set": units.key(photos={s: r.names.tolist() for s, r in sorted(known.items())}),
        "source": f"measured by idlock {__version__}, snakemake calibrate",
        "method": "lines: all pairs of single photos; leave_one_out: every photo against the mean "
        "of the person's others, and everybody else's mean; a line is the largest impostor "
        "distance at which no more than the rate of its name is accepted, eer where both error "
        "rates meet; intervals of 95 % by bootstrap over people",
    }
