"""Fit how one person's landmarks move with pose and expression.

Writes resources/faces/structure.json.

The synthetic cast, rendered and looked at as in bench/fit/looks.py, gives
differences of landmarks between a person's resting face and everything else
they do, mirrored as well; their principal components are what a change of build
is told apart from. How many are taken out of a part, and the separation of the
same person from others (area under the ROC curve), is measured on people left
out.

    .venv/bin/python bench/fit/structure.py
"""

import json

import numpy as np
from looks import FITTED, HELD_OUT, seen

from idlock.faces import structure
from idlock.store.files import write_text

# Largest number of components, and those tried for each part.
MODES, TRIED = 24, (4, 6, 8, 12, 18, 24)
MIRRORED = [
    *(*range(16, -1, -1), *range(26, 16, -1), *range(27, 31), *range(35, 30, -1)),
    *(45, 44, 43, 42, 47, 46, 39, 38, 37, 36, 41, 40, *range(54, 47, -1)),
    *(*range(59, 54, -1), *range(64, 59, -1), *range(67, 64, -1)),
]


def flat(points: np.ndarray) -> np.ndarray:
    return np.concatenate([points.real, points.imag])


def differences(looks: list[dict]):
    """From each person's resting face to everything else of theirs, and mirrored."""
    rest = {k["person"]: k for k in looks if k["preset"] == "neutral" and not k["shot"]}
    for look in looks:
        if look["person"] not in rest or look is rest[look["person"]]:
            continue
        a, b = (structure.normalised(k["landmarks"]) for k in (look, rest[look["person"]]))
        yield flat(a - b)
        yield flat(-((a - b).conj())[MIRRORED])


def fit(looks: list[dict]) -> np.ndarray:
    """(136, 24) principal components about 0, the largest first."""
    changes = np.array(list(differences(looks)))
    _, directions = np.linalg.eigh(changes.T @ changes)
    return directions[:, ::-1][:, :MODES]


def separation(looks: list[dict], modes: np.ndarray, used: dict[str, int]) -> dict[str, float]:
    """Area under the curve: a person's own pictures against other people's."""
    structure._modes = lambda: (modes, used)
    rest = {k["person"]: k for k in looks if k["preset"] == "neutral" and not k["shot"]}
    own, others = [], []
    for look in looks:
        for person, resting in rest.items():
            if look is not resting:
                into = own if person == look["person"] else others
                into.append(structure.drift(look["landmarks"], resting["landmarks"]))
    return {
        part: area([getattr(d, part) for d in own], [getattr(d, part) for d in others])
        for part in used
    }


def area(low: list[float], high: list[float]) -> float:
    low, high = np.sort(low), np.asarray(high)
    return round(float(np.searchsorted(low, high).mean() / len(low)), 3)


def main() -> None:
    looks = seen()
    modes = fit([k for k in looks if k["person"] in FITTED])
    held = [k for k in looks if k["person"] in HELD_OUT]
    parts = ("eye_spacing", "eye_shape", "nose", "jaw")
    tried = {n: separation(held, modes, dict.fromkeys(parts, n)) for n in (0, *TRIED)}
    used = {part: max(TRIED, key=lambda n: tried[n][part]) for part in parts}
    measured = {"without": tried[0], "separation": separation(held, modes, used)}
    print(json.dumps(tried, indent=1), used, measured)
    content = {
        "modes": modes.round(5).tolist(),
        "used": used,
        "measured": measured,
        "measured_on": f"synthetic cast, {len(FITTED)} people fitted, {len(HELD_OUT)} held out, "
        "on whom the numbers of components were chosen too; area under the ROC curve of the same "
        "person with other expressions and in other light against other people",
        "command": "python bench/fit/structure.py",
    }
    write_text(structure.FILE, json.dumps(content) + "\n")


if __name__ == "__main__":
    main()
