"""Pictures of the synthetic cast with known sliders, looked at as the judge looks at pictures.

What the fits of this folder learn from: two shots of 64 people, the last 16 of
whom every fit leaves out and is measured on.
"""

import pickle
import tempfile
from pathlib import Path

import numpy as np

from idlock import cast, faces
from idlock.expression import eyes, features, mouth, presets
from idlock.expression.sliders import SLIDERS
from idlock.store.code import code_digest

FITTED, HELD_OUT = range(1, 49), range(61, 77)
RANDOM, SIZE = 9, 512
# at the far end the jaw hangs as nobody's does, and dlib loses the mouth
REACH = {name: 0.5 if name == "aaa" else 0.95 for name in SLIDERS}


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
    return {
        "person": person,
        "shot": shot,
        "sliders": picture.expression,
        "preset": expression if isinstance(expression, str) else None,
        "landmarks": landmarks,
        "eyes": eyes.described(picture.image, landmarks),
        "mouth": mouth.patch(picture.image, landmarks),
        "truth": features.marked_openings(picture.landmarks),
    }


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
    """All pictures of everybody, kept beside the other temporary files for the next fit."""
    kept = Path(tempfile.gettempdir()) / f"idlock-looks-{code_digest('idlock.cast')}.pickle"
    if not kept.is_file():
        kept.write_bytes(pickle.dumps([look for person in people for look in pictures(person)]))
    return pickle.loads(kept.read_bytes())


def correlation(a, b) -> float:
    return round(float(np.corrcoef(a, b)[0, 1]), 3)
