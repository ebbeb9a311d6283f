"""Does a LoRA on the embedded base become the person? Ten of the cast whom the base never saw.

    .venv/bin/python bench/acceptance/lora.py [--photos 3] [--people 900 910] [--lora JSON]

Everyone is learnt from their photos with the settings that the base brings, but
for what `--lora` says. Stock diffusers then makes `--seeds` pictures of each of
three expressions, once with the LoRA and once by the base alone, from the same
noise. dlib names the nearest of fifty people (900..949), each known by a photo
that is nowhere else; it is no witness of the training. How far mouths open more
where `surprised` is asked than where `neutral` is, tells whether the words count:
the cast's own open by 0.2 of the distance between the outer corners of the eyes.
Finished people are not learnt again.
"""

import argparse
import json
import logging
import tempfile
from dataclasses import dataclass
from pathlib import Path

import cv2
import numpy as np
import torch

from idlock import cast, config, faces, identity
from idlock.engines import Source
from idlock.engines.lora import base, training
from idlock.faces.align import SIZE, align, warped
from idlock.identity import references
from idlock.paths import RESOURCES
from idlock.store.files import read_json

GALLERY = range(900, 950)
SHOWN = ("neutral", "happy", "surprised")  # what the photos show, in this order
ASKED = ("neutral", "happy", "surprised")


def photo(person: int, expression: str, scene: int) -> Source:
    """A prepared photo, its background removed by the cast's own truth."""
    picture = cast.render(person, expression, 512, scene=cast.scene(scene))
    shown = align(picture.image, faces.landmarks(picture.image))
    mask = warped(np.rint(255 * picture.mask).astype(np.uint8), shown.transform)
    name = f"{person}-{expression}"
    return Source(str(person), str(person), name, np.dstack([shown.rgb, mask]), shown.landmarks)


def known(recogniser, kept: Path) -> np.ndarray:
    """Vectors (50, d) of the gallery's photos, kept for the next time."""
    if kept.is_file():
        return np.load(kept)
    kept.parent.mkdir(parents=True, exist_ok=True)
    photos = [photo(person, "neutral", 3 * person + 10_000) for person in GALLERY]
    vectors = np.array([recogniser.embed(shown.image, shown.landmarks) for shown in photos])
    np.save(kept, vectors)
    return vectors


def made(pipe, prompt: str, seeds: range, told: dict) -> list[np.ndarray]:
    """Pictures (768, 768, 3) uint8 by the stock pipeline, one a seed."""
    pictures = pipe(
        [prompt] * len(seeds),
        num_inference_steps=told["steps"],
        guidance_scale=told["guidance"],
        generator=[torch.Generator().manual_seed(seed) for seed in seeds],
        output_type="np",
    ).images
    return [
        cv2.resize(np.rint(255 * p).astype(np.uint8), (SIZE, SIZE), interpolation=cv2.INTER_CUBIC)
        for p in pictures
    ]


@dataclass(frozen=True)
class Seen:
    """A picture, as dlib sees it.

    Attributes:
        person: whom it shall show.
        asked: the expression.
        found: who of the gallery it shows; None without a face.
        drift: to the person; NaN without a face.
        gape: opening of the mouth, in distances of the eyes' outer corners.
    """

    person: int
    asked: str
    found: int | None
    drift: float
    gape: float


def seen(recogniser, gallery: np.ndarray, picture: np.ndarray, person: int, asked: str) -> Seen:
    """Look at a picture."""
    try:
        landmarks = faces.landmarks(picture)
    except faces.NoFace:
        return Seen(person, asked, None, np.nan, np.nan)
    drifts = references.drift(recogniser.embed(picture, landmarks), gallery)
    apart = np.linalg.norm(landmarks[66] - landmarks[62])
    gape = float(apart / np.linalg.norm(landmarks[45] - landmarks[36]))
    nearest = GALLERY[int(np.argmin(drifts))]
    return Seen(person, asked, nearest, float(drifts[GALLERY.index(person)]), gape)


def learn(person: int, photos: int, model: Path, folder: Path, settings: training.Settings) -> Path:
    """Train a person's LoRA, and return its file."""
    file = folder / str(person) / "pytorch_lora_weights.safetensors"
    if not file.is_file():
        shown = [
            (photo(person, name, 3 * person + n), name) for n, name in enumerate(SHOWN[:photos])
        ]
        pipe = base.opened(model)
        prior = folder.parent / "prior"  # the same pictures of anybody for all
        training.train(
            shown, pipe, settings, file.parent, witness=None, seed=person, prior_folder=prior
        )
    return file


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--photos", type=int, default=3, choices=(1, 2, 3))
    parser.add_argument("--people", type=int, nargs=2, default=(900, 910))
    parser.add_argument("--seeds", type=int, default=3)
    parser.add_argument("--base", type=Path, default=RESOURCES / "embedded_base")
    parser.add_argument("--folder", type=Path, default=Path(tempfile.gettempdir()) / "idlock-lora")
    parser.add_argument("--guidance", type=float, help="by default as a run paints")
    parser.add_argument("--lora", type=json.loads, default={}, help="other values of lora, JSON")
    wanted = parser.parse_args()
    logging.basicConfig(level=logging.INFO, format="%(asctime)s %(message)s")
    torch.set_num_threads(1)
    settings = config.checked(
        {"identities": ".", "lora": {"base": str(wanted.base)} | wanted.lora}, None
    )
    lora, start = settings["lora"], settings["render"]["phases"][0]
    folder = wanted.folder / f"{wanted.photos}-photos"
    told = {
        "steps": base.facts(wanted.base)["steps"],
        "guidance": wanted.guidance or start["guidance"],
    }
    recogniser = identity.recogniser("dlib")
    gallery = known(recogniser, wanted.folder / "gallery.npy")
    line = read_json(RESOURCES / "calibration/dlib.json")["lines"]["far-1e-3"]["drift"]
    rows, sheet = {"LoRA": [], "base alone": []}, []
    for person in range(*wanted.people):
        file = learn(person, wanted.photos, wanted.base, folder, training.Settings.of(lora))
        for who, caption in (("base alone", lora["class_caption"]), ("LoRA", lora["caption"])):
            pipe = base.opened(wanted.base)
            if who == "LoRA":
                pipe.load_lora_weights(file.parent, weight_name=file.name)
            seeds = range(1000 * person, 1000 * person + wanted.seeds)
            for asked in ASKED:
                pictures = made(pipe, caption.format(expression=asked), seeds, told)
                sheet.append(cv2.resize(pictures[0], (192, 192), interpolation=cv2.INTER_AREA))
                rows[who] += [seen(recogniser, gallery, p, person, asked) for p in pictures]
        tell(rows, person, line)
    tell(rows, None, line)
    across = 2 * len(ASKED)
    grid = [np.hstack(sheet[at : at + across]) for at in range(0, len(sheet), across)]
    cv2.imwrite(str(folder / "sheet.png"), np.vstack(grid)[..., ::-1])
    print(f"pictures: {folder / 'sheet.png'}")


def tell(rows: dict[str, list[Seen]], person: int | None, line: float) -> None:
    """Print the table, of one person or of all."""
    print("everybody" if person is None else person)
    for who, found in rows.items():
        of = [row for row in found if person in (None, row.person)]
        drifts = np.array([row.drift for row in of])
        right = np.mean([row.found == row.person for row in of])
        gape = {name: np.nanmean([r.gape for r in of if r.asked == name]) for name in ASKED}
        faceless = int(np.isnan(drifts).sum())
        under = np.mean(drifts < line)
        print(
            f"  {who:10} rank 1: {right:6.1%} of {len(of)}, drift {np.nanmean(drifts):.3f}, "
            f"{under:.1%} under the line {line}, {faceless} without a face, "
            f"mouths open {gape['surprised'] - gape['neutral']:+.3f} in surprise",
            flush=True,
        )


if __name__ == "__main__":
    main()
