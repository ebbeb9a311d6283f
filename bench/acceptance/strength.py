"""How strong each expression may get before dlib no longer takes it for the same person.

    IDLOCK_ASSETS=... .venv/bin/python bench/acceptance/strength.py [--people 6]

Londoners' neutral photos, prepared as the pipeline does; the line is dlib's
calibrated far-1e-3; drift is measured from the photo itself. An intensity of 1
is the preset as shipped; `limit` is where a slider reaches its end.
"""

import argparse

import cv2
import numpy as np
from presets import LINE, Sitter, drift, londoners, points_of

from idlock.engines.parametric import Face
from idlock.expression import presets, readback, reading, strength
from idlock.identity import lines, recognisers


def measured(sitter: Sitter, preset: dict[str, float]) -> strength.Strength:
    """The strongest locked intensity of a preset for one person, with its curve."""
    judge = recognisers.recogniser("dlib")
    own = judge.embed(sitter.picture, sitter.landmarks)
    rest = reading.look(sitter.picture, sitter.landmarks)
    face = Face(sitter.picture, sitter.landmarks)

    def drifted(picture: np.ndarray) -> float:
        points = points_of(picture)
        return drift(own, None if points is None else judge.embed(picture, points))

    def read(picture: np.ndarray) -> float:
        points = points_of(picture)
        if points is None:
            return np.nan
        return readback.intensity(reading.sliders(reading.look(picture, points), rest), preset)

    return strength.bounded(
        lambda intensity: face.edit(strength.scaled(preset, intensity)),
        drifted,
        read,
        lines.line("dlib", LINE).drift,
        strength.most(preset),
    )


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--people", type=int, default=6)
    parser.add_argument("--presets", nargs="*", default=["happy", "laughing", "surprised", "kiss"])
    options = parser.parse_args()
    cv2.setNumThreads(1)
    people = londoners(options.people)
    for name in options.presets:
        preset = presets.load()[name]
        found = [measured(sitter, preset) for sitter in people]
        ends = np.array([one.intensity for one in found])
        print(
            f"{name}: limit {strength.most(preset):.2f}; largest locked intensity: "
            f"least {ends.min():.2f}, median {np.median(ends):.2f}, bounded by the line in "
            f"{sum(one.bounded for one in found)} of {len(found)}"
        )
        for point in found[0].curve:
            print(
                f"   {people[0].name} intensity {point.intensity:.2f} read {point.read:.2f} "
                f"drift {point.drift:.4f} {'locked' if point.locked else 'lost'}"
            )


if __name__ == "__main__":
    main()
