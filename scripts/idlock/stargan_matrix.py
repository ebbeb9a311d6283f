"""Beside the flow, stargan_matrix: sources across, references down, as a picture and as a film."""

import tempfile
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any

import cv2
import numpy as np

from idlock import generate
from idlock.engines import makes_for
from idlock.engines.stargan import settings
from idlock.faces import shape
from idlock.problems import InvalidInput
from idlock.store import units
from idlock.store.files import whole_file, write_json

TILE = 192  # px, side of a picture in matrix and film
STEPS, RATE = 12, 24  # pictures from one style to the next, and a second
GAP = 4  # px between tiles


def show(prepared: Sequence[Path], config: Mapping[str, Any], outputs: Mapping[str, Path]) -> None:
    """Write the matrix picture, the interpolation film, and what the report says of them.

    Args:
        prepared: batch records of the prepare stage; the first people in them are shown.
        config: the checked configuration.
        outputs: where to write ``matrix`` (PNG), ``film`` (MP4) and ``exhibit`` (JSON, for
            `idlock.report.exhibits`).

    Raises:
        InvalidInput: nobody is there to be shown.
    """
    from idlock.engines.stargan import model, references  # noqa: PLC0415  (loads torch)

    own, names = config["stargan"], settings.domains(config)
    results = Path(config["results"])
    people = {
        slug: r
        for slug, r in units.read(prepared).items()
        if r["facts"].get("anchor") and makes_for("stargan", r["facts"]["identity"], config)
    }
    shown = list(people)[: own["matrix"]]
    if not shown:
        raise InvalidInput(["stargan.matrix: nobody has a prepared photo to show"])
    opened = model.open_model(config)
    sources = [generate.source(results, slug, people[slug]["facts"])[0].image for slug in shown]
    editors = [model.Editor(opened, picture) for picture in sources]
    folder = Path(own["references"]) if own["references"] else None
    found = references.References(folder, names, opened.frame, opened.size)
    pictures = [found.picture(number, config["seed"] + number)[0] for number in range(len(names))]
    styles = [
        opened.style_of(model.pictured(picture), number) for number, picture in enumerate(pictures)
    ]
    rows = [[tile(editor.picture(style)) for editor in editors] for style in styles]
    heads = [tile(source) for source in sources]
    _write_picture(outputs["matrix"], table(heads, [tile(p) for p in pictures], rows))
    _write_film(outputs["film"], frames(editors, styles))
    write_json(outputs["exhibit"], exhibit(outputs))


def exhibit(outputs: Mapping[str, Path]) -> dict[str, Any]:
    """Return what the report says of picture and film."""
    return {
        "title": "Sources and references",
        "text": "Sources across, references down: every picture shows the person above it in the "
        "expression and style of the picture beside it. The film goes from one reference to the "
        "next.",
        "files": {
            outputs["matrix"].name: "People across, references down",
            outputs["film"].name: "People going from one reference's style to the next",
        },
    }


def tile(picture: np.ndarray) -> np.ndarray:
    """Bring a picture (S, S, 3 or 4) uint8 to (192, 192, 3)."""
    way = cv2.INTER_AREA if len(picture) > TILE else cv2.INTER_CUBIC
    return cv2.resize(shape.opaque(picture), (TILE, TILE), interpolation=way)


def table(
    heads: Sequence[np.ndarray],
    sides: Sequence[np.ndarray],
    rows: Sequence[Sequence[np.ndarray]],
) -> np.ndarray:
    """Join tiles: ``heads`` across, ``sides`` down, and a row of tiles for each side.

    Returns:
        (H, W, 3) uint8 on white.
    """
    blank = np.full_like(heads[0], 255)
    lines = [[blank, *heads], *([side, *row] for side, row in zip(sides, rows, strict=True))]
    step = TILE + GAP
    picture = np.full((step * len(lines) - GAP, step * len(lines[0]) - GAP, 3), 255, np.uint8)
    for down, line in enumerate(lines):
        for across, square in enumerate(line):
            top, left = down * step, across * step
            picture[top : top + TILE, left : left + TILE] = square
    return picture


def frames(editors: Sequence[Any], styles: Sequence[Any]) -> Iterator[np.ndarray]:
    """Yield tiles: each person through all styles and back, then fading into the next person."""
    last = None
    for editor in editors:
        for style, following in zip(styles, [*styles[1:], styles[0]], strict=True):
            for step in range(STEPS):
                share = eased(step / STEPS)
                picture = tile(editor.picture(style * (1 - share) + following * share))
                if last is not None and step < STEPS // 2:
                    rest = 1 - step / (STEPS // 2)
                    picture = cv2.addWeighted(last, rest, picture, 1 - rest, 0)
                yield picture
            last = None
        last = picture


def eased(share: float) -> float:
    """Start and end slowly."""
    return share * share * (3 - 2 * share)


def _write_picture(path: Path, picture: np.ndarray) -> None:
    with whole_file(path) as temporary:
        _, data = cv2.imencode(".png", picture[..., ::-1])
        temporary.write_bytes(data.tobytes())


def _write_film(path: Path, pictures: Iterator[np.ndarray]) -> None:
    """Write an MP4 file in VP9, which browsers play and no patent holds."""
    with tempfile.TemporaryDirectory() as folder:
        made = Path(folder) / "film.mp4"
        writer = cv2.VideoWriter(
            str(made), cv2.CAP_FFMPEG, cv2.VideoWriter.fourcc(*"vp09"), RATE, (TILE, TILE)
        )
        if not writer.isOpened():
            raise RuntimeError("this build of OpenCV cannot write VP9")
        for picture in pictures:
            writer.write(picture[..., ::-1])
        writer.release()
        with whole_file(path) as temporary:
            temporary.write_bytes(made.read_bytes())
