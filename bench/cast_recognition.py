"""How real the synthetic cast looks to a face detector, a landmark predictor and a recogniser.

    .venv/bin/python bench/cast_recognition.py [--people 100] [--recognised 50] [--size 256]

Prints, for `--people` people x 5 expressions in random scenes: how many faces
dlib's detector finds at the place where they are, how far dlib's landmarks lie
from the true ones, how fast pictures are made; and for `--recognised` of these
people the distances and the equal error rate of dlib's 128-D descriptor.
"""

import argparse
import importlib.util
import time
from pathlib import Path

import cv2
import dlib
import numpy as np

from idlock import cast

EXPRESSIONS = ("neutral", "happy", "sad", "surprised", "angry")


def models() -> Path:
    """Return the folder of dlib's trained files, found without importing their package."""
    found = importlib.util.find_spec("face_recognition_models")
    return Path(found.submodule_search_locations[0]) / "models"


def shots(people: int):
    """Yield (person, expression, scene): five expressions of everyone, no scene twice."""
    for seed in range(people):
        for index, name in enumerate(EXPRESSIONS):
            yield seed, name, cast.scene(len(EXPRESSIONS) * seed + index)


def box_at_place(boxes, landmarks: np.ndarray):
    """Return the detected box that lies on the true face, or None."""
    low, high = landmarks[17:].min(axis=0), landmarks.max(axis=0)
    for box in boxes:
        found = dlib.rectangle(*(int(v) for v in (*low, *high)))
        common = box.intersect(found).area()
        if common / (box.area() + found.area() - common) > 0.4:
            return box
    return None


def equal_error(genuine: np.ndarray, impostor: np.ndarray) -> tuple[float, float]:
    """Return the equal error rate and the distance at which it is reached."""
    lines = np.unique(np.concatenate([genuine, impostor]))
    missed = 1.0 - np.searchsorted(np.sort(genuine), lines, side="right") / len(genuine)
    taken = np.searchsorted(np.sort(impostor), lines, side="right") / len(impostor)
    at = int(np.argmin(np.abs(missed - taken)))
    return float((missed[at] + taken[at]) / 2), float(lines[at])


def distances(
    descriptors: np.ndarray, owner: np.ndarray
) -> dict[str, tuple[np.ndarray, np.ndarray]]:
    """Return genuine and impostor distances, cosine and euclidean."""
    upper = np.triu_indices(len(descriptors), 1)
    same = (owner[:, None] == owner[None])[upper]
    unit = descriptors / np.linalg.norm(descriptors, axis=1, keepdims=True)
    kinds = {
        "cosine": (1.0 - unit @ unit.T)[upper],
        "euclidean": np.linalg.norm(descriptors[:, None] - descriptors[None], axis=-1)[upper],
    }
    return {name: (values[same], values[~same]) for name, values in kinds.items()}


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--people", type=int, default=100)
    parser.add_argument("--recognised", type=int, default=50)
    parser.add_argument("--size", type=int, default=256)
    wanted = parser.parse_args()
    cv2.setNumThreads(1)
    detector = dlib.get_frontal_face_detector()
    predictor = dlib.shape_predictor(str(models() / "shape_predictor_68_face_landmarks.dat"))
    recogniser = dlib.face_recognition_model_v1(
        str(models() / "dlib_face_recognition_resnet_model_v1.dat")
    )
    errors, descriptors, owner, missed = [], [], [], []
    taken, total = 0.0, 0
    for seed, name, shot in shots(wanted.people):
        start = time.process_time()
        picture = cast.render(seed, name, wanted.size, scene=shot)
        taken, total = taken + time.process_time() - start, total + 1
        box = box_at_place(detector(picture.image, 1), picture.landmarks)
        if box is None:
            missed.append(f"{seed}:{name}")
            continue
        shape = predictor(picture.image, box)
        guessed = np.array([(point.x, point.y) for point in shape.parts()], float)
        true = picture.landmarks
        # Between the outer corners of the eyes, as in the 300-W protocol.
        apart = np.linalg.norm(true[36] - true[45])
        errors.append(np.linalg.norm(guessed - true, axis=1) / apart)
        if seed < wanted.recognised:
            descriptors.append(np.array(recogniser.compute_face_descriptor(picture.image, shape)))
            owner.append(seed)
    print(f"pictures   {total} at {wanted.size} px, {1000 * taken / total:.0f} ms of one core each")
    print(
        f"found      {total - len(missed)} at their place ({1 - len(missed) / total:.2%})", *missed
    )
    error = np.array(errors)
    parts = {"outline": slice(0, 17), "brows": slice(17, 27), "nose": slice(27, 36)}
    parts |= {"eyes": slice(36, 48), "mouth": slice(48, 68)}
    by_part = ", ".join(f"{part} {error[:, at].mean():.2%}" for part, at in parts.items())
    print(f"landmarks  off by {error.mean():.2%} of the way between outer eye corners ({by_part})")
    for name, (genuine, impostor) in distances(np.array(descriptors), np.array(owner)).items():
        rate, line = equal_error(genuine, impostor)
        own, other = np.quantile(genuine, 0.95), np.quantile(impostor, 0.05)
        print(f"{name:10s} same person {genuine.mean():.3f} (95 % under {own:.3f}),", end=" ")
        print(f"others {impostor.mean():.3f} (95 % over {other:.3f}),", end=" ")
        print(f"equal error {rate:.2%} at {line:.3f}")


if __name__ == "__main__":
    main()
