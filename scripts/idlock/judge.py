"""Stage 5, judge: every picture is measured, whichever engine made it."""

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

from idlock import embed, faces, judges
from idlock.identity import references
from idlock.problems import BadInput
from idlock.store import pictures, units
from idlock.store.files import read_json
from idlock.store.ledger import Failure

STAGE = "judge"


def batch(
    upstream: Mapping[str, Sequence[Path]], config: Mapping[str, Any], code: str, record: Path
) -> None:
    """Judge all pictures of everybody in a batch.

    Args:
        upstream: batch records: ``prepared``, ``embedded``, and ``generated``
            by all engines.
        config: the checked configuration.
        code: digest of the code at work.
        record: the batch record to write.
    """
    results = Path(config["results"])
    prepared, embedded = units.read(upstream["prepared"]), units.read(upstream["embedded"])
    generated = [units.read([path]) for path in upstream["generated"]]
    opened = judges.panel(config)
    keys = {
        slug: units.key(
            code=code,
            prepared=units.content(prepared[slug]),
            embedded=units.content(embedded[slug]),
            generated=[units.content(made[slug]) for made in generated if slug in made],
            expressions=config["generate"]["expressions"],
        )
        for slug in embedded
    }

    def work(slug: str) -> units.Outcome:
        made = [results / name for of_engine in generated for name in of_engine[slug]["outputs"]]
        facts = prepared[slug]["facts"]
        return judge_person(slug, facts, [p for p in made if p.suffix == ".png"], opened, config)

    units.stage(STAGE, config).complete(keys, work, record)


def judge_person(
    slug: str,
    facts: Mapping[str, Any],
    made: Sequence[Path],
    opened: Sequence[judges.Judge],
    config: Mapping[str, Any],
) -> units.Outcome:
    """Measure one person's pictures; the measurements are facts of the record."""
    results = Path(config["results"])
    source = judges.Look(*embed.looked_at(results / "prepared" / slug / f"{facts['anchor']}.png"))
    known = {
        role: references.read(embed.reference_path(results, role, slug))
        for role in ("judge", "second_judge")
        if config[role]
    }
    rows, failures = [], []
    for path in sorted(made):
        about = read_json(path.with_suffix(".json"))
        row: dict[str, Any] = {
            "identity": facts["identity"],
            "engine": about["engine"],
            "expression": about["expression"],
            "seed": about["seed"],
            "picture": path.relative_to(results).as_posix(),
            "source": facts["anchor"],
        }
        try:
            look = _look(path)
        except BadInput as error:
            reason = f"{row['picture']}: {error.reason}"
            failures.append(
                Failure(facts["identity"], facts["anchor"], STAGE, reason, error.advice)
            )
        else:
            case = judges.Case(look, source, known, about["expression"])
            for judge in opened:
                row |= judge.measure(case)
        rows.append(row)
    return units.Outcome(failures=failures, facts={"rows": rows})


def _look(path: Path) -> judges.Look:
    """Read a picture and find its face anew, as if nobody had said where it is."""
    image = pictures.read(path)
    return judges.Look(image, faces.landmarks(image))
