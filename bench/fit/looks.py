"""Pictures of the synthetic cast with known sliders, looked at as the judge looks at pictures.

What the fits of this folder learn from: two shots of 64 people, the last 16 of
whom every fit leaves out and is measured on. By 16 others, whom none is taught
either, is weighed how surely sliders are read.
"""

import pickle
import tempfile
from collections.abc import Callable, Iterator
from pathlib import Path

import numpy as np

from idlock import cast, faces
from idlock.expression import eyes, features, presets
from idlock.expression.sliders import SLIDERS
from idlock.paths import PRESETS
from idlock.store.code import code_digest
from idlock.store.files import whole_file

FITTED, HELD_OUT, WEIGHED = range(1, 49), range(61, 77), range(77, 93)
RANDOM, SIZE = 9, 512
# at the far end the jaw hangs as nobody's does, and dlib loses the mouth
REACH = {name: 0.5 if name == "aaa" else 0.95 for name in SLIDERS}
# about the nostrils, in distances between the eyes: more than `mouth.patch` shows
LOWER_FACE = ((-0.78, -0.2), (0.78, -0.2), (-0.78, 1.35), (0.78, 1.35))


def drawn(random: np.random.Generator) -> dict[str, float]:
    """One to four sliders, anywhere in their range."""
    chosen = random.choice(list(SLIDERS), random.integers(1, 5), replace=False)
    return {
        name: round(float(REACH[name] * random.uniform(SLIDERS[name].low, SLIDERS[name].high)), 3)
        for name in chosen
    }


def looked_at(person: int, shot: int, expression) -> dict:
    """A picture as the judge finds it, with the truth about it."""
    scene = cast.scene(1000 * person + shot) if shot else None
    picture = cast.render(person, expression, SIZE, scene=scene)
    landmarks = faces.landmarks(picture.image)
    corner, lower = lower_face(picture.image, landmarks)
    return {
        "person": person,
        "shot": shot,
        "sliders": picture.expression,
        "preset": expression if isinstance(expression, str) else None,
        "landmarks": landmarks,
        "eyes": eyes.described(picture.image, landmarks),
        "lower": lower,
        "corner": corner,
        "truth": features.marked_openings(picture.landmarks),
    }


def lower_face(rgb: np.ndarray, landmarks: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """The place (2,) of nose, mouth and chin in a picture, px, and its pixels there.

    They are kept as they are, so what is seen in them can be changed without
    drawing everybody anew.
    """
    right = landmarks[[42, 45]].mean(axis=0) - landmarks[[36, 39]].mean(axis=0)
    down = right[::-1] * (-1, 1)
    corners = landmarks[31:36].mean(axis=0) + [x * right + y * down for x, y in LOWER_FACE]
    low = np.maximum(corners.min(axis=0), 0).astype(int)
    high = corners.max(axis=0).astype(int) + 1
    return low, rgb[low[1] : high[1], low[0] : high[0]].copy()


def pictures(person: int):
    """All pictures of one person; the preset neutral is the resting face of its shot."""
    random = np.random.default_rng(person)
    for shot in (0, 1):
        asked = [*(drawn(random) for _ in range(RANDOM)), *presets.load()]
        for expression in asked:
            try:
                yield looked_at(person, shot, expression)
            except faces.NoFace:
                print(f"person {person}, shot {shot}, {expression}: no face found")


def seen(people=(*FITTED, *HELD_OUT)) -> list[dict]:
    """All pictures of these people."""
    return [look for person in people for look in kept("looks", person, pictures)]


def kept(kind: str, person: int, draw: Callable[[int], Iterator[dict]]) -> list[dict]:
    """What ``draw`` gives of a person, kept beside the other temporary files for the next fit."""
    folder = Path(tempfile.gettempdir()) / f"idlock-{kind}-{code_digest('idlock.cast', PRESETS)}"
    file = folder / f"{person}.pickle"
    if not file.is_file():
        with whole_file(file) as temporary:
            temporary.write_bytes(pickle.dumps(list(draw(person))))
    return pickle.loads(file.read_bytes())


def correlation(a, b) -> float:
    return round(float(np.corrcoef(a, b)[0, 1]), 3)
