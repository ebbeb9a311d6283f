"""From linear light to picture values."""

from functools import lru_cache

import numpy as np

_STEPS = 8192
_WHITE = 6.0


@lru_cache(maxsize=1)
def _curve() -> np.ndarray:
    light = np.linspace(0.0, _WHITE, _STEPS)
    # A gentle shoulder: bright skin keeps its colour, lights do not burn out at once.
    rolled = light * (1.0 + light / 9.0) / (1.0 + 0.62 * light)
    rolled = np.clip(rolled, 0.0, 1.0)
    encoded = np.where(rolled <= 0.0031308, 12.92 * rolled, 1.055 * rolled ** (1 / 2.4) - 0.055)
    return (255.0 * encoded).astype(np.float32)


def develop(light: np.ndarray) -> np.ndarray:
    """Develop linear RGB (..., 3), about 0..1 and above, to display values 0..255 as float32."""
    index = np.clip(light * np.float32((_STEPS - 1) / _WHITE), 0, _STEPS - 1)
    return _curve()[index.astype(np.int32)]
