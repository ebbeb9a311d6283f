"""Fit how faces answer to sliders, and check it: writes resources/expression/response.json.

The synthetic cast is rendered with known sliders in two shots a person, and
looked at as the judge looks at pictures. First the lids: ridge regression from
an eye's description to its true opening. Then the response: least squares from
sliders to the change of features. A quarter of the people is left out of both;
what is printed, and kept in the file, was measured on them.

    .venv/bin/python bench/fit/readback.py
"""

import json
import pickle
import tempfile
from pathlib import Path

import numpy as np

from idlock import cast, faces
from idlock.expression import eyes, features, presets, readback, response
from idlock.expression.sliders import SLIDERS
from idlock.store.code import code_digest
from idlock.store.files import write_text

FITTED, HELD_OUT = range(1, 49), range(61, 77)
RANDOM, SIZE = 9, 512
RIDGE = 3e-3
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


def fit_eyes(seen: list[dict]) -> response.Eyes:
    x = np.concatenate([look["eyes"] for look in seen])
    y = np.concatenate([look["truth"] for look in seen])
    mean, offset = x.mean(axis=0), float(y.mean())
    x = x - mean
    weights = np.linalg.solve(x.T @ x + RIDGE * len(x) * np.eye(x.shape[1]), x.T @ (y - offset))
    return response.Eyes(mean, weights, offset)


def changes(seen: list[dict], fitted: response.Eyes) -> tuple[np.ndarray, np.ndarray, list]:
    """Changes of features from each shot's resting face, with the sliders behind them."""

    def of(look):
        openings = (look["eyes"] - fitted.mean) @ fitted.weights + fitted.offset
        return features.assembled(look["landmarks"], openings)

    rest = {(k["person"], k["shot"]): of(k) for k in seen if k["preset"] == "neutral"}
    moved = [k for k in seen if k["sliders"] and (k["person"], k["shot"]) in rest]
    change = np.array([of(look) - rest[look["person"], look["shot"]] for look in moved])
    shares = np.array([response.sides(look["sliders"]) for look in moved])
    return change, shares, moved


def fit(seen: list[dict]) -> response.Response:
    fitted = fit_eyes(seen)
    change, shares, _ = changes(seen, fitted)
    moves = np.linalg.lstsq(shares, change, rcond=None)[0].T
    return response.Response(fitted, moves, np.cov((change - shares @ moves.T).T))


def check(model: response.Response, seen: list[dict]) -> dict:
    """Measure on people the fit has not seen."""
    response.model = lambda: model
    truth = np.concatenate([look["truth"] for look in seen])
    pixels = np.concatenate(
        [(look["eyes"] - model.eyes.mean) @ model.eyes.weights for look in seen]
    )
    marks = np.concatenate([features.marked_openings(look["landmarks"]) for look in seen])
    change, shares, moved = changes(seen, model.eyes)
    read = [readback.sliders(c) for c in change]
    known = presets.load()
    asked = [(c, look["preset"]) for c, look in zip(change, moved, strict=True) if look["preset"]]
    hits = [readback.nearest(c, known) == preset for c, preset in asked]
    return {
        "eyes_from_pixels": correlation(pixels, truth),
        "eyes_from_landmarks": correlation(marks, truth),
        "sliders": {
            name: correlation(
                [values[name] for values in read],
                [response.sliders(share)[name] for share in shares],
            )
            for name in dict.fromkeys(name for name, _ in response.SIDES)
        },
        "presets_read_right": round(float(np.mean(hits)), 4),
        "presets_tried": len(hits),
    }


def correlation(a, b) -> float:
    return round(float(np.corrcoef(a, b)[0, 1]), 3)


def main() -> None:
    looks = seen()
    model = fit([look for look in looks if look["person"] in FITTED])
    checked = check(model, [look for look in looks if look["person"] in HELD_OUT])
    print(json.dumps(checked, indent=1))
    content = {
        "sides": [list(side) for side in response.SIDES],
        "features": list(features.NAMES),
        "eyes": {
            "mean": np.round(model.eyes.mean, 5).tolist(),
            "weights": np.round(model.eyes.weights, 5).tolist(),
            "offset": round(model.eyes.offset, 5),
        },
        "moves": np.round(model.moves, 5).tolist(),
        "covariance": model.covariance.round(9).tolist(),
        "measured": checked,
        "measured_on": f"synthetic cast, {len(FITTED)} people fitted, {len(HELD_OUT)} held out, "
        "two shots each; correlation with the truth",
        "command": "python bench/fit/readback.py",
    }
    write_text(response.FILE, json.dumps(content) + "\n")


if __name__ == "__main__":
    main()
