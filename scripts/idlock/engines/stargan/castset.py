"""Pictures of the synthetic cast to train on: the same person in every expression.

Two shots of each person differ in light, pose and background, and in how
strong the expressions are, so a style has something to tell.
"""

from collections.abc import Iterable, Mapping, Sequence

import cv2
import numpy as np

from idlock import cast
from idlock.cast.rendering import LARGEST
from idlock.engines.stargan.collection import Collection
from idlock.engines.stargan.frames import Frame
from idlock.expression import presets, strength
from idlock.faces import align, shape

# Share of a preset's strength in a shot, by the shot's number.
LEVELS = (0.85, 1.1)
# Side of a rendered picture, of a prepared one that shows the face as large: a little more,
# so that the network's picture is not blurred.
RENDERED = 1.3


def pictures(
    people: Iterable[int],
    domains: Sequence[str],
    frame: Frame,
    size: int,
    shots: Sequence[int] = range(len(LEVELS)),
) -> dict[str, np.ndarray]:
    """Render everybody with every expression in every shot.

    Args:
        people: seeds of persons.
        domains: names of presets.
        frame: the part of a prepared picture to show.
        size: side of the pictures, px.
        shots: numbers of the shots.

    Returns:
        ``images`` (n, size, size, 3) uint8, and ``domain``, ``person``, ``shot``
        (n,) int64: number of the preset, seed, number of the shot.
    """
    side = min(round(RENDERED * align.SIZE * size / frame.side), LARGEST)
    known = presets.load()
    images, rows = [], []
    for person in people:
        for shot in shots:
            scene = cast.scene(len(LEVELS) * person + shot)
            pose = _alignment(cast.render(person, "neutral", side, scene=scene), frame, size)
            for number, name in enumerate(domains):
                most = min(LEVELS[shot], strength.most(known[name]))
                sliders = _of_face(strength.scaled(known[name], most))
                picture = cast.render(person, sliders, side, scene=scene)
                images.append(_cut_out(picture, pose, size))
                rows.append((number, person, shot))
    domain, owner, shots = np.array(rows, np.int64).T
    return {"images": np.array(images), "domain": domain, "person": owner, "shot": shots}


def _of_face(sliders: Mapping[str, float]) -> dict[str, float]:
    """Return sliders without the turn of the head, which is the shot's and not the expression's."""
    return {name: value for name, value in sliders.items() if not name.startswith("rotate")}


def collection(parts: Sequence[Mapping[str, np.ndarray]], domains: Sequence[str]) -> Collection:
    """Join what `pictures` gave for several people."""
    joined = {name: np.concatenate([part[name] for part in parts]) for name in parts[0]}
    images = joined.pop("images")
    return Collection(lambda number: images[number], **joined, domains=domains)


def _alignment(picture: cast.Picture, frame: Frame, size: int) -> np.ndarray:
    """Return the (2, 3) map of a rendered picture to what the network sees of it."""
    prepared = np.vstack([align.similarity(picture.landmarks), [0, 0, 1]])
    return frame.to_network(size) @ prepared


def _cut_out(picture: cast.Picture, pose: np.ndarray, size: int) -> np.ndarray:
    """Lay the person on grey, as prepared pictures reach an engine, and cut the face out."""
    cover = picture.mask[..., None]
    laid = (picture.image * cover + shape.GREY * (1 - cover) + 0.5).astype(np.uint8)
    return cv2.warpAffine(
        laid, pose, (size, size), flags=cv2.INTER_CUBIC, borderMode=cv2.BORDER_REPLICATE
    )
