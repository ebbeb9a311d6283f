"""Stage 5b, scores: measurements and lines become verdicts, one tidy row a picture.

Verdicts are apart from measuring, so that another line remakes no measurement.
Beside the pictures stand the same measures of real photos, and sums over people
and groups of people.
"""

import logging
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import pandas as pd

from idlock import embed, judges
from idlock.identity import lines, references
from idlock.judges import vectors
from idlock.scores import confusion, groups, identities, sets
from idlock.store import ledger, units
from idlock.store.files import whole_file, write_json
from idlock.store.ledger import Failure

log = logging.getLogger(__name__)

FIRST = (
    *("identity", "engine", "expression", "seed", "picture", "source", "selected_by"),
    *("judge", "judge_independent", "drift", "drift_nearest", "line", "margin", "locked"),
    *("second_judge", "second_judge_independent", "second_drift", "second_drift_nearest"),
    *("second_line", "second_margin", "second_locked", "judges_disagree", "judges_gap"),
    *("nearest_identity", "rank1"),
)
REAL_FIRST = ("identity", "photo", "source")


def collect(
    upstream: Mapping[str, Sequence[Path]], config: Mapping[str, Any], outputs: Mapping[str, Path]
) -> None:
    """Write the scores, sums over people and groups, the failures ledger and a summary.

    Args:
        upstream: batch records: ``prepared``, ``embedded``, ``generated`` by
            all engines, ``trained`` before that, and ``judged``.
        config: the checked configuration.
        outputs: paths of ``scores`` (CSV), ``parquet``, ``real``, ``identities``,
            ``groups``, ``sets``, ``confusion``, ``failures`` and ``summary``.
    """
    records = {stage: units.read(upstream[stage]) for stage in ("prepared", "embedded", "judged")}
    # a person has a record for each engine and training
    of_engines = [*upstream["generated"], *upstream["trained"]]
    everything = [*records.values(), *(units.read([path]) for path in of_engines)]
    failures = [failure for made in everything for failure in units.failures(made)]
    judged = {
        made["facts"]["rows"][0]["identity"]: made["facts"]
        for made in records["judged"].values()
        if made["facts"].get("rows")
    }
    confused = _confusion(records, config)
    rows = [row for facts in judged.values() for row in facts["rows"]]
    scores = table(rows, config, confused.pictures)
    real = real_table([row for facts in judged.values() for row in facts["real"]], config)
    people = identities.table(
        scores,
        real,
        _leave_one_out(records),
        confusion.nearest_others(confused.matrix),
        {name: facts["diversity"] for name, facts in judged.items()},
    )
    by_group = groups.table(scores, _groups(records))
    for warning in groups.warnings(by_group):
        log.warning(warning)
    _write_csv(outputs["scores"], scores)
    _write_parquet(outputs["parquet"], scores)
    _write_csv(outputs["real"], real)
    _write_csv(outputs["identities"], people)
    _write_csv(outputs["groups"], by_group)
    judge_made = {name for made in records["judged"].values() for name in made["outputs"]}
    results = Path(config["results"])
    _write_csv(outputs["sets"], sets.table(scores, sorted(results / name for name in judge_made)))
    _write_parquet(outputs["confusion"], confused.matrix.rename_axis("identity").reset_index())
    ledger.write(outputs["failures"], failures)
    write_json(outputs["summary"], summary(scores, failures))


def table(
    rows: Sequence[Mapping[str, Any]],
    config: Mapping[str, Any],
    confused: pd.DataFrame,
) -> pd.DataFrame:
    """Return one row a picture, with lines and verdicts.

    A picture in which no face was found has no drift, and is not locked.

    Args:
        rows: what judges measured.
        config: the checked configuration.
        confused: ``picture``, ``nearest_identity`` and ``rank1``.
    """
    columns = list(dict.fromkeys([*FIRST, *_measured(config)]))
    scores = pd.DataFrame(rows, columns=columns)
    for role, prefix in (("judge", ""), ("second_judge", "second_")):
        if config[role]:
            line = lines.of(config, role)
            drift = scores[f"{prefix}drift"].astype(float)
            scores[role] = config[role]
            scores[f"{role}_independent"] = [
                config[role] not in taking_part.split() for taking_part in scores["selected_by"]
            ]
            scores[f"{prefix}line"] = line.drift
            scores[f"{prefix}margin"] = line.drift - drift
            scores[f"{prefix}locked"] = drift.le(line.drift) & drift.notna()
    if config["second_judge"]:
        # in lines, so that recognisers of different reach compare
        first, second = (
            scores[f"{p}drift"].astype(float) / scores[f"{p}line"] for p in ("", "second_")
        )
        scores["judges_gap"] = first - second
        scores["judges_disagree"] = scores["locked"] != scores["second_locked"]
    found = confused.set_index("picture")
    for column in ("nearest_identity", "rank1"):
        scores[column] = scores["picture"].map(found[column])
    order = ["identity", "engine", "expression", "seed"]
    return scores.sort_values(order, kind="stable", ignore_index=True)


def real_table(rows: Sequence[Mapping[str, Any]], config: Mapping[str, Any]) -> pd.DataFrame:
    """Return one row a real photo other than the one pictures are made from."""
    columns = list(dict.fromkeys([*REAL_FIRST, *_measured(config)]))
    return pd.DataFrame(rows, columns=columns).sort_values(
        ["identity", "photo"], kind="stable", ignore_index=True
    )


def summary(scores: pd.DataFrame, failures: Sequence[Failure]) -> dict[str, int]:
    """Count what a run made and what failed."""
    rows = set(failures)
    return {
        "people": int(scores["identity"].nunique()),
        "pictures": len(scores),
        "locked": int(scores["locked"].sum()),
        "expression_hits": int(scores["expression_hit"].fillna(False).astype(bool).sum()),
        "failures": len(rows),
        "photos_failed": len({(f.identity, f.photo) for f in rows if f.photo}),
        "people_failed": len({f.identity for f in rows if not f.photo}),
    }


def _measured(config: Mapping[str, Any]) -> list[str]:
    return [column for judge in judges.panel(config) for column in judge.columns]


def _confusion(
    records: Mapping[str, Mapping[str, Any]], config: Mapping[str, Any]
) -> confusion.Confusion:
    results = Path(config["results"])
    names = _names(records)
    known = {slug: names[slug] for slug, made in records["embedded"].items() if made["outputs"]}
    return confusion.measure(
        known,
        {slug: references.read(embed.reference_path(results, "judge", slug)) for slug in known},
        {
            slug: vectors.read(vectors.path(results, slug))
            for slug, made in records["judged"].items()
            if made["outputs"]
        },
    )


def _names(records: Mapping[str, Mapping[str, Any]]) -> dict[str, str]:
    """Slug -> identity as in the sheet."""
    return {slug: made["facts"].get("identity", slug) for slug, made in records["prepared"].items()}


def _leave_one_out(records: Mapping[str, Mapping[str, Any]]) -> dict[str, list[float]]:
    names = _names(records)
    return {
        names[slug]: made["facts"]["leave_one_out"]["judge"]
        for slug, made in records["embedded"].items()
        if made["facts"]
    }


def _groups(records: Mapping[str, Mapping[str, Any]]) -> dict[str, Mapping[str, str]]:
    names = _names(records)
    return {
        names[slug]: made["facts"].get("groups", {}) for slug, made in records["prepared"].items()
    }


def _write_csv(path: Path, frame: pd.DataFrame) -> None:
    with whole_file(path) as temporary:
        frame.to_csv(temporary, index=False, float_format="%.6g")


def _write_parquet(path: Path, frame: pd.DataFrame) -> None:
    with whole_file(path) as temporary:
        frame.to_parquet(temporary, index=False)
