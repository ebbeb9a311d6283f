"""How surely sliders are read: writes resources/expression/reading.json.

Of people whom neither bench/fit/reading.py nor pursed.py has taught, every
picture is read against the resting face of its own shot, as where an engine
edits a photo, and against that of the person's other shot, in other light and
pose, as where an engine paints a picture of its own. What the judge weighs
sliders by, is the mean of the errors of both over sixteen people; how well it
then does, is measured on sixteen others.

    .venv/bin/python bench/fit/errors.py
"""

import json

import numpy as np
from looks import FITTED, HELD_OUT, WEIGHED, correlation, seen
from pursed import PEOPLE
from reading import MORE, Sample, resting, samples

from idlock.expression import presets, readback, reading
from idlock.store.files import write_text

DEMO = ("neutral", "happy", "sad", "angry", "surprised", "sleepy", "wink")
COMMAND = "; ".join(f"python bench/fit/{name}.py" for name in ("reading", "pursed", "errors"))


def main() -> None:
    errors = [read_of(some) - truth_of(some) for some in compared(WEIGHED).values()]
    facts = {"covariance": np.mean([squared(e) for e in errors], axis=0).round(6).tolist()}
    write_text(reading.FACTS, json.dumps(facts))  # what `readback` weighs by, from here on
    facts |= measured()
    print(json.dumps({name: facts[name] for name in ("measured", "presets")}, indent=1))
    write_text(reading.FACTS, json.dumps(facts) + "\n")


def compared(people: range) -> dict[str, list[Sample]]:
    """Everybody's pictures against the resting face of the same and of the other shot."""
    looks = seen(people)
    rest = resting(looks)
    elsewhere = {(person, 1 - shot): look for (person, shot), look in rest.items()}
    against = {"same_shot": rest, "other_shot": elsewhere}
    return {
        name: [s for s in samples(looks, still) if s.side > 0] for name, still in against.items()
    }


def measured() -> dict:
    """How well sliders and presets are read of the people held out."""
    pictures = compared(HELD_OUT)
    read = {where: read_of(some) for where, some in pictures.items()}
    same, truth = read["same_shot"], truth_of(pictures["same_shot"])
    return {
        "measured": {
            name: correlation(same[:, n], truth[:, n]) for n, name in enumerate(reading.READABLE)
        },
        "presets": {
            where: {
                "demo": presets_read(some, read[where], DEMO),
                "all": presets_read(some, read[where], tuple(presets.load())),
            }
            for where, some in pictures.items()
        },
        "measured_on": f"synthetic cast, {len(FITTED) + len(MORE) + len(PEOPLE)} people fitted, "
        f"{len(WEIGHED)} others for the covariance, {len(HELD_OUT)} held out "
        f"with {len(same)} pictures; correlation with the truth",
        "command": COMMAND,
    }


def read_of(tried: list[Sample]) -> np.ndarray:
    """Sliders (pictures, n) as the judge reads them."""
    return np.array([list(reading.read(s.shown).values()) for s in tried])


def truth_of(tried: list[Sample]) -> np.ndarray:
    """Sliders (pictures, n) as they were asked for."""
    return np.array([s.truth for s in tried])


def squared(errors: np.ndarray) -> np.ndarray:
    """Mean products (n, n) of errors (pictures, n)."""
    return errors.T @ errors / len(errors)


def presets_read(tried: list[Sample], read: np.ndarray, names: tuple[str, ...]) -> dict:
    """How many presets are read as what they are, where ``names`` may be read; neutral apart."""
    known = presets.load()
    choice = {name: known[name] for name in names}
    right = {True: [], False: []}
    for sample, values in zip(tried, read, strict=True):
        if sample.preset in choice:
            found = readback.nearest(dict(zip(reading.READABLE, values, strict=True)), choice)
            right[sample.preset == "neutral"].append(found == sample.preset)
    named = {"neutral": right[True], "others": right[False]}
    return {
        name: {"right": round(float(np.mean(some)), 4), "tried": len(some)}
        for name, some in named.items()
        if some
    }


if __name__ == "__main__":
    main()
