"""The whole set and its groups: are some people served worse than others?

A warning needs a difference that chance does not explain: the interval of
(group less all others), bootstrapped over people and their pictures, has to
lie on the worse side of zero. Groups are compared many at a time, so its
confidence grows with their number (Bonferroni): of all warnings about a set
without differences, one measure of one column stays right 95 times in 100.
"""

from collections.abc import Iterator, Mapping
from typing import Any

import numpy as np
import pandas as pd

from idlock.scores import intervals
from idlock.scores.intervals import CONFIDENCE, Resampled

FEWEST = 5  # people on either side, below which nothing is concluded
# measure -> whether more of it is better
MEASURES = {"locked": True, "expression_hit": True, "drift": False}


def table(scores: pd.DataFrame, groups: Mapping[str, Mapping[str, str]]) -> pd.DataFrame:
    """Return one row per engine and group, the first of each engine being everybody.

    Args:
        scores: one row a picture.
        groups: identity -> group column -> value, as in the sheet.
    """
    rows = [
        row
        for engine, pictures in scores.groupby("engine", sort=True)
        for row in _of_engine(str(engine), pictures, groups)
    ]
    return pd.DataFrame(rows)


def warnings(table: pd.DataFrame) -> list[str]:
    """Say in words which groups are served worse."""
    if table.empty:
        return []
    said = []
    for row in table[table["served_worse"] != ""].itertuples():
        everybody = table[(table["engine"] == row.engine) & (table["column"] == "")].iloc[0]
        for measure in row.served_worse.split(";"):
            said.append(
                f"{row.engine}: people with {row.column} = {row.group} are served worse: "
                f"{measure} {getattr(row, measure):.3g}, of everybody {everybody[measure]:.3g}"
            )
    return said


def _of_engine(
    engine: str, pictures: pd.DataFrame, groups: Mapping[str, Mapping[str, str]]
) -> Iterator[dict[str, Any]]:
    measured = {
        name: Resampled(_numbers(pictures[name]), pictures["identity"]) for name in MEASURES
    }
    everybody = set(pictures["identity"])
    yield _row(engine, "", "", everybody, pictures, measured) | {"served_worse": ""}
    for column in sorted({column for of_one in groups.values() for column in of_one}):
        values = {name: groups.get(name, {}).get(column, "") for name in everybody}
        kinds = sorted({value for value in values.values() if value})
        for kind in kinds:
            members = {name for name, value in values.items() if value == kind}
            others = {name for name, value in values.items() if value and value != kind}
            worse = [
                name
                for name in MEASURES
                if len(kinds) > 1 and _worse(name, measured[name], members, others, len(kinds))
            ]
            row = _row(engine, column, kind, members, pictures, measured)
            yield row | {"served_worse": ";".join(worse)}


def _row(
    engine: str,
    column: str,
    group: str,
    members: set[str],
    pictures: pd.DataFrame,
    measured: Mapping[str, Resampled],
) -> dict[str, Any]:
    own = pictures[pictures["identity"].isin(members)]
    drift = own["drift"].astype(float)
    row: dict[str, Any] = {
        **{"engine": engine, "column": column, "group": group},
        **{"people": own["identity"].nunique(), "pictures": len(own)},
    }
    for name, resampled in measured.items():
        chosen = np.isin(resampled.people, list(members))
        if name == "drift":
            row |= intervals.columns(name, resampled.estimate(chosen))
        else:
            row |= intervals.columns(name, intervals.share(resampled, chosen))
    row |= {"drift_p95": drift.quantile(0.95), "drift_worst": drift.max()}
    return row | {"rank1": own["rank1"].dropna().astype(float).mean()}


def _worse(
    name: str, measured: Resampled, members: set[str], others: set[str], compared: int
) -> bool:
    inside, outside = (np.isin(measured.people, list(side)) for side in (members, others))
    if min(inside.sum(), outside.sum()) < FEWEST:
        return False
    random = np.random.default_rng(intervals.SEED + 2)
    # the two draw people by the same random numbers, so one is shuffled
    difference = measured.of(inside) - random.permutation(measured.of(outside))
    tail = (1 - CONFIDENCE) / 2 / compared
    if MEASURES[name]:
        return bool(np.quantile(difference, 1 - tail) < 0)
    return bool(np.quantile(difference, tail) > 0)


def _numbers(values: pd.Series) -> pd.Series:
    return pd.to_numeric(values.astype(object).map(lambda v: None if pd.isna(v) else float(v)))
