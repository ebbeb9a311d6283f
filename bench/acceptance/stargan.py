"""How well a StarGAN keeps people and shows expressions: people it has never seen, in numbers.

    .venv/bin/python bench/acceptance/stargan.py [--checkpoint FILE] [--guide reference]

Persons 900.. of the synthetic cast, each from one neutral photo, in every
domain of the model. Styles come from pictures of other people (persons 800..,
`reference`), or from noise (`latent`). Measured as the pipeline judges: the
expression is read back from the picture against its source (geometry and a
small network, neither of which the model has met); dlib's vector of the picture
is compared with another photo, in another shot, of each of the people. The
background is what lies outside the face's frame. Prints a table by expression
and the seconds a picture took.
"""

import argparse
import pickle
import tempfile
import time
from dataclasses import dataclass
from pathlib import Path

import cv2
import numpy as np
import torch

from idlock import cast, config, faces, identity
from idlock.engines.stargan import model, settings
from idlock.engines.stargan.references import References
from idlock.expression import presets, readback, reading
from idlock.faces import align
from idlock.identity.references import drift
from idlock.store.code import code_digest

FIRST, SIZE = 900, 512
SEEN = code_digest("idlock.cast", "idlock.expression.reading", "idlock.identity")
KEPT = Path(tempfile.gettempdir()) / f"idlock-stargan-people-{SEEN}.pickle"


@dataclass
class Person:
    """A person's source picture, and what is known from their photos."""

    picture: np.ndarray  # (768, 768, 4) uint8
    rest: reading.Face
    vector: np.ndarray  # of the source
    other: np.ndarray  # of another photo of theirs


def person(seed: int, recogniser) -> Person:
    picture, own = photo(cast.render(seed, "neutral", SIZE))
    again, marks = photo(cast.render(seed, "neutral", SIZE, scene=cast.scene(seed)))
    rgb = faces.shape.opaque(picture)
    return Person(
        *(picture, reading.look(rgb, own)),
        recogniser.embed(picture, own),
        recogniser.embed(again, marks),
    )


def photo(shot: cast.Picture) -> tuple[np.ndarray, np.ndarray]:
    """A photo as it leaves preparation, cut out as truth says, and its landmarks."""
    aligned = align.align(shot.image, faces.landmarks(shot.image))
    alpha = align.warped((255 * shot.mask).astype(np.uint8), aligned.transform)
    return np.dstack([aligned.rgb, alpha]), aligned.landmarks


def people(count: int, recogniser) -> list[Person]:
    """The people, kept for the next time."""
    known = pickle.loads(KEPT.read_bytes()) if KEPT.is_file() else []
    while len(known) < count:
        known.append(person(FIRST + len(known), recogniser))
        if len(known) % 10 == 0 or len(known) == count:
            KEPT.write_bytes(pickle.dumps(known))
    return known[:count]


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--checkpoint", type=Path, default=settings.SHIPPED)
    parser.add_argument("--people", type=int, default=50, help="in the gallery")
    parser.add_argument("--sources", type=int, default=50, help="of them, whose pictures are made")
    parser.add_argument("--guide", choices=("reference", "latent"), default="reference")
    parser.add_argument("--first", type=int, default=0, help="the first of the sources")
    parser.add_argument("--strength", type=float, default=1.0)
    parser.add_argument("--pictures", type=Path, help="where to write what was made")
    wanted = parser.parse_args()
    torch.set_num_threads(1)
    cv2.setNumThreads(1)
    recogniser = identity.recogniser("dlib")
    everybody = people(wanted.people, recogniser)
    others = np.array([known.other for known in everybody])
    chosen = {"checkpoint": str(wanted.checkpoint), "strength": wanted.strength}
    opened = model.open_model(config.checked({"identities": ".", "stargan": chosen}, None))
    references = References(None, opened.domains, opened.frame, opened.size)
    known = {name: presets.load()[name] for name in opened.domains}
    rows, seconds, sheet = {name: [] for name in opened.domains}, [], []
    for number in range(wanted.first, wanted.first + wanted.sources):
        source = everybody[number]
        start = time.process_time()
        editor = model.Editor(opened, source.picture)
        seconds.append([time.process_time() - start])
        made = [source.picture]
        for domain, name in enumerate(opened.domains):
            if wanted.guide == "latent":
                style = opened.drawn_style(domain, number)
            else:
                reference = references.picture(domain, number)[0]
                style = opened.style_of(model.pictured(reference), domain)
            start = time.process_time()
            picture = editor.picture(style)
            seconds[-1].append(time.process_time() - start)
            made.append(picture)
            rows[name].append(measured(picture, name, number, source, others, known, recogniser))
        sheet.append(np.hstack([cv2.resize(p[..., :3], (192, 192)) for p in made]))
    if wanted.pictures:
        cv2.imwrite(str(wanted.pictures), np.vstack(sheet[:10])[..., ::-1])
    report(rows, np.array(seconds))


def measured(picture, name, number, source, others, known, recogniser) -> tuple[float, ...]:
    """Hit, nearest to its own person, drift from the source, change of the background."""
    outside = np.ones(picture.shape[:2], bool)
    outside[256:576, 224:544] = False
    change = np.abs(picture.astype(int) - source.picture).max(axis=2)[outside].mean()
    try:
        marks = faces.landmarks(picture)
    except faces.NoFace:
        return False, False, np.nan, change
    read = reading.sliders(reading.look(faces.shape.opaque(picture), marks), source.rest)
    vector = recogniser.embed(picture, marks)
    distances = np.linalg.norm(others - vector, axis=1)
    own = float(drift(vector, source.vector))
    return readback.nearest(read, known) == name, distances.argmin() == number, own, change


def report(rows: dict[str, list], seconds: np.ndarray) -> None:
    print("| expression | read back | nearest to own person | mean drift | background change |")
    print("|---|---|---|---|---|")
    for name, measures in [
        *rows.items(),
        ("all", [row for of_name in rows.values() for row in of_name]),
    ]:
        table = np.array(measures, float)
        hit, own, away, ground = np.nanmean(table, axis=0)
        print(f"| {name} | {hit:.0%} | {own:.0%} | {away:.3f} | {ground:.2f} |")
    print(
        f"{len(table)} pictures; {1000 * seconds[:, 1:].mean():.0f} ms of one core each, "
        f"{1000 * seconds[:, 0].mean():.0f} ms a source before the first"
    )


if __name__ == "__main__":
    main()
