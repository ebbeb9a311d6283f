"""Fit how features answer to sliders on average: writes resources/expression/response.json.

Least squares from sliders to the change of features, on the synthetic cast
(bench/fit/looks.py); what is printed, and kept in the file, was measured on
people left out.

    .venv/bin/python bench/fit/response.py
"""

import json

import numpy as np
from looks import FITTED, HELD_OUT, correlation, seen
from scipy.optimize import nnls

from idlock.expression import eyes, features, response
from idlock.store.files import write_text


def changes(looks: list[dict]) -> tuple[np.ndarray, np.ndarray]:
    """Changes of features from each shot's resting face, with the sliders behind them."""

    def of(look):
        return features.assembled(look["landmarks"], eyes.read(look["eyes"]))

    rest = {(k["person"], k["shot"]): of(k) for k in looks if k["preset"] == "neutral"}
    moved = [k for k in looks if k["sliders"] and (k["person"], k["shot"]) in rest]
    change = np.array([of(look) - rest[look["person"], look["shot"]] for look in moved])
    return change, np.array([response.sides(look["sliders"]) for look in moved])


def fit(looks: list[dict]) -> response.Response:
    change, shares = changes(looks)
    moves = np.linalg.lstsq(shares, change, rcond=None)[0].T
    return response.Response(moves, np.cov((change - shares @ moves.T).T))


def check(model: response.Response, looks: list[dict]) -> dict[str, float]:
    """Correlation of each slider with the truth, on people the fit has not seen."""
    change, shares = changes(looks)
    weigh = np.linalg.cholesky(np.linalg.inv(model.covariance)).T
    read = [response.sliders(nnls(weigh @ model.moves, weigh @ c)[0]) for c in change]
    true = [response.sliders(share) for share in shares]
    return {name: correlation([r[name] for r in read], [t[name] for t in true]) for name in read[0]}


def main() -> None:
    looks = seen()
    model = fit([look for look in looks if look["person"] in FITTED])
    measured = check(model, [look for look in looks if look["person"] in HELD_OUT])
    print(json.dumps(measured, indent=1))
    content = {
        "sides": [list(side) for side in response.SIDES],
        "features": list(features.NAMES),
        "moves": np.round(model.moves, 5).tolist(),
        "covariance": model.covariance.round(9).tolist(),
        "measured": {"sliders": measured},
        "measured_on": f"synthetic cast, {len(FITTED)} people fitted, {len(HELD_OUT)} held out, "
        "two shots each; correlation with the truth",
        "command": "python bench/fit/response.py",
    }
    write_text(response.FILE, json.dumps(content) + "\n")


if __name__ == "__main__":
    main()
