"""The overview: three figures, people, pictures, distributions, failures, provenance."""

import shutil
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any

import pandas as pd
from markupsafe import Markup

from idlock.engines import named
from idlock.identity import lines
from idlock.report import (
    curves,
    datasets,
    drifts,
    exhibits,
    html,
    pages,
    people,
    repeat,
    tables,
    thumbnails,
    trainings,
)
from idlock.report.columns import label
from idlock.store import ledger, timings, units
from idlock.store.files import read_json, whole_folder

SCRIPTS = ("columns.js", "fields.js", "selection.js", "table.js", "sheet.js", "overview.js")
ROLES = {"judge": "", "second_judge": "second_"}  # -> what their columns start with
FEWEST = 3  # pictures with something asked, for a curve of responses

Upstream = Mapping[str, Sequence[Path]]


def assemble(upstream: Upstream, config: Mapping[str, Any], folder: Path) -> None:
    """Put the report together: overview, pages of people, small pictures and data.

    Args:
        upstream: batch records ``prepared``, ``embedded``, ``paged`` and
            ``thumbnails``; ``tables``, further CSV files to show; and ``exhibits``,
            what stages wrote of pictures and films to show (`exhibits`).
        config: the checked configuration.
        folder: where; whatever was there is replaced.
    """
    results = Path(config["results"])
    shown = [exhibits.read(path) for path in upstream["exhibits"]]
    with whole_folder(folder) as unfinished:
        for slug, page in units.read(upstream["paged"]).items():
            if page["outputs"]:
                _place(pages.page_path(results, slug), unfinished / "identity" / f"{slug}.html")
        for slug, made in units.read(upstream["thumbnails"]).items():
            kept_in = thumbnails.folder(results, slug)
            for name, file in made["facts"].get("files", {}).items():
                _place(kept_in / file, unfinished / "pictures" / slug / name)
        for path in (path for exhibit in shown for path in exhibit.files):
            _place(path, unfinished / "exhibits" / path.name)
        text = overview(upstream, shown, config, unfinished / "data")
        (unfinished / "index.html").write_text(text, encoding="utf-8")


def overview(
    upstream: Upstream, shown: Sequence[exhibits.Exhibit], config: Mapping[str, Any], data: Path
) -> str:
    """Return the page that shows the run at a glance, and write the tables it loads.

    Args:
        upstream: as for `assemble`.
        shown: pictures and films to show.
        config: the checked configuration.
        data: folder for the tables, beside the page.
    """
    results = Path(config["results"])
    scores = pd.read_parquet(results / "scores.parquet")
    failures = ledger.read(results / "failures.csv")
    prepared, paged = (units.read(upstream[stage]) for stage in ("prepared", "paged"))
    embedded = units.made(upstream["embedded"])
    of_people, matrices, others = tables.read(upstream["tables"])
    order = config["generate"]["expressions"]
    texts = [*config["generate"]["engines"], *order]  # as the config lists them
    everybody = people.table(prepared, scores, failures, of_people)
    return html.render(
        "index.html.j2",
        SCRIPTS,
        title=config["report"]["title"],
        summary=read_json(results / "summary.json"),
        engines=config["generate"]["engines"],
        left_out=_left_out(scores, config["generate"]),
        only={name: of for name in config["generate"]["engines"] if (of := named(name, config))},
        partial=_partial(scores, config),
        people=list(zip(everybody["slug"], everybody["identity"], strict=True)),
        line=lines.of(config, "judge"),
        data={
            "people": datasets.beside(data, "people", everybody, texts),
            "pictures": datasets.beside(data, "pictures", _columns(scores), texts),
            "seconds": datasets.beside(
                data,
                "seconds",
                timings.table(results, config["generate"]["engines"], list(prepared)),
                texts,
            ),
            "failures": datasets.inside(_columns(pd.DataFrame(map(vars, failures)))),
            "tables": [
                datasets.beside(data, f"table-{number}", _columns(extra.frame), texts)
                for number, extra in enumerate(others)
                if extra.frame is not None
            ],
        },
        drift_plots=list(_drifts(scores, embedded, config)),
        expressions=_expressions(scores, order),
        responses=list(_responses(scores, paged)),
        matrices=matrices,
        others=others,
        seeds=_seeds(scores, config["generate"]["engines"]),
        trainings=[
            trainings.drawings(results, path) for path in trainings.of_several(results, prepared)
        ],
        exhibits=shown,
        failures=failures,
        repeat=repeat.facts(config),
    )


def _left_out(scores: pd.DataFrame, wanted: Mapping[str, Any]) -> dict[str, list[str]]:
    """Return, for engines that made anything, the expressions they made for nobody."""
    made = scores.groupby("engine")["expression"].agg(set)
    missing = {
        engine: [name for name in wanted["expressions"] if name not in made[engine]]
        for engine in wanted["engines"]
        if engine in made
    }
    return {engine: names for engine, names in missing.items() if names}


def _partial(scores: pd.DataFrame, config: Mapping[str, Any]) -> dict[str, Any] | None:
    """Count the pictures that no independent judge has seen, and say whose they are."""
    seen = scores["judge_independent"].astype(bool)
    if config["second_judge"]:
        seen |= scores["second_judge_independent"].astype(bool)
    if seen.all():
        return None
    rows = scores[~seen]
    return {
        "pictures": len(rows),
        "engines": sorted(set(rows["engine"])),
        "judges": sorted({name for names in rows["selected_by"] for name in names.split()}),
    }


def _place(made: Path, target: Path) -> None:
    """Put a file into the report, without a second copy where the disk allows."""
    target.parent.mkdir(parents=True, exist_ok=True)
    try:
        target.hardlink_to(made)
    except OSError:
        shutil.copyfile(made, target)


def _columns(frame: pd.DataFrame) -> dict[str, list[Any]]:
    return {name: frame[name].astype(object).tolist() for name in frame.columns}


def _drifts(
    scores: pd.DataFrame, embedded: Mapping[str, Any], config: Mapping[str, Any]
) -> Iterator[Markup]:
    """Draw, for each judge, the drifts by expression below those of the real photos."""
    engines = config["generate"]["engines"]
    for role, prefix in ROLES.items():
        if not config[role] or not scores[f"{prefix}drift"].notna().any():
            continue
        real = [drift for slug in embedded for drift in pages.real_drift(embedded, slug, role)]
        rows = [drifts.Row("real photos", real=real)] if real else []
        judged = scores[scores[f"{prefix}drift"].notna()]
        for engine in engines:
            for expression in config["generate"]["expressions"]:
                here = (judged["engine"] == engine) & (judged["expression"] == expression)
                name = f"{engine} {expression}" if len(engines) > 1 else expression
                if here.any():
                    rows.append(drifts.Row(name, judged.loc[here, f"{prefix}drift"].tolist()))
        axis = f"drift from the person's reference ({config[role]}, cosine distance)"
        yield drifts.chart(rows, float(scores[f"{prefix}line"].iloc[0]), axis)


def _expressions(scores: pd.DataFrame, order: Sequence[str]) -> dict[str, Any] | None:
    """Return how often each expression asked for was read back as which, as shares."""
    judged = scores[scores["expression_read"].notna()]
    if judged.empty:
        return None
    read = list(dict.fromkeys([*order, *sorted(set(judged["expression_read"]))]))
    counts = pd.crosstab(judged["expression_asked"], judged["expression_read"])
    counts = counts.reindex(index=list(order), columns=read, fill_value=0)
    shares = counts.div(counts.sum(axis=1).clip(lower=1), axis=0)
    return {"asked": list(order), "read": read, "shares": shares.to_numpy().tolist()}


def _responses(scores: pd.DataFrame, paged: Mapping[str, Any]) -> Iterator[Markup]:
    """Draw what was read against what was asked: of every slider, and of columns that pair up."""
    sliders = {
        picture: asked
        for page in paged.values()
        for picture, asked in page["facts"].get("asked", {}).items()
    }
    asked_of = [sliders.get(picture, {}) for picture in scores["picture"]]
    moved = set().union(*asked_of)
    for column in scores.columns:
        name = column.removeprefix("read_")
        if name != column and name in moved:
            asked = pd.Series([asked.get(name, 0.0) for asked in asked_of], scores.index)
            yield from _response(label(name), asked, scores[column])
    for column in scores.select_dtypes("number").columns:
        stem = column.removesuffix("_asked")
        for other in scores.select_dtypes("number").columns:
            if stem != column != other and other.removesuffix("_read").endswith(stem):
                yield from _response(label(other), scores[column], scores[other])


def _response(name: str, asked: pd.Series, read: pd.Series) -> Iterator[Markup]:
    known = asked.notna() & read.notna()
    if (asked[known] != 0).sum() >= FEWEST:
        yield curves.response(name, asked[known], read[known])


def _seeds(scores: pd.DataFrame, engines: Sequence[str]) -> list[dict[str, Any]]:
    """Return, per engine and seed, how its pictures did: which seeds to keep."""
    judged = scores.assign(
        drift=scores["drift"].astype(float),
        hit=scores["expression_hit"].fillna(False).astype(bool),
    )
    return [
        {
            "engine": engine,
            "seed": int(seed),
            "pictures": len(rows),
            "locked": float(rows["locked"].mean()),
            "hit": float(rows["hit"].mean()),
            "mean": float(rows["drift"].mean()),
            "worst": float(rows["drift"].max()),
        }
        for engine in engines
        for seed, rows in judged[judged["engine"] == engine].groupby("seed", sort=True)
    ]
