"""Does the parametric engine do what it promises? The acceptance table of docs/parametric.md.

    IDLOCK_ASSETS=... .venv/bin/python bench/acceptance/presets.py \
        [--mediapipe /path/to/python] [--people 20] [--cast 20] [--presets happy sad] \
        [--write docs/parametric.md]

Every shipped preset at its default intensity, on the neutral photos of the Face
Research Lab London Set and on as many people of the synthetic cast:

- locked: share of pictures whose drift from their own source is within the
  recogniser's calibrated line (far-1e-3); a face no longer found is not locked;
- rise: share of pictures in which MediaPipe's blendshape that names the preset
  is higher than in the source, and its mean before and after;
- nearer: share of the cast whose edit is nearer, by mean absolute difference
  over the face, to the renderer's own picture of that expression than the
  unedited picture is, and the median ratio of the two distances.

MediaPipe is no dependency of the project: ``--mediapipe`` names a Python that
has it (1.2.2 was used); without it that part is said to be missing.
"""

import argparse
import json
import os
import subprocess
import tempfile
from dataclasses import dataclass, field
from pathlib import Path

import cv2
import numpy as np

from idlock import cast, faces
from idlock.engines.parametric import Face
from idlock.expression import presets
from idlock.faces import align
from idlock.identity import lines, recognisers
from idlock.photos import sources

ASSETS = Path(os.environ.get("IDLOCK_ASSETS", "/nowhere"))
HERE = Path(__file__).resolve().parent
JUDGES = ("dlib", "edgeface_xs")
LINE = "far-1e-3"
MARKS = ("<!-- acceptance begins -->", "<!-- acceptance ends -->")
# The blendshapes that name a preset: their mean has to rise. MediaPipe's left
# is the person's, which is the picture's right.
NAMED = {
    "happy": ("mouthSmileLeft", "mouthSmileRight"),
    "laughing": ("mouthSmileLeft", "mouthSmileRight", "jawOpen"),
    "sad": ("mouthFrownLeft", "mouthFrownRight"),
    "angry": ("browDownLeft", "browDownRight"),
    "surprised": ("jawOpen", "browInnerUp", "eyeWideLeft", "eyeWideRight"),
    "afraid": ("browInnerUp", "browOuterUpLeft", "browOuterUpRight"),
    "disgusted": ("browDownLeft", "browDownRight"),
    "contempt": ("eyeSquintRight", "mouthPressLeft", "mouthPressRight"),
    "sleepy": ("eyeBlinkLeft", "eyeBlinkRight"),
    "wink": ("eyeBlinkRight",),
    "kiss": ("mouthPucker",),
    "talk-a": ("jawOpen",),
    "talk-e": ("mouthUpperUpLeft", "mouthUpperUpRight", "mouthLowerDownLeft"),
    "talk-o": ("mouthFunnel", "jawOpen"),
}


@dataclass(frozen=True)
class Sitter:
    """Who is edited.

    Attributes:
        name: such as ``london 001`` or ``cast 4``.
        picture: (768, 768, 3) uint8, prepared.
        landmarks: (68, 2) px.
    """

    name: str
    picture: np.ndarray
    landmarks: np.ndarray


def londoners(count: int) -> list[Sitter]:
    """The first ``count`` neutral photos, prepared as the pipeline does."""
    photos = sorted((ASSETS / "faces/london/neutral_front").glob("*.jpg"))[:count]
    return [_prepared(f"london {p.name[:3]}", sources.load(str(p), 100).rgb) for p in photos]


def members(numbers: range) -> list[Sitter]:
    """People of the cast, prepared in the same way."""
    return [_prepared(f"cast {n}", cast.render(n, "neutral", 768).image) for n in numbers]


def _prepared(name: str, photo: np.ndarray) -> Sitter:
    shown = align.align(photo, faces.landmarks(photo))
    return Sitter(name, np.ascontiguousarray(shown.rgb), shown.landmarks)


@dataclass
class Measured:
    """What was measured of one preset, one entry a person.

    Attributes:
        drifts: judge -> cosine distances from the person's own source; NaN where
            no face is found.
        files: the pictures, for MediaPipe.
    """

    drifts: dict[str, list[float]] = field(default_factory=dict)
    files: list[Path] = field(default_factory=list)


def measured(sitters: list[Sitter], wanted: dict, folder: Path) -> dict[str, Measured]:
    """Edit and judge everybody; the untouched face is preset ``source``."""
    judges = {
        name: recognisers.recogniser(name, ASSETS / "rec") for name in JUDGES if _is_there(name)
    }
    found = {preset: Measured({name: [] for name in judges}) for preset in ("source", *wanted)}
    for sitter in sitters:
        face = Face(sitter.picture, sitter.landmarks)
        own = {
            name: judge.embed(sitter.picture, sitter.landmarks) for name, judge in judges.items()
        }
        for preset, row in found.items():
            picture = face.edit(wanted.get(preset, {}))
            row.files.append(folder / f"{sitter.name}_{preset}.png".replace(" ", "_"))
            cv2.imwrite(str(row.files[-1]), picture[..., ::-1], [cv2.IMWRITE_PNG_COMPRESSION, 1])
            points = points_of(picture)
            for name, judge in judges.items():
                seen = None if points is None else judge.embed(picture, points)
                row.drifts[name].append(drift(own[name], seen))
    return found


def points_of(picture: np.ndarray) -> np.ndarray | None:
    """Landmarks of a picture, or None where no face is found."""
    try:
        return faces.landmarks(picture)
    except faces.NoFace:
        return None


def drift(own: np.ndarray, seen: np.ndarray | None) -> float:
    """Cosine distance of two vectors; NaN for none."""
    if seen is None:
        return np.nan
    return 1 - float(own @ seen / np.linalg.norm(own) / np.linalg.norm(seen))


def _is_there(judge: str) -> bool:
    return judge == "dlib" or (ASSETS / f"rec/{judge}.onnx").is_file()


def nearer(numbers: range, wanted: dict[str, dict[str, float]]) -> dict[str, np.ndarray]:
    """Distance of edit from truth over that of the unedited picture, per preset and person.

    Rendered and edited at 512 px with the renderer's own landmarks, so that
    neither a detector nor the preparation has a part in it.
    """
    ratios: dict[str, list[float]] = {name: [] for name in wanted}
    for number in numbers:
        plain = cast.render(number, "neutral", 512)
        face = Face(plain.image, plain.landmarks)
        for name, sliders in wanted.items():
            truth = cast.render(number, sliders, 512)
            on = _face(plain.landmarks, truth.landmarks)
            edited, unedited = (
                np.abs(picture[on].astype(float) - truth.image[on]).mean()
                for picture in (face.edit(sliders), plain.image)
            )
            ratios[name].append(edited / unedited)
    return {name: np.array(values) for name, values in ratios.items()}


def _face(*landmarks: np.ndarray) -> np.ndarray:
    """Bool (512, 512): the hull of the landmarks."""
    canvas = np.zeros((512, 512), np.uint8)
    hull = cv2.convexHull(np.concatenate(landmarks).astype(np.float32))
    cv2.fillConvexPoly(canvas, hull.astype(np.int32), 1)
    return canvas.astype(bool)


def blendshapes(python: str | None, files: list[Path]) -> list[dict | None] | None:
    """MediaPipe's scores of every picture, or None where there is no MediaPipe."""
    model = ASSETS / "mediapipe/face_landmarker.task"
    if python is None or not model.is_file():
        return None
    done = subprocess.run(
        [python, str(HERE / "blendshapes.py"), str(model)],
        input="\n".join(map(str, files)),
        capture_output=True,
        text=True,
        check=False,
    )
    if done.returncode:
        print(f"MediaPipe did not run:\n{done.stderr[-500:]}")
        return None
    return [json.loads(line) for line in done.stdout.splitlines()]


def table(sitters: list[Sitter], wanted: dict, python: str | None, ratios: dict | None) -> str:
    """The Markdown table of one group of people."""
    with tempfile.TemporaryDirectory() as folder:
        found = measured(sitters, wanted, Path(folder))
        scores = {
            preset: blendshapes(python, row.files)
            for preset, row in found.items()
            if preset in NAMED or preset == "source"
        }
    judges = list(found["source"].drifts)
    head = ["preset", *(f"{judge} locked (mean drift)" for judge in judges)]
    head += ["blendshape that names it", "rises (mean before -> after)"]
    head += ["nearer the truth (median distance left)"] if ratios else []
    rows = [head, ["---"] * len(head)]
    for preset in wanted:
        row = [preset, *(_locked(judge, found[preset].drifts[judge]) for judge in judges)]
        row += [", ".join(NAMED.get(preset, ("-",))), _risen(preset, scores)]
        if ratios:
            share, left = (ratios[preset] < 1).mean(), np.median(ratios[preset])
            row.append(f"{share:.0%} ({left:.2f})")
        rows.append(row)
    return "\n".join("| " + " | ".join(row) + " |" for row in rows)


def _locked(judge: str, drifts: list[float]) -> str:
    line = lines.line(judge, LINE, ASSETS / "rec").drift
    return f"{(np.array(drifts) <= line).mean():.0%} ({np.nanmean(drifts):.3f})"


def _risen(preset: str, scores: dict) -> str:
    if scores["source"] is None:
        return "MediaPipe missing"
    if preset not in NAMED:
        return "-"
    pairs = [
        [np.mean([shown[shape] for shape in NAMED[preset]]) for shown in pair]
        for pair in zip(scores["source"], scores[preset], strict=True)
        if None not in pair
    ]
    if not pairs:
        return "no face found by MediaPipe"
    before, later = np.array(pairs).T
    count = len(scores["source"])
    lost = f", {count - len(pairs)} faces not found" if len(pairs) < count else ""
    share = (later > before).sum() / count
    return f"{share:.0%} ({before.mean():.3f} -> {later.mean():.3f}{lost})"


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--mediapipe", help="a Python that has mediapipe 1.2.2")
    parser.add_argument("--people", type=int, default=20, help="of the London set")
    parser.add_argument("--cast", type=int, default=20, help="people of the synthetic cast")
    parser.add_argument("--first", type=int, default=0, help="number of the first of them")
    parser.add_argument("--presets", nargs="*", help="these only")
    parser.add_argument("--write", type=Path, help="the document whose table is replaced")
    options = parser.parse_args()
    cv2.setNumThreads(1)
    known = presets.load()
    wanted = {name: known[name] for name in options.presets or known if known[name]}
    parts = []
    if ASSETS.is_dir():
        people = londoners(options.people)
        parts += [f"### {len(people)} people of the London set, neutral photos\n"]
        parts += [table(people, wanted, options.mediapipe, None)]
        print("\n".join(parts), flush=True)
    else:
        parts += ["IDLOCK_ASSETS is not set: the London set was not measured."]
    if options.cast:
        numbers = range(options.first, options.first + options.cast)
        people = members(numbers)
        parts += [f"\n### {len(people)} people of the cast\n"]
        parts += [table(people, wanted, options.mediapipe, nearer(numbers, wanted))]
    text = "\n".join(parts)
    print(text)
    if options.write:
        before, _, rest = options.write.read_text().partition(MARKS[0])
        after = rest.partition(MARKS[1])[2]
        options.write.write_text(f"{before}{MARKS[0]}\n\n{text}\n\n{MARKS[1]}{after}")


if __name__ == "__main__":
    main()
