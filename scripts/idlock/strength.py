"""Beside the flow, strength: how far an expression can go before it is another person.

For people who want as much expression as identity allows: the configured presets
are driven up, person by person, to where the judge's line is crossed. It works
with any engine that takes sliders, and measures as the judge stage does.
"""

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import asdict
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd

from idlock import embed, engines, faces, generate, identity, judges
from idlock.expression import presets, readback, reading, strength
from idlock.identity import lines, references
from idlock.store import units
from idlock.store.files import whole_file

STAGE = "strength"
COLUMNS = ["identity", "expression", "intensity", "read", "drift", "locked", "largest", "bounded"]


def batch(
    upstream: Mapping[str, Sequence[Path]], config: Mapping[str, Any], code: str, record: Path
) -> None:
    """Find the strengths of everybody in a batch.

    Args:
        upstream: batch records ``prepared`` and ``embedded``.
        config: the checked configuration; ``strength`` names the presets.
        code: digest of the code at work.
        record: the batch record to write.
    """
    results = Path(config["results"])
    people, embedded = units.read(upstream["prepared"]), units.made(upstream["embedded"])
    known = presets.load(config["presets"])
    wanted = {name: known[name] for name in config["strength"]}
    engine = engines.engine(config["generate"]["engines"][0], config)
    recogniser = identity.recogniser(config["judge"], config["models"], config["device"])
    line = lines.of(config, "judge").drift
    keys = {
        slug: units.key(
            code=code,
            wanted=wanted,
            line=line,
            engine=[engine.name, dict(engine.settings)],
            prepared=units.content(people[slug]),
            embedded=units.content(embedded[slug]),
        )
        for slug in embedded
    }

    def work(slug: str) -> units.Outcome:
        facts = people[slug]["facts"]
        source, _ = generate.source(results, slug, facts)
        reference = references.read(embed.reference_path(results, "judge", slug)).vector
        anchor = results / "prepared" / slug / f"{facts['anchor']}.png"
        rest = judges.Look(*embed.looked_at(anchor))
        found = {}
        for name, sliders in wanted.items():
            made = looks(engine, source, name, sliders)
            drift, read = measures(recogniser, reference, rest, sliders)
            most = strength.most(sliders)
            found[name] = asdict(strength.bounded(made, drift, read, line, most))
        return units.Outcome(facts={"identity": facts["identity"], "strengths": _plain(found)})

    units.stage(STAGE, config).complete(keys, work, record)


def looks(
    engine: engines.Engine, source: engines.Source, name: str, sliders: Mapping[str, float]
) -> Callable[[float], judges.Look | None]:
    """Return what makes the picture of an intensity and looks for its face, None for none."""

    def look(intensity: float) -> judges.Look | None:
        request = engines.Request(name, strength.scaled(sliders, intensity), index=0, seed=0)
        (picture,) = engine.pictures(source, [request])
        try:
            return judges.Look(picture.image, faces.landmarks(picture.image))
        except faces.NoFace:
            return None

    return look


def measures(
    recogniser: identity.Recogniser,
    reference: np.ndarray,
    rest: judges.Look,
    sliders: Mapping[str, float],
) -> tuple[Callable[[judges.Look | None], float], Callable[[judges.Look | None], float]]:
    """Return what measures a picture's drift, and how much of the preset it shows."""

    def drift(look: judges.Look | None) -> float:
        if look is None:
            return float("nan")
        return float(references.drift(recogniser.embed(look.image, look.landmarks), reference))

    def read(look: judges.Look | None) -> float:
        if look is None:
            return float("nan")
        return readback.intensity(reading.sliders(look.face, rest.face), sliders)

    return drift, read


def table(records: Sequence[Path], target: Path) -> None:
    """Write every picture tried, a row each, with what was found: `COLUMNS`."""
    with whole_file(target) as path:
        frame = pd.DataFrame(_rows(units.read(records)), columns=COLUMNS)
        frame.to_csv(path, index=False, float_format="%.6g")


def _rows(records: Mapping[str, Any]) -> Iterator[dict[str, Any]]:
    for record in records.values():
        for name, found in record["facts"].get("strengths", {}).items():
            for point in found["curve"]:
                yield {
                    "identity": record["facts"]["identity"],
                    "expression": name,
                    **point,
                    "largest": found["intensity"],
                    "bounded": found["bounded"],
                }


def _plain(found: Any) -> Any:
    """Return ``found`` with None for NaN, which JSON does not know."""
    if isinstance(found, Mapping):
        return {key: _plain(value) for key, value in found.items()}
    if isinstance(found, list | tuple):
        return [_plain(value) for value in found]
    return None if isinstance(found, float) and np.isnan(found) else found
