"""What there is to learn from: photos, the same with other expressions, and captions."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import cv2
import numpy as np

from idlock.engines import Source
from idlock.engines.lora.framing import framed, to_frame
from idlock.engines.lora.training.settings import Settings
from idlock.engines.parametric import Face
from idlock.faces import shape

FOREHEAD = 0.45  # of the height from brows to chin, that the face reaches above the brows


@dataclass(frozen=True)
class Example:
    """A picture to learn from.

    Attributes:
        picture: (size, size, 3) uint8 sRGB.
        weight: (size, size) float32, of its pixels, 1 being a part of the person
            that is not the face.
        face: (size, size) bool, where the face is.
        landmarks: (68, 2) px.
        caption: what it shows.
    """

    picture: np.ndarray
    weight: np.ndarray
    face: np.ndarray
    landmarks: np.ndarray
    caption: str


def examples(
    photos: Sequence[tuple[Source, str]],
    presets: Mapping[str, Mapping[str, float]],
    size: int,
    settings: Settings,
) -> list[Example]:
    """Make the training pictures of one person.

    Args:
        photos: prepared photos, each with the expression that the sheet gives it.
        presets: slider values of ``settings.expressions``.
        size: side of the pictures, px.
        settings: of the training.

    Returns:
        Of every photo itself and a picture per preset, edited by the parametric
        engine; their captions name the expression.
    """
    made = []
    for source, expression in photos:
        face = Face(source.image, source.landmarks, source.image[..., 3])
        edited = {name: face.edit(presets[name]) for name in settings.expressions}
        for name, image in [(expression, source.image), *edited.items()]:
            made.append(_example(image, source, settings.own_caption(name), size, settings))
    return made


def _example(
    image: np.ndarray, source: Source, caption: str, size: int, settings: Settings
) -> Example:
    """Frame a (768, 768, 4) picture on grey, with its weights."""
    masks = np.dstack([image[..., 3], face_mask(source.landmarks, image.shape[0])])
    person, face = np.moveaxis(framed(masks, source.landmarks, size).astype(np.float32) / 255, 2, 0)
    outside, inside = settings.background_weight, settings.face_weight
    weight = outside + (1 - outside) * person
    weight += (inside - weight) * face
    picture = framed(shape.opaque(image), source.landmarks, size)
    place = to_frame(source.landmarks, size)
    landmarks = source.landmarks @ place[:, :2].T + place[:, 2]
    return Example(picture, weight.astype(np.float32), face > 0.5, landmarks, caption)


def face_mask(landmarks: np.ndarray, size: int) -> np.ndarray:
    """Return a (size, size) uint8 mask, 255 from the chin to the hair's line."""
    brows, chin = landmarks[17:27], landmarks[8]
    up = FOREHEAD * (brows.mean(axis=0) - chin)
    outline = cv2.convexHull(np.vstack([landmarks, brows + up]).astype(np.int32))
    return cv2.fillConvexPoly(np.zeros((size, size), np.uint8), outline, 255)
