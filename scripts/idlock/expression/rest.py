"""What a face in a single photo already does, told against an average resting face.

Without a second photo of the same person, a smile can be told from a resting
face, a raised brow hardly from a high one. So a reading counts only as far as
it exceeds what resting faces themselves read.
"""

import math
from collections.abc import Mapping

import numpy as np
from scipy.optimize import nnls

from idlock.expression import features, response
from idlock.expression.sliders import SLIDERS

# From the 20 neutral photos of the Face Research Lab London Set that the tests
# use (DeBruine & Jones 2017, CC BY 4.0), measured by `bench/parametric_rest.py`:
# feature -> mean and standard deviation over people. Pose is left at zero.
RESTING: dict[str, tuple[float, float]] = {
    "eye_left": (0.125, 0.019),
    "eye_right": (0.129, 0.017),
    "brow_left": (0.336, 0.049),
    "brow_right": (0.334, 0.048),
    "brow_inner": (0.310, 0.059),
    "brow_gap": (0.375, 0.057),
    "mouth_open": (0.011, 0.017),
    "mouth_width": (0.819, 0.046),
    "mouth_height": (0.280, 0.050),
    "corners": (-0.002, 0.026),
    "mouth_place": (-0.249, 0.022),
    "chin": (-1.119, 0.060),
    "yaw": (0.0, 0.027),
    "pitch": (0.0, 0.040),
    "roll": (0.0, 0.010),
}
USUAL = 0.6  # as a share of its end, how far from rest a slider is believed to lie
# End of a slider -> the share of it that nine in ten resting faces read at most.
DOUBT = {
    "blink+": 0.26,
    "blink-": 0.20,
    "eyebrow+": 0.52,
    "eyebrow-": 0.35,
    "wink+": 0.08,
    "aaa+": 0.07,
    "aaa-": 0.30,
    "eee+": 0.18,
    "eee-": 0.25,
    "woo+": 0.20,
    "woo-": 0.12,
    "smile+": 0.16,
    "smile-": 0.18,
}


def expression(rgb: np.ndarray, landmarks: np.ndarray) -> dict[str, float]:
    """Read the sliders of a face in a photo, those of an average resting face being zero.

    Args:
        rgb: (H, W, 3) uint8.
        landmarks: (68, 2) px.

    Returns:
        Slider -> value in its own unit; turns of the head and gaze left out,
        and whatever a resting face might read as well.
    """
    return certain(reading(features.measure(rgb, landmarks)))


def reading(measured: np.ndarray) -> dict[str, float]:
    """Return the sliders that best explain how a face differs from an average one at rest.

    Least squares under the noise of the response and the spread of resting
    faces, with a normal prior on each side of each slider (see `readback`).

    Args:
        measured: (features,) of the face.
    """
    fitted = response.model()
    mean, spread = np.array([RESTING[name] for name in features.NAMES]).T
    covariance = fitted.covariance + np.diag(spread**2)
    weigh = np.linalg.cholesky(np.linalg.inv(covariance)).T
    moves = weigh @ fitted.moves
    prior = np.eye(moves.shape[1]) / USUAL
    aim = np.concatenate([weigh @ (measured - mean), np.zeros(moves.shape[1])])
    shares, _ = nnls(np.vstack([moves, prior]), aim)
    return response.sliders(shares)


def certain(read: Mapping[str, float]) -> dict[str, float]:
    """Return what of a reading a resting face would not give as well.

    Below the doubt nothing counts, from twice the doubt on everything.

    Args:
        read: slider -> value in its own unit, as `reading` gives it.
    """
    kept = {}
    for name, value in read.items():
        share = SLIDERS[name].normalised(value)
        doubt = DOUBT.get(f"{name}{'+' if share > 0 else '-'}", np.inf)
        sure = min(max(2 * (abs(share) - doubt), 0.0), abs(share), 1.0)
        if sure:
            kept[name] = SLIDERS[name].from_normalised(math.copysign(sure, share))
    return kept
