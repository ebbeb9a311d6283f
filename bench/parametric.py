"""Speed and memory of the parametric engine, as ratios within one run.

    .venv/bin/python bench/parametric.py

One prepared photo (the astronaut, 768 px, landmarks known), one thread. The
yardstick is one `cv2.remap` Lanczos pass over the same picture. Memory is what
the first edit adds to the process beyond the decoded picture. Times are the
process's own, so that other work on the machine does not count.
"""

import resource
import time
from pathlib import Path

import cv2
import numpy as np
import skimage.data
import yaml

from idlock import faces
from idlock.engines.parametric import Face, edit
from idlock.faces import align

PRESETS = Path(__file__).resolve().parents[1] / "config/expressions.yaml"
ROUNDS = 15
BATCH = 50


def prepared() -> tuple[np.ndarray, np.ndarray]:
    """The photo as the pipeline hands it to an engine, and its landmarks."""
    photo = skimage.data.astronaut()
    picture = np.ascontiguousarray(align.align(photo, faces.landmarks(photo)).rgb)
    return picture, faces.landmarks(picture)


def cut_out(picture: np.ndarray) -> np.ndarray:
    """The photo with an oval about the head left opaque, which is what turns whole."""
    alpha = cv2.ellipse(
        np.zeros(picture.shape[:2], np.uint8), (384, 360), (210, 320), 0, 0, 360, 255, -1
    )
    return np.dstack([picture, alpha])


def best(task) -> float:
    """Shortest of several rounds, milliseconds of processor time."""
    times = []
    for _ in range(ROUNDS):
        start = time.process_time()
        task()
        times.append(time.process_time() - start)
    return 1000 * min(times)


def lanczos(picture: np.ndarray) -> float:
    """One remap pass over the whole picture, milliseconds."""
    y, x = np.mgrid[0 : picture.shape[0], 0 : picture.shape[1]].astype(np.float32)
    x, y = x + 3 * np.sin(y / 30), y + 3 * np.cos(x / 30)
    return best(lambda: cv2.remap(picture, x, y, cv2.INTER_LANCZOS4))


def presets() -> dict[str, dict[str, float]]:
    """The shipped presets at their default intensity, those that do something."""
    rows = yaml.safe_load(PRESETS.read_text())
    return {
        name: {slider: value * row["intensity"] for slider, value in row["sliders"].items()}
        for name, row in rows.items()
        if row["sliders"]
    }


def peak_mb() -> float:
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024


def main() -> None:
    cv2.setNumThreads(1)
    picture, landmarks = prepared()
    wanted = presets()
    before = peak_mb()
    edit(picture, landmarks, next(iter(wanted.values())))
    print(f"peak memory of one edit: {peak_mb() - before:.0f} MB over the decoded picture")

    yardstick = lanczos(picture)
    setup = best(lambda: Face(picture, landmarks))
    print(f"Lanczos pass {yardstick:.1f} ms; set-up of a face {setup / yardstick:.2f} of it")
    face = Face(picture, landmarks)
    alone = []
    for name, sliders in wanted.items():
        further = best(lambda sliders=sliders: face.edit(sliders))
        alone.append(best(lambda sliders=sliders: edit(picture, landmarks, sliders)))
        print(
            f"{name:10} one edit {alone[-1]:6.1f} ms = {alone[-1] / yardstick:.2f} passes;"
            f" further edits {further:5.1f} ms"
        )

    turned = best(lambda: edit(cut_out(picture), landmarks, {"smile": 1, "rotate_yaw": 10}))
    print(f"a cut-out that smiles and turns: one edit = {turned / yardstick:.2f} passes")

    mean = float(np.mean(alone))
    start = time.process_time()
    face = Face(picture, landmarks)
    order = list(wanted.values())
    for number in range(BATCH):
        face.edit(order[number % len(order)])
    batch = 1000 * (time.process_time() - start)
    print(f"{BATCH} edits of one photo: {batch:.0f} ms = {batch / mean:.1f} times one edit")


if __name__ == "__main__":
    main()
