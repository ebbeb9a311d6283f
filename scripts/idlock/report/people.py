"""What the overview knows of every person: one row each."""

from collections.abc import Mapping, Sequence
from typing import Any

import pandas as pd

from idlock.report.columns import natural
from idlock.report.pages import photo_name
from idlock.store.ledger import Failure


def table(
    people: Mapping[str, Any],
    scores: pd.DataFrame,
    failures: Sequence[Failure],
    more: Sequence[pd.DataFrame],
) -> dict[str, list[Any]]:
    """Return the people by column.

    Args:
        people: records of the prepare stage, by slug.
        scores: a row a picture.
        failures: the ledger.
        more: tables with a row a person, whose first column is ``identity``.
    """
    listed = [_person(slug, made) for slug, made in people.items()]
    rows = pd.DataFrame(sorted(listed, key=lambda person: natural(person["identity"])))
    rows = rows.merge(_figures(scores), on="identity", how="left")
    failed = [failure.identity for failure in failures]
    slugs = zip(rows["identity"], rows["slug"], strict=True)
    rows["failures"] = [sum(name in own for name in failed) for own in slugs]
    for frame in more:
        new = [name for name in frame.columns if name not in rows.columns]
        rows = rows.merge(frame[["identity", *new]], on="identity", how="left")
    return {name: _plain(rows[name]) for name in rows.columns}


def _person(slug: str, made: Mapping[str, Any]) -> dict[str, Any]:
    facts = made["facts"]
    photos = facts.get("photos", [])
    return {
        "identity": facts.get("identity", slug),
        "slug": slug,
        "source": photo_name(facts["anchor"]) if facts.get("anchor") else None,
        **{f"{group} (sheet)": value or None for group, value in facts.get("groups", {}).items()},
        "photos": len(photos),
    }


def _figures(scores: pd.DataFrame) -> pd.DataFrame:
    """Return what became of each person's pictures: shares locked and hit, and drifts."""
    of_person = scores.assign(
        drift=scores["drift"].astype(float),
        hit=scores["expression_hit"].fillna(False).astype(bool),
    ).groupby("identity", sort=False)
    return pd.DataFrame(
        {
            "pictures": of_person.size(),
            "locked": of_person["locked"].mean(),
            "expression_hit": of_person["hit"].mean(),
            "drift_mean": of_person["drift"].mean(),
            "drift_worst": of_person["drift"].max(),
        }
    ).reset_index()


def _plain(column: pd.Series) -> list[Any]:
    return [None if pd.isna(value) else value for value in column.astype(object)]
