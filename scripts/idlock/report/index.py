"""The overview: three figures, the contact sheet, distributions, failures, provenance."""

import shutil
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import pandas as pd
import yaml

from idlock import generate
from idlock.identity import lines
from idlock.report import html, plots
from idlock.report.pages import page_path, real_drift
from idlock.store import ledger, units, versions
from idlock.store.files import read_json, whole_folder


def assemble(
    upstream: Mapping[str, Sequence[Path]], config: Mapping[str, Any], folder: Path
) -> None:
    """Put the report together: ``index.html`` and ``identity/<slug>.html``.

    Args:
        upstream: batch records: ``prepared``, ``embedded`` and ``paged``.
        config: the checked configuration.
        folder: where; whatever was there is replaced.
    """
    results = Path(config["results"])
    pages = units.read(upstream["paged"])
    with whole_folder(folder) as unfinished:
        (unfinished / "identity").mkdir()
        for slug in (slug for slug, page in pages.items() if page["outputs"]):
            _place(page_path(results, slug), unfinished / "identity" / f"{slug}.html")
        (unfinished / "index.html").write_text(overview(upstream, config), encoding="utf-8")


def overview(upstream: Mapping[str, Sequence[Path]], config: Mapping[str, Any]) -> str:
    """Return the page that shows the run at a glance; arguments as for `assemble`."""
    results = Path(config["results"])
    scores = pd.read_parquet(results / "scores.parquet")
    people, embedded, pages = (
        units.read(upstream[stage]) for stage in ("prepared", "embedded", "paged")
    )
    real = {made["facts"].get("identity", s): real_drift(embedded, s) for s, made in people.items()}
    line = lines.line(config["judge"], config["line"], config["models"])
    judged = scores[scores["drift"].notna()].assign(row=scores["identity"])
    label = f"drift from the person's reference ({config['judge']}, cosine distance)"
    return html.render(
        "index.html.j2",
        title=config["report"]["title"],
        summary=read_json(results / "summary.json"),
        people=[
            _person(slug, made, pages[slug]["facts"].get("strip", {}), scores)
            for slug, made in people.items()
        ],
        engines=config["generate"]["engines"],
        expressions=config["generate"]["expressions"],
        first_seed=generate.seed_indices(config["generate"]["seeds"])[0],
        line=line,
        drift_plot=plots.drift_strip(judged, line.drift, label, real) if len(judged) else None,
        confusion_plot=plots.confusion(scores, config["generate"]["expressions"])
        if scores["expression_read"].notna().any()
        else None,
        seeds=_seeds(scores),
        failures=ledger.read(results / "failures.csv"),
        versions=versions.at_work(),
        settings=yaml.safe_dump(dict(config), sort_keys=True, allow_unicode=True),
    )


def _place(page: Path, target: Path) -> None:
    """Put a page into the report, without a second copy where the disk allows."""
    try:
        target.hardlink_to(page)
    except OSError:
        shutil.copyfile(page, target)


def _person(
    slug: str, made: Mapping[str, Any], strip: Mapping[str, str], scores: pd.DataFrame
) -> dict[str, Any]:
    """Return what the overview shows of one person."""
    name = made["facts"].get("identity", slug)
    rows = scores[scores["identity"] == name]
    verdicts = {
        f"{row.engine}/{row.expression}/{row.seed}": {
            "drift": None if pd.isna(row.drift) else row.drift,
            "locked": bool(row.locked),
            "read": None if pd.isna(row.expression_read) else row.expression_read,
            "hit": row.expression_hit is True or row.expression_hit == True,  # noqa: E712
        }
        for row in rows.itertuples()
    }
    return {
        "slug": slug,
        "name": name,
        "groups": made["facts"].get("groups", {}),
        "photos": len(made["facts"].get("photos", [])),
        "strip": strip,
        "verdicts": verdicts,
        "pictures": len(rows),
        "locked": int(rows["locked"].sum()),
        "mean_drift": None if rows["drift"].isna().all() else float(rows["drift"].mean()),
        "worst_drift": None if rows["drift"].isna().all() else float(rows["drift"].max()),
    }


def _seeds(scores: pd.DataFrame) -> list[dict[str, Any]]:
    """Return, per engine and seed, how its pictures did: which seeds to keep."""
    table = []
    for (engine, seed), rows in scores.groupby(["engine", "seed"], sort=True):
        table.append(
            {
                "engine": engine,
                "seed": int(seed),
                "pictures": len(rows),
                "locked": float(rows["locked"].mean()),
                "hit": float(rows["expression_hit"].fillna(False).astype(bool).mean()),
                "mean": float(rows["drift"].mean()),
                "worst": float(rows["drift"].max()),
            }
        )
    return table
