"""How far does a head turn when it is asked to? The table of turns in docs/parametric.md.

    IDLOCK_ASSETS=... .venv/bin/python bench/acceptance/turn.py [--people 6] [--sheet turns.png]

Neutral photos of the Face Research Lab London Set, prepared as the pipeline
does, cut out and not: the change of the pose that `idlock.faces.pose` reads off
the landmarks, and the drift from the unturned picture. ``--sheet`` keeps the
turned cut-outs on grey, a row a person and slider, to be looked at.
"""

import argparse
from dataclasses import replace
from pathlib import Path

import cv2
import numpy as np
from presets import ASSETS, Sitter, drift, londoners, points_of

from idlock.engines.parametric import Face
from idlock.faces import matte, pose
from idlock.faces.shape import opaque
from idlock.identity import recognisers

DEGREES = (-15, -10, -5, 5, 10, 15)
AXES = {"rotate_yaw": "yaw", "rotate_pitch": "pitch"}


def pictures(sitter: Sitter, axis: str) -> list[np.ndarray]:
    """The sitter as it is, then turned by each of ``DEGREES``, on grey where cut out."""
    face = Face(sitter.picture, sitter.landmarks)
    return [opaque(face.edit({axis: degrees})) for degrees in (0, *DEGREES)]


def cut_out(sitter: Sitter) -> Sitter:
    """The sitter without the background."""
    tool = matte.segmenter(ASSETS / "none")
    return replace(sitter, picture=matte.cut_out(sitter.picture, sitter.landmarks, tool))


def measured(shown: list[np.ndarray], axis: str, judge) -> tuple[list[float], list[float]]:
    """Degrees read back and drift of every turned picture; NaN where no face is found."""
    points = [points_of(picture) for picture in shown]
    own, *turned = (
        None if at is None else judge.embed(picture, at)
        for picture, at in zip(shown, points, strict=True)
    )
    read = [np.nan if at is None else getattr(pose.estimate(at), AXES[axis]) for at in points]
    return [value - read[0] for value in read[1:]], [drift(own, seen) for seen in turned]


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--people", type=int, default=6, help="of the London set")
    parser.add_argument("--sheet", type=Path, help="a PNG of all turned cut-outs")
    options = parser.parse_args()
    cv2.setNumThreads(1)
    judge, rows = recognisers.recogniser("dlib", ASSETS / "rec"), []
    whole = londoners(options.people)
    groups = {"cut out": [cut_out(sitter) for sitter in whole], "whole": whole}
    print("| slider | picture | " + " | ".join(f"{d:+d}" for d in DEGREES) + " |")
    print("|" + " --- |" * (len(DEGREES) + 2))
    for axis in AXES:
        for name, sitters in groups.items():
            read, drifts = [], []
            for sitter in sitters:
                shown = pictures(sitter, axis)
                for known, new in zip((read, drifts), measured(shown, axis, judge), strict=True):
                    known.append(new)
                rows += [np.hstack(shown)] if name == "cut out" else []
            cells = zip(np.nanmean(read, axis=0), np.nanmean(drifts, axis=0), strict=True)
            cells = " | ".join(f"{degrees:+.1f} ({away:.3f})" for degrees, away in cells)
            print(f"| {axis} | {name} | {cells} |", flush=True)
    if options.sheet:
        cv2.imwrite(str(options.sheet), np.vstack(rows)[..., ::-1])


if __name__ == "__main__":
    main()
