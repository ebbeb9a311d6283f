"""What resting faces look like to `idlock.expression.rest`, and how sure its readings are.

    IDLOCK_ASSETS=... .venv/bin/python bench/parametric_rest.py

Prints the table `rest.RESTING` anew from the neutral photos of the Face
Research Lab London Set, the shares that nine in ten of them read at most
(`rest.DOUBT`; each person left out of the mean they are read against), and how
the same people's smiles read.
"""

import os
from pathlib import Path

import numpy as np

from idlock import faces
from idlock.expression import features, rest
from idlock.expression.sliders import SLIDERS
from idlock.faces import align
from idlock.photos import sources

LONDON = Path(os.environ["IDLOCK_ASSETS"]) / "faces/london"


def measured(folder: str) -> np.ndarray:
    """Features of every prepared photo of a folder, (people, features)."""
    rows = []
    for path in sorted((LONDON / folder).glob("*.jpg")):
        photo = sources.load(str(path), 100).rgb
        shown = align.align(photo, faces.landmarks(photo))
        rows.append(features.measure(shown.rgb, shown.landmarks))
    return np.array(rows)


def shares(people: np.ndarray, resting: np.ndarray) -> dict[str, np.ndarray]:
    """Readings of ``people`` as shares of each end, each against the others' mean."""
    known = dict(rest.RESTING)
    reads = []
    for number, person in enumerate(people):
        mean = np.delete(resting, number, axis=0).mean(axis=0)
        for name, value in zip(features.NAMES[:-3], mean, strict=False):  # not the pose
            rest.RESTING[name] = (float(value), known[name][1])
        reads.append(rest.reading(person))
    rest.RESTING.update(known)
    return {
        end: np.array(
            [
                max(int(f"{end[-1]}1") * SLIDERS[end[:-1]].normalised(read[end[:-1]]), 0)
                for read in reads
            ]
        )
        for end in rest.DOUBT
    }


def main() -> None:
    resting, smiling = measured("neutral_front"), measured("smiling_front")
    for name, column in zip(features.NAMES, resting.T, strict=True):
        print(f"{name:13} {column.mean():7.3f} {column.std(ddof=1):6.3f}")
    at_rest, in_smile = shares(resting, resting), shares(smiling, resting)
    for end, values in at_rest.items():
        beyond = (in_smile[end] > rest.DOUBT[end]).mean()
        doubt = np.percentile(values, 90)
        print(f"{end:9} doubt {doubt:.2f}; smiles beyond the shipped doubt: {beyond:.0%}")


if __name__ == "__main__":
    main()
