"""The training pictures: the synthetic cast, cropped to the face, with what is true about them."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from multiprocessing import Pool
from pathlib import Path
from typing import Any

import cv2
import numpy as np
import torch

from idlock import cast
from idlock.cast.scenes import default_scene
from idlock.engines.lora.framing import framed
from idlock.expression import presets
from idlock.expression.sliders import SLIDERS
from idlock.store.files import whole_file


@dataclass(frozen=True)
class Shot:
    """One picture to render: who, with which expression, where."""

    person: int
    preset: str
    sliders: dict[str, float]
    scene: cast.Scene


def shots(settings: Mapping[str, Any]) -> list[Shot]:
    """Return every picture of the training set; the same for the same settings."""
    first, last = settings["people"]
    return [
        _shot(person, settings["pictures"] * person + number)
        for person in range(first, last)
        for number in range(settings["pictures"])
    ]


def _shot(person: int, number: int) -> Shot:
    draw = np.random.default_rng([number, 17])
    known = presets.load()
    preset = "neutral" if draw.random() < 0.2 else str(draw.choice(list(known)))
    strength = draw.uniform(0.85, 1.1)
    sliders = {
        name: float(np.clip(strength * value, SLIDERS[name].low, SLIDERS[name].high))
        for name, value in known[preset].items()
    }
    # half as a person is photographed for a passport, half anywhere
    scene = cast.scene(number) if draw.random() < 0.5 else default_scene(number)
    return Shot(person, preset, sliders, replace(scene, noise=0.3 * scene.noise))


def render(settings: Mapping[str, Any], folder: Path, workers: int) -> None:
    """Render what is missing of the training set, in files of ``per_chunk`` pictures."""
    folder.mkdir(parents=True, exist_ok=True)
    everything, size = shots(settings), settings["per_chunk"]
    jobs = [
        (folder / f"{start:06d}.npy", everything[start : start + size], settings)
        for start in range(0, len(everything), size)
        if not (folder / f"{start:06d}.npy").is_file()
    ]
    with Pool(workers) as pool:
        for path in pool.imap_unordered(_chunk, jobs):
            print(path, flush=True)


def _chunk(job: tuple[Path, list[Shot], Mapping[str, Any]]) -> Path:
    path, part, settings = job
    cv2.setNumThreads(1)
    crops = np.stack([_crop(shot, settings) for shot in part])
    with whole_file(path) as temporary, temporary.open("wb") as file:
        np.save(file, crops)
    return path


def _crop(shot: Shot, settings: Mapping[str, Any]) -> np.ndarray:
    """Return (stored, stored, 4) uint8: the crop, and how much of each pixel is the person."""
    picture = cast.render(shot.person, shot.sliders, settings["rendered"], scene=shot.scene)
    cut_out = np.dstack([picture.image, np.rint(255 * picture.mask).astype(np.uint8)])
    return framed(cut_out, picture.landmarks, settings["stored"])


def chunks(folder: Path) -> Iterator[np.ndarray]:
    """Yield the rendered files, in order: (n, stored, stored, 4) uint8."""
    for path in sorted(folder.glob("*.npy")):
        yield np.load(path)


def load(folder: Path, size: int) -> torch.Tensor:
    """Return all rendered pictures (n, 4, size, size) uint8, averaged down."""
    return torch.from_numpy(np.concatenate([_smaller(chunk, size) for chunk in chunks(folder)]))


def _smaller(chunk: np.ndarray, size: int) -> np.ndarray:
    count, side = chunk.shape[0], chunk.shape[1] // size
    squares = chunk.reshape(count, size, side, size, side, 4)
    return np.rint(squares.mean(axis=(2, 4))).astype(np.uint8).transpose(0, 3, 1, 2).copy()
