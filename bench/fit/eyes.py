"""Fit how the lids are read from pixels, and check it: writes resources/expression/eyes.json.

Ridge regression from an eye's description to its true opening, on the synthetic
cast (bench/fit/looks.py); what is printed, and kept in the file, was measured
on people left out.

    .venv/bin/python bench/fit/eyes.py
"""

import json

import numpy as np
from looks import FITTED, HELD_OUT, correlation, seen

from idlock.expression import eyes, features
from idlock.store.files import write_text

RIDGE = 3e-3


def stacked(looks: list[dict]) -> tuple[np.ndarray, np.ndarray]:
    """(n, 1008) descriptions of single eyes, (n,) true openings."""
    return (np.concatenate([look[part] for look in looks]) for part in ("eyes", "truth"))


def fit(looks: list[dict]) -> eyes.Fit:
    x, y = stacked(looks)
    mean, offset = x.mean(axis=0), float(y.mean())
    x = x - mean
    weights = np.linalg.solve(x.T @ x + RIDGE * len(x) * np.eye(x.shape[1]), x.T @ (y - offset))
    return eyes.Fit(mean, weights, offset)


def main() -> None:
    looks = seen()
    fitted = fit([look for look in looks if look["person"] in FITTED])
    held = [look for look in looks if look["person"] in HELD_OUT]
    x, truth = stacked(held)
    marks = np.concatenate([features.marked_openings(look["landmarks"]) for look in held])
    measured = {
        "from_pixels": correlation((x - fitted.mean) @ fitted.weights, truth),
        "from_landmarks": correlation(marks, truth),
    }
    print(json.dumps(measured))
    content = {
        "mean": np.round(fitted.mean, 5).tolist(),
        "weights": np.round(fitted.weights, 5).tolist(),
        "offset": round(fitted.offset, 5),
        "measured": measured,
        "measured_on": f"synthetic cast, {len(FITTED)} people fitted, {len(HELD_OUT)} held out, "
        "two shots each; correlation with the true distance of the lids",
        "command": "python bench/fit/eyes.py",
    }
    write_text(eyes.FILE, json.dumps(content) + "\n")


if __name__ == "__main__":
    main()
