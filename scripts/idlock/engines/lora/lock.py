"""Whether a picture is still the person: one recogniser, their photos, and a line."""

from collections.abc import Mapping
from dataclasses import dataclass
from math import inf
from pathlib import Path
from typing import Any

import cv2
import numpy as np

from idlock import embed, identity
from idlock.faces import detect, shape
from idlock.faces.align import SIZE
from idlock.identity import lines, references
from idlock.problems import BadInput

SCALES = (320, 640)  # px, at which a face is searched; the second finds one of 80 px


@dataclass(frozen=True)
class Lock:
    """What pictures of a person are held against while they are made.

    Attributes:
        recogniser: who looks.
        reference: (d,) float32, the person as the recogniser knows them.
        line: largest drift at which they count as the person.
    """

    recogniser: identity.Recogniser
    reference: np.ndarray
    line: float

    def drift(self, image: np.ndarray) -> float:
        """Return the drift of a square (H, H, 3) uint8 picture, infinite where no face is found.

        It is looked at in the size in which it will be judged, but not searched
        for small faces: half-made pictures often show none, and then a search
        at all scales takes longer than the picture.
        """
        shown = fitted(image, SIZE)
        boxes = detect.DlibDetector(SCALES).find(shown)
        if not boxes:
            return inf
        landmarks = shape.landmarks_in(shown, max(boxes, key=lambda box: box.side))
        return float(references.drift(self.recogniser.embed(shown, landmarks), self.reference))


def of(slug: str, config: Mapping[str, Any]) -> Lock:
    """Return what one person's pictures are held against.

    Raises:
        BadInput: no photo of theirs is prepared.
    """
    recogniser = identity.recogniser(_name(config), config["models"], config["device"])
    photos = sorted((Path(config["results"]) / "prepared" / slug).glob("*.png"))
    if not photos:
        raise BadInput(f"no prepared photo of {slug}", "see the ledger for why it was refused")
    vectors = np.array([recogniser.embed(*embed.looked_at(path)) for path in photos])
    reference = references.make(vectors, [path.stem for path in photos], recogniser)
    return Lock(recogniser, reference.vector, line(config))


def settings(config: Mapping[str, Any]) -> dict[str, Any]:
    """Return, JSON-able, who holds a run's pictures against whom, and where the line is."""
    name = _name(config)
    version = identity.recognisers.version(name, config["models"])
    return {"recogniser": [name, version], "line": line(config)}


def line(config: Mapping[str, Any]) -> float:
    """Return the largest drift at which a picture counts as the person."""
    drawn = lines.line(_name(config), config["line"], config["models"], config["calibration"])
    return drawn.drift


def _name(config: Mapping[str, Any]) -> str:
    return config["render"]["recogniser"] or config["judge"]


def fitted(image: np.ndarray, side: int) -> np.ndarray:
    """Return a square (H, H, 3) uint8 picture at ``side`` px."""
    if image.shape[0] == side:
        return image
    way = cv2.INTER_CUBIC if image.shape[0] < side else cv2.INTER_AREA
    return cv2.resize(image, (side, side), interpolation=way)
