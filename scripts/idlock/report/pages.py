"""One page per person: their photos, every picture beside its source, every figure."""

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import pandas as pd

from idlock.report import html, plots, thumbnails
from idlock.store import ledger, units
from idlock.store.files import read_json, write_text

STAGE = "pages"
STRIP, LARGE = 160, 384  # px: pictures in the overview, and on a person's own page


def batch(
    upstream: Mapping[str, Sequence[Path]], config: Mapping[str, Any], code: str, record: Path
) -> None:
    """Make the pages of everybody in the batch records ``prepared`` and ``embedded``.

    The small pictures of the overview are facts of the record: they are made
    here, where the pictures are open anyway.
    """
    results = Path(config["results"])
    people, embedded = (units.read(upstream[stage]) for stage in ("prepared", "embedded"))
    scores = pd.read_parquet(results / "scores.parquet")
    failures = ledger.read(results / "failures.csv")
    subjects = {}
    for slug, made in people.items():
        name = made["facts"].get("identity", slug)
        subjects[slug] = {
            "facts": made["facts"],
            "rows": _rows(scores, name),
            "failures": [failure for failure in failures if failure.identity in (name, slug)],
            "real": real_drift(embedded, slug),
        }
    keys = {
        slug: units.key(
            code=code,
            prepared=units.content(people[slug]),
            rows=subject["rows"],
            real=subject["real"],
            pictures=[_digest(results, row) for row in subject["rows"]],
            failures=[list(vars(f).values()) for f in subject["failures"]],
            title=config["report"]["title"],
        )
        for slug, subject in subjects.items()
    }
    units.stage(STAGE, config).complete(
        keys, lambda slug: person_page(slug, subjects[slug], results, config), record
    )


def page_path(results: Path, slug: str) -> Path:
    """Return where a person's page is kept until the report is put together."""
    return results / "records" / STAGE / "html" / f"{slug}.html"


def real_drift(embedded: Mapping[str, Any], slug: str) -> list[float]:
    """Return the drift of a person's real photos, each from the reference of the others."""
    record = embedded.get(slug)
    return record["facts"]["leave_one_out"]["judge"] if record else []


def person_page(
    slug: str, subject: Mapping[str, Any], results: Path, config: Mapping[str, Any]
) -> units.Outcome:
    """Write a person's page and return the overview's small pictures."""
    facts, rows = subject["facts"], subject["rows"]
    photos, strip = _photos(results, slug, facts)
    cards = []
    for row in rows:
        large, small = thumbnails.of_file(results / row["picture"], LARGE, STRIP)
        cards.append({**row, "image": large, "sidecar": _sidecar(results, row)})
        strip[f"{row['engine']}/{row['expression']}/{row['seed']}"] = small
    path = page_path(results, slug)
    text = html.render(
        "person.html.j2",
        name=facts.get("identity", slug),
        groups=facts.get("groups", {}),
        anchor=facts.get("anchor"),
        photos=photos,
        cards=cards,
        engines=config["generate"]["engines"],
        expressions=config["generate"]["expressions"],
        failures=subject["failures"],
        plot=_plot(rows, subject["real"], config),
    )
    write_text(path, text)
    return units.Outcome(outputs=[path], facts={"strip": strip})


def _plot(
    rows: Sequence[Mapping[str, Any]], real: Sequence[float], config: Mapping[str, Any]
) -> str | None:
    """Draw a person's drift by expression, below that of their real photos."""
    drifts = [row for row in rows if row["drift"] is not None]
    if not drifts:
        return None
    order = config["generate"]["expressions"]
    drifts.sort(key=lambda row: order.index(row["expression"]))
    frame = pd.DataFrame(drifts).assign(row=[row["expression"] for row in drifts])
    label = f"drift from the reference ({config['judge']}, cosine distance)"
    return plots.drift_strip(frame, drifts[0]["line"], label, {"real photos": real} if real else {})


def _rows(scores: pd.DataFrame, identity: str) -> list[dict[str, Any]]:
    """Return the rows of one person as plain values, with None for what is missing."""
    of_person = scores[scores["identity"] == identity]
    return [
        {name: None if pd.isna(value) else value for name, value in row.items()}
        for row in of_person.astype(object).to_dict("records")
    ]


def _photos(
    results: Path, slug: str, facts: Mapping[str, Any]
) -> tuple[list[dict[str, Any]], dict[str, str]]:
    """Return the person's prepared photos, and the small picture of the anchor."""
    folder = results / "prepared" / slug
    photos, strip = [], {}
    for photo in facts.get("photos", []):
        large, small = thumbnails.of_file(folder / f"{photo['name']}.png", LARGE, STRIP)
        photos.append({**photo, **read_json(folder / f"{photo['name']}.json"), "image": large})
        if photo["name"] == facts["anchor"]:
            strip["source"] = small
    return photos, strip


def _sidecar(results: Path, row: Mapping[str, Any]) -> dict[str, Any]:
    return read_json((results / row["picture"]).with_suffix(".json"))


def _digest(results: Path, row: Mapping[str, Any]) -> str:
    return _sidecar(results, row)["picture_sha256"]
