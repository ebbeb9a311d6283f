"""From linear light to a picture."""

from functools import lru_cache

import numpy as np

from idlock.cast.compiled import compiled

_STEPS = 8192
_WHITE = 6.0
_AWAY = (0, 7, 13)  # px


@lru_cache(maxsize=1)
def _curve() -> np.ndarray:
    light = np.linspace(0.0, _WHITE, _STEPS)
    # A gentle shoulder: bright skin keeps its colour, lights do not burn out at once.
    rolled = light * (1.0 + light / 9.0) / (1.0 + 0.62 * light)
    rolled = np.clip(rolled, 0.0, 1.0)
    encoded = np.where(rolled <= 0.0031308, 12.92 * rolled, 1.055 * rolled ** (1 / 2.4) - 0.055)
    return (255.0 * encoded).astype(np.float32)


def develop(
    colour: np.ndarray, cover: np.ndarray, behind: np.ndarray, grain: np.ndarray
) -> np.ndarray:
    """Turn light into a picture.

    Args:
        colour: (S, S, 3) float32 linear RGB, premultiplied by ``cover``.
        cover: (S, S) float32, 0..1.
        behind: (S, S, 3) float32 linear RGB where nothing covers it.
        grain: (S, S) float32, noise of the camera, display values.

    Returns:
        (S, S, 3) uint8.
    """
    return _developed(colour, cover, behind, grain, _curve())


@compiled
def _developed(colour, cover, behind, grain, curve):
    side, last = len(cover), np.float32(_STEPS - 1)
    picture = np.empty(colour.shape, np.uint8)
    for i in range(side):
        for j in range(side):
            bare = np.float32(1) - cover[i, j]
            for k in range(3):
                light = colour[i, j, k] + behind[i, j, k] * bare
                at = min(max(light * (last / np.float32(_WHITE)), np.float32(0)), last)
                # Mostly grey, a little coloured: each channel also sees the grain of another place.
                noise = np.float32(0.8) * grain[i, j]
                noise += np.float32(0.6) * grain[i - _AWAY[k], j - _AWAY[k]]
                value = curve[np.uint32(at)] + noise + np.float32(0.5)
                picture[i, j, k] = np.uint8(min(max(value, np.float32(0)), np.float32(255)))
    return picture
