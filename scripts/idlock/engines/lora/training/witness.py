"""The second witness: does a recogniser see the person in what the LoRA makes now?"""

from collections.abc import Sequence
from dataclasses import dataclass

import cv2
import numpy as np

from idlock.engines import Source
from idlock.engines.lora.training.examples import Example
from idlock.faces import shape
from idlock.faces.detect import Box
from idlock.identity import Recogniser, references


@dataclass(frozen=True)
class Look:
    """What the witness saw.

    Attributes:
        drift: mean cosine distance of the previews to the person.
        copying: largest correlation of a preview's face with a training picture's.
    """

    drift: float
    copying: float


class Witness:
    """A recogniser that knows the person from their photos.

    The face is not searched for: the training pictures have it in one place, and
    so have the previews. A picture without a face is far from everybody.

    Args:
        recogniser: it should not be the one that judges the pictures later.
        sources: the photos.
        examples: the training pictures, which previews shall not copy.
    """

    def __init__(
        self, recogniser: Recogniser, sources: Sequence[Source], examples: Sequence[Example]
    ):
        self.recogniser = recogniser
        vectors = [recogniser.embed(source.image, source.landmarks) for source in sources]
        names = [source.photo for source in sources]
        self.reference = references.make(np.array(vectors), names, recogniser).vector
        self.examples = [(_grey(example.picture), example.face) for example in examples]
        self.box = _box(np.mean([example.landmarks for example in examples], axis=0))

    def look(self, previews: np.ndarray) -> Look:
        """Look at (n, size, size, 3) uint8 previews."""
        copying = [
            correlation(_grey(preview), grey, face)
            for preview in previews
            for grey, face in self.examples
        ]
        return Look(float(np.mean([self._drift(preview) for preview in previews])), max(copying))

    def _drift(self, preview: np.ndarray) -> float:
        landmarks = shape.landmarks_in(preview, self.box)
        return float(references.drift(self.recogniser.embed(preview, landmarks), self.reference))


def _box(landmarks: np.ndarray) -> Box:
    """Return the square from brows to chin that a detector would have found."""
    top, bottom = float(landmarks[17:, 1].min()), float(landmarks[:, 1].max())
    side, middle = bottom - top, float(landmarks[:, 0].mean())
    return Box(middle - side / 2, top, side, score=0.0)


def correlation(a: np.ndarray, b: np.ndarray, where: np.ndarray) -> float:
    """Correlate two (h, w) grey pictures over a mask; 0 where one is of one grey."""
    x, y = a[where].astype(np.float64), b[where].astype(np.float64)
    if not len(x) or x.std() == 0 or y.std() == 0:
        return 0.0
    return float(np.corrcoef(x, y)[0, 1])


def _grey(picture: np.ndarray) -> np.ndarray:
    return cv2.cvtColor(picture, cv2.COLOR_RGB2GRAY)
