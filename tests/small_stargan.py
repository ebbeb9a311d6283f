"""The smallest StarGAN that can be trained, and pictures to train it on."""

from collections.abc import Sequence
from pathlib import Path

import numpy as np

from idlock.store import pictures

# `stargan.train` of a config
TRAINING = {
    **{"size": 32, "w_hpf": 0, "base": 8, "widest": 16, "hidden": 12, "style_dim": 6},
    **{"latent_dim": 4, "steps": 2, "batch": 2, "told_every": 1, "saved_every": 2},
}


def photos(folder: Path, domains: Sequence[str]) -> Path:
    """Write noise as pictures ``src/<domain>/*`` and ``ref/<domain>/*``; return ``folder``."""
    random = np.random.default_rng(0)
    for part in ("src", "ref"):
        for name in domains:
            for number in range(9):
                image = random.integers(0, 255, (64, 72, 4), dtype=np.uint8)
                pictures.write(folder / part / name / f"{number}.png", image)
    return folder
