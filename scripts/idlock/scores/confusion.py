"""Does one person's picture look like another person?"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np
import pandas as pd

from idlock.identity.references import Reference
from idlock.judges.vectors import Vectors


@dataclass(frozen=True)
class Confusion:
    """Everybody's pictures against everybody's reference, by the judge.

    Attributes:
        pictures: one row a picture with a face: ``picture``,
            ``nearest_identity`` and ``rank1``.
        matrix: (people, people) float32 mean drift, rows whose pictures,
            columns whose reference; NaN in a row without a face.
    """

    pictures: pd.DataFrame
    matrix: pd.DataFrame


def measure(
    people: Mapping[str, str],
    references: Mapping[str, Reference],
    vectors: Mapping[str, Vectors],
) -> Confusion:
    """Compare all pictures with all references.

    The mean of 1 - cos over pictures is 1 - (their mean direction) . reference,
    so the matrix takes one product, however many pictures there are.

    Args:
        people: slug -> identity as in the sheet, of everybody with a reference.
        references: by slug, of the judge.
        vectors: by slug, of the pictures of those who have any.
    """
    slugs = list(people)
    names = np.array([people[slug] for slug in slugs])
    gallery = np.array([references[slug].vector for slug in slugs], np.float32)
    rows, means = [], np.full_like(gallery, np.nan)
    for number, slug in enumerate(slugs):
        if slug not in vectors:
            continue
        own = vectors[slug].by_role["judge"]
        there = np.isfinite(own).all(axis=1) if own.size else np.zeros(len(own), bool)
        if not there.any():
            continue
        directions = own[there] / np.linalg.norm(own[there], axis=1, keepdims=True)
        nearest = np.argmax(directions @ gallery.T, axis=1)
        means[number] = directions.mean(axis=0)
        rows.append(
            pd.DataFrame(
                {
                    "picture": vectors[slug].pictures[there],
                    "nearest_identity": names[nearest],
                    "rank1": nearest == number,
                }
            )
        )
    matrix = np.clip(1.0 - means @ gallery.T, 0.0, 2.0)
    empty = pd.DataFrame(columns=["picture", "nearest_identity", "rank1"])
    return Confusion(
        pictures=pd.concat(rows, ignore_index=True) if rows else empty,
        matrix=pd.DataFrame(matrix, index=names, columns=names),
    )


def nearest_others(matrix: pd.DataFrame) -> pd.DataFrame:
    """Return, by identity, who else's reference its pictures come nearest to, and how near."""
    values = matrix.to_numpy().copy()
    np.fill_diagonal(values, np.inf)
    values[np.isnan(values)] = np.inf
    nearest = values.argmin(axis=1) if values.size else np.array([], int)
    drift = values[np.arange(len(values)), nearest]
    found = np.isfinite(drift)
    names: Sequence = np.where(found, matrix.columns.to_numpy(object)[nearest], None)
    return pd.DataFrame(
        {"nearest_other": names, "nearest_other_drift": np.where(found, drift, np.nan)},
        index=matrix.index,
    )
