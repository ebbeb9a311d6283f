"""Engines' whole sets of pictures against the set of real photos."""

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd

from idlock import perceptual

COLUMNS = ("engine", "photos", "pictures", "kid", "kid_sd", "fid", "note")
MISSING = f"not measured: {perceptual.INCEPTION} is not in the models folder"
FEW = "not measured: fewer than 20 photos or pictures"
NO_FID = "no fid: fewer than 2048 photos or pictures"


def table(scores: pd.DataFrame, outputs: Sequence[Path]) -> pd.DataFrame:
    """Return one row an engine.

    Args:
        scores: one row a picture.
        outputs: all files the judge stage made; features are among them where
            the network's weights are there.
    """
    files = [path for path in outputs if path.parent.name == "features"]
    made = scores.groupby("engine").size()
    if not files:
        rows = [{"engine": e, "pictures": count, "note": MISSING} for e, count in made.items()]
    else:
        rows = list(_compared(files))
    return pd.DataFrame(rows, columns=list(COLUMNS))


def _compared(files: Sequence[Path]) -> Sequence[Mapping[str, Any]]:
    # imported here because torch is loaded with it
    from idlock.perceptual import kept, sets  # noqa: PLC0415

    people = [kept.read(path) for path in files]
    photos = np.concatenate([person.photos for person in people])
    pictures = np.concatenate([person.pictures for person in people])
    engines = np.concatenate([person.engines for person in people])
    rows = []
    for engine in sorted(set(engines.tolist())):
        own = pictures[engines == engine]
        found = sets.compared(photos, own)
        note = FEW if found["kid"] is None else NO_FID if found["fid"] is None else ""
        rows.append(
            {"engine": engine, "photos": len(photos), "pictures": len(own), **found, "note": note}
        )
    return rows
