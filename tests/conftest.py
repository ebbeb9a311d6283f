"""What tests share: real faces where they are at hand, and photos of every damaged kind."""

import os
from pathlib import Path

from idlock.entry import ONE_THREAD

# as in a job, and before anything loads numpy: sums then keep their order
os.environ.update(ONE_THREAD)

import cv2
import numpy as np
import pytest

REPOSITORY = Path(__file__).resolve().parents[1]


@pytest.fixture(scope="session")
def assets() -> Path:
    """The folder of real faces and models that are not part of the project."""
    folder = os.environ.get("IDLOCK_ASSETS")
    if not folder or not Path(folder).is_dir():
        pytest.skip("IDLOCK_ASSETS does not name the folder of test faces and models")
    return Path(folder)


@pytest.fixture(scope="session")
def london(assets) -> dict[str, tuple[np.ndarray, np.ndarray]]:
    """Six people, each neutral and smiling, (H, W, 3) uint8."""
    neutral = sorted((assets / "faces/london/neutral_front").glob("*.jpg"))[:6]
    pairs = {}
    for path in neutral:
        smiling = assets / "faces/london/smiling_front" / path.name.replace("_03", "_08")
        pairs[path.name[:3]] = tuple(cv2.imread(str(p))[..., ::-1].copy() for p in (path, smiling))
    return pairs


@pytest.fixture(scope="session")
def astronaut() -> np.ndarray:
    """(512, 512, 3) uint8 photo of one person, public domain."""
    import skimage.data

    return skimage.data.astronaut()


@pytest.fixture(scope="session")
def astronaut_landmarks(astronaut) -> np.ndarray:
    from idlock import faces

    return faces.landmarks(astronaut)
