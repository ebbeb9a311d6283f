"""How well the person is cut out without trained weights, and how long it takes.

    IDLOCK_ASSETS=../shared/assets .venv/bin/python bench/matte.py \
        [--people 12] [--shots 2] [--photos 33] [--mediapipe PYTHON]

Against truth: people of the synthetic cast, each in other shots, as `prepare`
sees them (dlib's landmarks, aligned, 768 px). A gross failure is an overlap
(IoU) under 0.9 or more than 7 % of the head and hair lost. The error of alpha
is its mean where truth is neither 0 nor 1.

Against MediaPipe's selfie segmenter (IoU 256 px masks, so an opinion, not the
truth): the photos under IDLOCK_ASSETS/faces. `--mediapipe` names a Python in
which `import mediapipe` gives a version with `solutions` (0.10.21 or older);
it is no part of idlock's environment.
"""

import argparse
import os
import subprocess
import sys
import tempfile
import time
from pathlib import Path

import cv2
import numpy as np

from idlock import cast
from idlock.faces import align, detect, matte, shape
from idlock.problems import BadInput

GROSS, LOST = 0.9, 0.07
SHOWN = 1024  # px, the cast as `prepare` gets it
SEGMENT = """
import sys, numpy, mediapipe
from pathlib import Path
segmenter = mediapipe.solutions.selfie_segmentation.SelfieSegmentation(model_selection=0)
for path in Path(sys.argv[1]).glob("*.npy"):
    mask = segmenter.process(numpy.load(path)).segmentation_mask
    with path.with_suffix(".mask").open("wb") as file:
        numpy.save(file, mask.astype(numpy.float32))
"""


def aligned_face(rgb: np.ndarray, detector: detect.Detector) -> align.Aligned:
    box = detect.choose(detector.find(rgb), "largest", rgb.shape[:2])
    return align.align(rgb, shape.landmarks_in(rgb, box))


def compared(aligned: align.Aligned, truth: np.ndarray, segmenter: matte.Segmenter) -> dict:
    """Cut out one picture; `truth` is (768, 768) uint8."""
    start = time.process_time()
    alpha = matte.cut_out(aligned.rgb, aligned.landmarks, segmenter, aligned.inside)[..., 3]
    seconds = time.process_time() - start
    found, wanted = ((mask > 127) & aligned.inside for mask in (alpha, truth))
    head = wanted & (np.arange(align.SIZE)[:, None] < aligned.landmarks[8, 1])
    edge = (truth > 5) & (truth < 250) & aligned.inside
    error = np.abs(alpha.astype(float) - truth)[edge].mean() / 255
    return {
        "iou": (found & wanted).sum() / (found | wanted).sum(),
        "lost": 1 - found[head].mean(),
        "edge": error,
        "seconds": seconds,
    }


def told(title: str, rows: dict[str, dict], edge: bool) -> None:
    """Print one part of the measurement."""
    if not rows:
        return
    iou, lost, error, seconds = (
        np.array([row[key] for row in rows.values()]) for key in ("iou", "lost", "edge", "seconds")
    )
    gross = (iou < GROSS) | (lost > LOST)
    print(
        f"{title}: {len(rows)} pictures, IoU mean {iou.mean():.4f}, worst {iou.min():.3f}; "
        f"gross failures {gross.sum()}; "
        + (f"alpha off by {error.mean():.3f} at the edge; " if edge else "")
        + f"{seconds.mean():.2f} s of one core each"
    )
    for name in sorted(rows, key=lambda name: rows[name]["iou"])[:5]:
        print(f"    {name}: IoU {rows[name]['iou']:.3f}, head lost {rows[name]['lost']:.1%}")


def cast_rows(people: int, shots: int, tools: tuple) -> dict[str, dict]:
    detector, segmenter = tools
    rows = {}
    for person in range(1, people + 1):
        for shot in range(1, shots + 1):
            picture = cast.render(person, "neutral", SHOWN, scene=cast.scene(10 * person + shot))
            name = f"cast {person}, shot {10 * person + shot}"
            try:
                aligned = aligned_face(picture.image, detector)
                truth = align.warped((picture.mask * 255).astype(np.uint8), aligned.transform)
                rows[name] = compared(aligned, truth, segmenter)
            except BadInput as error:
                print(f"    {name}: {error.reason}")
    return rows


def photo_rows(photos: list[Path], python: str, tools: tuple) -> dict[str, dict]:
    detector, segmenter = tools
    rows = {}
    with tempfile.TemporaryDirectory() as folder:
        for number, path in enumerate(photos):
            np.save(Path(folder) / f"{number}.npy", cv2.imread(str(path))[..., ::-1].copy())
        subprocess.run([python, "-c", SEGMENT, folder], check=True, stderr=subprocess.DEVNULL)
        for number, path in enumerate(photos):
            rgb = np.load(Path(folder) / f"{number}.npy")
            opinion = np.load(Path(folder) / f"{number}.mask")
            try:
                aligned = aligned_face(rgb, detector)
                opinion = align.warped((opinion * 255).astype(np.uint8), aligned.transform)
                rows[path.name] = compared(aligned, opinion, segmenter)
            except BadInput as error:
                print(f"    {path.name}: {error.reason}")
    return rows


def has_mediapipe(python: str) -> bool:
    check = [python, "-c", "import mediapipe; mediapipe.solutions"]
    return subprocess.run(check, capture_output=True, check=False).returncode == 0


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--people", type=int, default=12)
    parser.add_argument("--shots", type=int, default=2)
    parser.add_argument("--photos", type=int, default=33)
    parser.add_argument("--mediapipe", metavar="PYTHON", default=sys.executable)
    wanted = parser.parse_args()
    cv2.setNumThreads(1)
    tools = detect.DlibDetector(), matte.segmenter(None)
    told("synthetic cast", cast_rows(wanted.people, wanted.shots, tools), edge=True)
    photos = sorted((Path(os.environ.get("IDLOCK_ASSETS", "")) / "faces").rglob("*.jpg"))
    if not photos:
        print("real photos: skipped, IDLOCK_ASSETS names no folder with faces/")
    elif not has_mediapipe(wanted.mediapipe):
        print(
            f"real photos: skipped, {wanted.mediapipe} has no mediapipe with solutions; "
            "name one that has with --mediapipe"
        )
    else:
        chosen = photos[:: max(1, len(photos) // wanted.photos)][: wanted.photos]
        rows = photo_rows(chosen, wanted.mediapipe, tools)
        told("real photos against MediaPipe", rows, edge=False)


if __name__ == "__main__":
    main()
