"""MediaPipe's 52 blendshapes: a second opinion on expressions, where it is installed.

The package `mediapipe` is not among idlock's dependencies (it is large, and
brings its own OpenCV); the judge is part of the panel where it can be imported
and ``face_landmarker.task`` lies in the models folder.
"""

import importlib.util
from collections.abc import Mapping
from functools import cached_property
from pathlib import Path

import numpy as np

from idlock.judges import Case, Look, Value

FILE = "face_landmarker.task"
NAMES = (
    *("browDownLeft", "browDownRight", "browInnerUp", "browOuterUpLeft", "browOuterUpRight"),
    *("cheekPuff", "cheekSquintLeft", "cheekSquintRight", "eyeBlinkLeft", "eyeBlinkRight"),
    *("eyeLookDownLeft", "eyeLookDownRight", "eyeLookInLeft", "eyeLookInRight"),
    *("eyeLookOutLeft", "eyeLookOutRight", "eyeLookUpLeft", "eyeLookUpRight"),
    *("eyeSquintLeft", "eyeSquintRight", "eyeWideLeft", "eyeWideRight"),
    *("jawForward", "jawLeft", "jawOpen", "jawRight", "mouthClose", "mouthDimpleLeft"),
    *("mouthDimpleRight", "mouthFrownLeft", "mouthFrownRight", "mouthFunnel", "mouthLeft"),
    *("mouthLowerDownLeft", "mouthLowerDownRight", "mouthPressLeft", "mouthPressRight"),
    *("mouthPucker", "mouthRight", "mouthRollLower", "mouthRollUpper", "mouthShrugLower"),
    *("mouthShrugUpper", "mouthSmileLeft", "mouthSmileRight", "mouthStretchLeft"),
    *("mouthStretchRight", "mouthUpperUpLeft", "mouthUpperUpRight", "noseSneerLeft"),
    "noseSneerRight",
)


def file(models: str | Path) -> Path | None:
    """Return MediaPipe's model in the models folder, where both can be used."""
    if importlib.util.find_spec("mediapipe") is None or not Path(models).is_dir():
        return None
    return next(iter(sorted(Path(models).rglob(FILE))), None)


class Blendshapes:
    """How far each blendshape, 0..1, lies above the source photo's."""

    columns = tuple(f"blend_{name}" for name in NAMES)

    def __init__(self, path: Path):
        self._path = path
        self._source: tuple[Look, np.ndarray | None] | None = None

    def measure(self, case: Case) -> Mapping[str, Value]:
        """See `idlock.judges.Judge`."""
        if self._source is None or self._source[0] is not case.source:
            self._source = case.source, self._scores(case.source)
        rest, moved = self._source[1], self._scores(case.picture)
        if rest is None or moved is None:
            return dict.fromkeys(self.columns)
        return dict(zip(self.columns, (moved - rest).tolist(), strict=True))

    @cached_property
    def _net(self):
        from mediapipe.tasks import python  # noqa: PLC0415  (optional, and slow to load)

        return python.vision.FaceLandmarker.create_from_options(
            python.vision.FaceLandmarkerOptions(
                base_options=python.BaseOptions(model_asset_path=str(self._path)),
                output_face_blendshapes=True,
            )
        )

    def _scores(self, look: Look) -> np.ndarray | None:
        """Return the (51,) scores in the order of `NAMES`; None where no face is found."""
        import mediapipe  # noqa: PLC0415

        image = mediapipe.Image(image_format=mediapipe.ImageFormat.SRGB, data=look.rgb)
        found = self._net.detect(image).face_blendshapes
        if not found:
            return None
        scores = {category.category_name: category.score for category in found[0]}
        return np.array([scores[name] for name in NAMES])
