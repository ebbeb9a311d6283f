"""Stage 5b, scores: measurements and lines become verdicts, one tidy row a picture.

Verdicts are apart from measuring, so that another line remakes no measurement.
"""

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import pandas as pd

from idlock import judges
from idlock.identity import lines
from idlock.store import ledger, units
from idlock.store.files import whole_file, write_json
from idlock.store.ledger import Failure

FIRST = (
    *("identity", "engine", "expression", "seed", "picture", "source"),
    *("judge", "drift", "drift_nearest", "line", "locked"),
    *("second_judge", "second_drift", "second_drift_nearest", "second_line", "second_locked"),
)


def collect(
    judged: Sequence[Path],
    others: Sequence[Path],
    config: Mapping[str, Any],
    outputs: Mapping[str, Path],
) -> None:
    """Write the scores, the failures ledger and a summary of the run.

    Args:
        judged: batch records of the judge stage.
        others: batch records of all other stages, for their failures.
        config: the checked configuration.
        outputs: paths of ``scores`` (CSV), ``parquet``, ``failures`` and ``summary``.
    """
    judged_records, other_records = units.read(judged), [units.read([path]) for path in others]
    rows = [row for record in judged_records.values() for row in record["facts"].get("rows", [])]
    scores = table(rows, config)
    failures = units.failures(judged_records)
    failures += [row for records in other_records for row in units.failures(records)]
    with whole_file(outputs["scores"]) as path:
        scores.to_csv(path, index=False, float_format="%.6g")
    with whole_file(outputs["parquet"]) as path:
        scores.to_parquet(path, index=False)
    ledger.write(outputs["failures"], failures)
    write_json(outputs["summary"], summary(scores, failures))


def table(rows: Sequence[Mapping[str, Any]], config: Mapping[str, Any]) -> pd.DataFrame:
    """Return one row a picture, with lines and verdicts.

    A picture in which no face was found has no drift, and is not locked.
    """
    measured = [column for judge in judges.panel(config) for column in judge.columns]
    columns = list(dict.fromkeys([*FIRST, *measured]))
    scores = pd.DataFrame(rows, columns=columns)
    for role, prefix in (("judge", ""), ("second_judge", "second_")):
        if config[role]:
            line = lines.line(config[role], config["line"], config["models"])
            drift = scores[f"{prefix}drift"].astype(float)
            scores[role] = config[role]
            scores[f"{prefix}line"] = line.drift
            scores[f"{prefix}locked"] = drift.le(line.drift) & drift.notna()
    order = ["identity", "engine", "expression", "seed"]
    return scores.sort_values(order, kind="stable", ignore_index=True)


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
