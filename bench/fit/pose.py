"""Fit how landmarks tell the pose of a head: writes resources/faces/pose.json.

The synthetic cast is rendered in random shots, turned and tilted, with and
without expression; ridge regression goes from the rigid landmarks dlib finds
to the true yaw and pitch. A quarter of the people is left out and measured.
Where IDLOCK_ASSETS is set, zero is moved to what the 20 neutral London
photographs, of people told to look straight ahead, read on average.

    IDLOCK_ASSETS=../shared/assets .venv/bin/python bench/fit/pose.py
"""

import json
import os
from pathlib import Path

import cv2
import numpy as np

from idlock import cast, faces
from idlock.expression import presets
from idlock.faces import pose
from idlock.store.files import write_text

PEOPLE, PICTURES, SIZE = 100, 12, 320
RIDGE = 3e-4
MIRRORED = [*range(35, 30, -1)]  # the wings of the nose, left for right


def samples(person: int):
    """(landmarks, true yaw and pitch) of one person, and the same mirrored."""
    random = np.random.default_rng(5000 + person)
    moods = list(presets.load().values())
    for number in range(PICTURES):
        sliders = dict(moods[random.integers(len(moods))])
        for axis in ("rotate_pitch", "rotate_yaw", "rotate_roll"):
            turned = sliders.get(axis, 0.0) + random.uniform(-20, 20)
            sliders[axis] = round(float(np.clip(turned, -20, 20)), 2)
        picture = cast.render(person, sliders, SIZE, scene=cast.scene(77 * person + number))
        try:
            landmarks = faces.landmarks(picture.image)
        except faces.NoFace:
            continue
        pitch, yaw, _ = picture.scene.pose
        truth = np.array([yaw + sliders["rotate_yaw"], pitch + sliders["rotate_pitch"]])
        yield landmarks, truth
        yield mirrored(landmarks), truth * (-1, 1)


def mirrored(landmarks: np.ndarray) -> np.ndarray:
    flipped = landmarks * (-1, 1)
    order = np.arange(68)
    order[31:36] = MIRRORED
    order[[36, 39, 42, 45]] = [45, 42, 39, 36]
    return flipped[order]


def london() -> np.ndarray | None:
    folder = Path(os.environ.get("IDLOCK_ASSETS", "")) / "faces/london/neutral_front"
    photos = [cv2.imread(str(path))[..., ::-1].copy() for path in sorted(folder.glob("*.jpg"))]
    return np.array([pose.described(faces.landmarks(p)) for p in photos]) if photos else None


def main() -> None:
    people = [list(samples(person)) for person in range(1, PEOPLE + 1)]
    last = PEOPLE - PEOPLE // 4
    x, y, xt, yt = (
        np.array([part(sample) for person in group for sample in person])
        for group in (people[:last], people[last:])
        for part in (lambda s: pose.described(s[0]), lambda s: s[1])
    )
    mean, offset = x.mean(axis=0), y.mean(axis=0)
    a = x - mean
    weights = np.linalg.solve(a.T @ a + RIDGE * len(a) * np.eye(a.shape[1]), a.T @ (y - offset))
    error = (xt - mean) @ weights + offset - yt
    measured = {
        "yaw_sd": round(float(error[:, 0].std()), 2),
        "pitch_sd": round(float(error[:, 1].std()), 2),
    }
    straight = london()
    if straight is not None:
        read = (straight - mean) @ weights + offset
        offset = offset - read.mean(axis=0)
        measured["london_sd"] = read.std(axis=0).round(2).tolist()
    print(json.dumps(measured))
    content = {
        "mean": mean.round(5).tolist(),
        "weights": weights.round(3).tolist(),
        "offset": offset.round(3).tolist(),
        "measured": measured,
        "measured_on": f"synthetic cast, people 1 to {last} fitted, the rest to {PEOPLE} held out; "
        "zero set by the 20 neutral London photographs",
        "command": "python bench/fit/pose.py",
    }
    write_text(pose.FILE, json.dumps(content, indent=1) + "\n")


if __name__ == "__main__":
    main()
