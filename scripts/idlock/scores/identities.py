"""One row a person and engine: how their pictures did, beside what their real photos show."""

from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np
import pandas as pd

from idlock.scores import intervals

# Measures that are averaged over a person's pictures and, where they can be,
# over their real photos.
AVERAGED = ("structure_", "skin_", "copy_paste", "second_copy_paste", "pixel_copy", "sharpness")


def table(
    scores: pd.DataFrame,
    real: pd.DataFrame,
    leave_one_out: Mapping[str, Sequence[float]],
    others: pd.DataFrame,
    diversity: Mapping[str, Mapping[str, Mapping[str, float]]],
) -> pd.DataFrame:
    """Sum up the scores.

    Args:
        scores: one row a picture.
        real: the same measures of real photos (`idlock.judge`).
        leave_one_out: by identity, drift of each real photo to the rest, by the judge.
        others: by identity, ``nearest_other`` and its drift.
        diversity: identity -> engine -> its figures.
    """
    averaged = [name for name in scores if name.startswith(AVERAGED)]
    rows = []
    real_means = real[averaged].astype(float).groupby(real["identity"]).mean()
    for (identity, engine), pictures in scores.groupby(["identity", "engine"], sort=True):
        own = np.array(leave_one_out.get(identity, ()), float)
        row: dict[str, Any] = {"identity": identity, "engine": engine}
        row |= _sum_up(pictures)
        row |= {
            "real_photos": len(own) or 1,
            "real_drift_mean": own.mean() if len(own) else np.nan,
            "real_drift_worst": own.max() if len(own) else np.nan,
        }
        if identity in others.index:
            row |= others.loc[identity].to_dict()
        row |= diversity.get(identity, {}).get(engine, {})
        for name in averaged:
            row[name] = pictures[name].astype(float).mean()
            row[f"real_{name}"] = real_means[name].get(identity, np.nan)
        rows.append(row)
    return pd.DataFrame(rows)


def _sum_up(pictures: pd.DataFrame) -> dict[str, Any]:
    """Sum up one person's pictures by one engine."""
    drift = pictures["drift"].astype(float).dropna()
    hits = pictures["expression_hit"].dropna().astype(bool)
    found: dict[str, Any] = {
        "pictures": len(pictures),
        "faces": len(drift),
        "drift_mean": drift.mean(),
        "drift_p95": drift.quantile(0.95),
        "drift_worst": drift.max(),
        **intervals.columns("locked", intervals.wilson(pictures["locked"].sum(), len(pictures))),
        "expression_hit": hits.mean() if len(hits) else np.nan,
        "rank1": pictures["rank1"].dropna().astype(float).mean(),
    }
    if "judges_disagree" in pictures:
        found["second_drift_mean"] = pictures["second_drift"].astype(float).mean()
        found["second_locked"] = pictures["second_locked"].astype(float).mean()
        found["judges_disagree"] = pictures["judges_disagree"].astype(float).mean()
    return found
