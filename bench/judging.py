"""How fast pictures are scored, against a plain loop of face_recognition's calls.

    .venv/bin/python bench/judging.py [--people 4]

Both are given the same pictures, made by the parametric engine of people of the
synthetic cast. The loop does what `face_recognition.face_encodings(image)` does
with its defaults, through the same dlib models: the HOG detector on the picture
enlarged once, landmarks by the 68-point predictor, the descriptor. (The package
itself is not installed: it cannot be imported with a current setuptools.)
Printed are pictures per second and how far the two disagree: about the person
(is a picture nearer to its own source than to another's?) and in drift.
"""

import argparse
import time

import cv2
import dlib
import numpy as np

from idlock import cast, faces, judges
from idlock.engines import parametric
from idlock.expression import presets
from idlock.faces import align, models
from idlock.identity import recogniser, references

EXPRESSIONS = ("happy", "sad", "angry", "surprised", "sleepy", "wink")


def made(people: int):
    """(person, source picture, its edits), (768, 768, 3) uint8."""
    known = presets.load()
    for person in range(401, 401 + people):
        photo = cast.render(person, {}, 768).image
        aligned = align.align(photo, faces.landmarks(photo))
        face = parametric.Face(aligned.rgb, aligned.landmarks)
        yield person, aligned.rgb, [face.edit(known[name]) for name in EXPRESSIONS]


class Loop:
    """What face_recognition does (api.py: face_encodings, face_landmarks, face_locations)."""

    def __init__(self):
        self._detect = dlib.get_frontal_face_detector()
        self._predict = dlib.shape_predictor(models.dlib_file(models.PREDICTOR))
        self._net = dlib.face_recognition_model_v1(models.dlib_file(models.RECOGNISER))

    def encodings(self, image: np.ndarray) -> list[np.ndarray]:
        shapes = [self._predict(image, box) for box in self._detect(image, 1)]
        return [np.array(self._net.compute_face_descriptor(image, s, 1)) for s in shapes]


def timed(work):
    started = time.process_time()
    result = work()
    return result, time.process_time() - started


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--people", type=int, default=4)
    cv2.setNumThreads(1)
    everybody = list(made(parser.parse_args().people))
    pictures = [image for _, _, edits in everybody for image in edits]
    loop, judge = Loop(), recogniser("dlib")
    # both are warm before the clock runs
    loop.encodings(pictures[0])
    warm = faces.landmarks(pictures[0])
    judge.embed(pictures[0], warm)

    theirs, their_time = timed(lambda: [loop.encodings(image) for image in pictures])
    ours, our_time = timed(
        lambda: [judge.embed(image, faces.landmarks(image)) for image in pictures]
    )
    found = [vectors[0] for vectors in theirs if vectors]
    sources = [image for _, image, _ in everybody]
    report("face_recognition's calls", their_time, len(pictures))
    report("identity judged", our_time, len(pictures))
    print(f"ratio      {their_time / our_time:.2f} (goal: 2)")
    print(f"found      loop {len(found)}, idlock {len(ours)} of {len(pictures)}")
    if len(found) == len(ours):
        compare(found, ours, sources, loop, judge)

    full_time = timed(lambda: judged(everybody, judge))[1]
    report("all judges", full_time, len(pictures))
    print(f"ratio      {their_time / full_time:.2f} with every column of scores.csv measured")


def report(what: str, seconds: float, pictures: int) -> None:
    print(f"{what:24} {1000 * seconds / pictures:6.0f} ms a picture of one core")


def compare(theirs, ours, sources, loop: Loop, judge) -> None:
    """Same results: the same person, at about the same distance."""
    known = np.array([loop.encodings(image)[0] for image in sources])
    own = np.array([judge.embed(image, faces.landmarks(image)) for image in sources])
    who = np.repeat(np.arange(len(sources)), len(EXPRESSIONS))
    drifts = [
        references.drift(np.array(vectors)[:, None], gallery[None])
        for vectors, gallery in ((theirs, known), (ours, own))
    ]
    right = [float((d.argmin(axis=1) == who).mean()) for d in drifts]
    apart = np.abs(drifts[0] - drifts[1])
    print(f"rank-1     loop {right[0]:.1%}, idlock {right[1]:.1%}")
    print(
        f"drift      differs by {np.median(apart):.4f} (median), {apart.max():.4f} at most; "
        f"correlation {np.corrcoef(drifts[0].ravel(), drifts[1].ravel())[0, 1]:.4f}"
    )


def judged(everybody, judge) -> None:
    """All columns of every picture, as the judge stage measures them."""
    panel = judges.panel(
        {
            **{"judge": "dlib", "second_judge": None, "models": "models", "presets": None},
            **{"expression_classifier": None, "generate": {"expressions": list(EXPRESSIONS)}},
        }
    )
    for _, photo, edits in everybody:
        source = look(photo, judge)
        reference = references.make(source.vectors["judge"][None], ["a"], judge)
        for image, name in zip(edits, EXPRESSIONS, strict=True):
            case = judges.Case(
                look(image, judge), source, [source], {"judge": reference}, "a", name
            )
            for measure in panel:
                measure.measure(case)


def look(image: np.ndarray, judge) -> judges.Look:
    landmarks = faces.landmarks(image)
    return judges.Look(image, landmarks, {"judge": judge.embed(image, landmarks)})


if __name__ == "__main__":
    main()
