"""One page per person: their photos, every picture beside its source, every figure."""

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

from markupsafe import Markup
from pyarrow import parquet

from idlock.identity import lines
from idlock.report import curves, datasets, drifts, html, thumbnails, trainings
from idlock.store import ledger, units
from idlock.store.files import read_json, sha256, write_text

STAGE = "pages"
SCRIPTS = ("columns.js", "fields.js", "selection.js", "table.js", "viewer.js", "person.js")
HIDDEN = ("identity", "picture")  # what the page says once, or need not say

Subject = Mapping[str, Any]


def batch(
    upstream: Mapping[str, Sequence[Path]],
    config: Mapping[str, Any],
    code: str,
    outputs: Mapping[str, Path],
) -> None:
    """Make the pages and small pictures of everybody in a batch.

    Args:
        upstream: batch records ``prepared``, ``embedded`` and, where strengths
            were asked for, ``strength``.
        config: the checked configuration.
        code: digest of the code at work.
        outputs: the batch records to write: ``thumbnails`` and ``record``.
    """
    results = Path(config["results"])
    people = units.read(upstream["prepared"])
    embedded, strong = units.made(upstream["embedded"]), units.read(upstream.get("strength", []))
    subjects = _subjects(results, people, embedded, strong)
    wanted = {slug: _pictures(results, slug, subject) for slug, subject in subjects.items()}
    thumbnails.batch(wanted, config, outputs["thumbnails"])
    keys = {
        slug: units.key(
            code=code,
            prepared=units.content(people[slug]),
            rows=subject["rows"],
            sidecars=subject["sidecars"],
            real=subject["real"],
            failures=[list(vars(f).values()) for f in subject["failures"]],
            trainings=[[path.as_posix(), sha256(path)] for path in subject["trainings"]],
            strengths=subject["strengths"],
            title=config["report"]["title"],
        )
        for slug, subject in subjects.items()
    }
    units.stage(STAGE, config).complete(
        keys, lambda slug: person_page(slug, subjects[slug], results, config), outputs["record"]
    )


def page_path(results: Path, slug: str) -> Path:
    """Return where a person's page is kept until the report is put together."""
    return results / "records" / STAGE / "html" / f"{slug}.html"


def real_drift(embedded: Mapping[str, Any], slug: str, role: str = "judge") -> list[float]:
    """Return the drift of a person's real photos, each from the reference of the others."""
    record = embedded.get(slug)
    return record["facts"]["leave_one_out"].get(role, []) if record else []


def picture_name(row: Mapping[str, Any]) -> str:
    """Return what the small picture of a row of scores is called, below the person's folder."""
    return f"{row['engine']}/{row['expression']}/{row['seed']}.jpg"


def photo_name(name: str) -> str:
    """Return what the small picture of a prepared photo is called."""
    return f"photos/{name}.jpg"


def person_page(
    slug: str, subject: Subject, results: Path, config: Mapping[str, Any]
) -> units.Outcome:
    """Write a person's page."""
    facts, rows = subject["facts"], subject["rows"]
    expressions = config["generate"]["expressions"]
    texts = [*config["generate"]["engines"], *expressions]  # as the config lists them
    sliders = [sidecar.get("sliders", {}) for sidecar in subject["sidecars"]]
    path = page_path(results, slug)
    text = html.render(
        "person.html.j2",
        SCRIPTS,
        name=facts.get("identity", slug),
        slug=slug,
        groups=facts.get("groups", {}),
        anchor=facts.get("anchor"),
        photos=_photos(results, slug, facts),
        source=photo_name(facts["anchor"]) if facts.get("anchor") else None,
        rows=rows,
        grids=_grids(rows, config),
        expressions=expressions,
        data=datasets.inside(_table(rows, sliders), texts),
        failures=subject["failures"],
        plots=_plots(subject, config),
        strengths=_strengths(subject, config),
        trainings=[trainings.drawings(results, file) for file in subject["trainings"]],
    )
    write_text(path, text)
    asked = dict(zip((row["picture"] for row in rows), sliders, strict=True))
    return units.Outcome(outputs=[path], facts={"asked": asked})


def _subjects(
    results: Path,
    people: Mapping[str, Any],
    embedded: Mapping[str, Any],
    strong: Mapping[str, Any],
) -> dict[str, Subject]:
    """Return all that the page of each person shows."""
    names = {slug: made["facts"].get("identity", slug) for slug, made in people.items()}
    rows = _rows(results / "scores.parquet", set(names.values()))
    failures = ledger.read(results / "failures.csv")
    return {
        slug: {
            "facts": people[slug]["facts"],
            "prepared": people[slug]["outputs"],
            "rows": rows[name],
            "sidecars": [
                read_json((results / row["picture"]).with_suffix(".json")) for row in rows[name]
            ],
            "failures": [failure for failure in failures if failure.identity in (name, slug)],
            "real": {role: real_drift(embedded, slug, role) for role in ("judge", "second_judge")},
            "trainings": trainings.of_person(results, slug),
            "strengths": strong[slug]["facts"].get("strengths", {}) if slug in strong else {},
        }
        for slug, name in names.items()
    }


def _rows(scores: Path, identities: set[str]) -> dict[str, list[dict[str, Any]]]:
    """Return the rows of people as plain values, with None for what is missing.

    Arrow reads them, since pandas would take longer to load than a page to make.
    """
    rows = {identity: [] for identity in sorted(identities)}
    if not parquet.read_metadata(scores).num_rows:
        return rows  # nobody has a picture, and Arrow cannot search columns without a type
    wanted = [("identity", "in", sorted(identities))]
    for row in parquet.read_table(scores, filters=wanted).to_pylist():
        rows[row["identity"]].append(row)
    return rows


def _pictures(results: Path, slug: str, subject: Subject) -> dict[str, tuple[Path, str]]:
    """Return the small pictures of a person, and what they are made from."""
    wanted = {}
    for photo in subject["facts"].get("photos", []):
        name = f"prepared/{slug}/{photo['name']}.png"
        wanted[photo_name(photo["name"])] = (results / name, subject["prepared"][name][1])
    for row, sidecar in zip(subject["rows"], subject["sidecars"], strict=True):
        wanted[picture_name(row)] = (results / row["picture"], sidecar["picture_sha256"])
    return wanted


def _photos(results: Path, slug: str, facts: Mapping[str, Any]) -> list[dict[str, Any]]:
    folder = results / "prepared" / slug
    return [
        {**photo, **read_json(folder / f"{photo['name']}.json"), "image": photo_name(photo["name"])}
        for photo in facts.get("photos", [])
    ]


def _grids(
    rows: Sequence[Mapping[str, Any]], config: Mapping[str, Any]
) -> list[dict[str, Any]]:  # fmt: skip
    """Return, per engine, its pictures by seed and expression, with its expressions."""
    grids = []
    for engine in config["generate"]["engines"]:
        by_seed: dict[int, dict[str, Any]] = {}
        for number, row in enumerate(rows):
            if row["engine"] == engine:
                shown = {**row, "image": picture_name(row), "number": number}
                by_seed.setdefault(row["seed"], {})[row["expression"]] = shown
        if by_seed:
            grids.append({"engine": engine, "seeds": dict(sorted(by_seed.items()))})
    return grids


def _table(
    rows: Sequence[Mapping[str, Any]], sliders: Sequence[Mapping[str, float]]
) -> dict[str, list[Any]]:
    """Return the person's scores by column, with what was asked of the engine."""
    names = [name for name in (rows[0] if rows else {}) if name not in HIDDEN]
    table = {name: [row[name] for row in rows] for name in names}
    table["sliders"] = [
        ", ".join(f"{name} {value:g}" for name, value in asked.items()) or None for asked in sliders
    ]
    table["file"] = [row["picture"] for row in rows]
    return table


def _strengths(subject: Subject, config: Mapping[str, Any]) -> list[dict[str, Any]]:
    """Return, per expression driven up, what was found and its two curves."""
    if not subject["strengths"]:
        return []
    line = lines.of(config, "judge").drift
    shown = []
    for name, found in subject["strengths"].items():
        seen = [point for point in found["curve"] if point["read"] is not None]
        asked, read = ([point[key] for point in seen] for key in ("intensity", "read"))
        drawn = [curves.strength(name, found["curve"], line)]
        if seen:
            drawn.append(curves.convergence(f"{name}: read back", asked, read, "strength"))
        shown.append({"name": name, **found, "drawings": drawn})
    return shown


def _plots(subject: Subject, config: Mapping[str, Any]) -> list[Markup]:
    """Draw a person's drift by expression, below that of their real photos, for each judge."""
    drawn = []
    for role, prefix in (("judge", ""), ("second_judge", "second_")):
        judged = [row for row in subject["rows"] if row.get(f"{prefix}drift") is not None]
        if not judged:
            continue
        rows = [drifts.Row("real photos", real=subject["real"][role])]
        for expression in config["generate"]["expressions"]:
            of_it = [r[f"{prefix}drift"] for r in judged if r["expression"] == expression]
            rows.append(drifts.Row(expression, of_it))
        label = f"drift from the reference ({config[role]}, cosine distance)"
        shown = [row for row in rows if row.drifts or row.real]
        drawn.append(drifts.chart(shown, judged[0][f"{prefix}line"], label))
    return drawn
