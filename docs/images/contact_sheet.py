r"""A contact sheet of a finished run: people down, expressions across.

    .venv/bin/python docs/images/contact_sheet.py results docs/images/demo.webp \
        happy sad angry surprised sleepy wink

Shows the source photo and the first variant of each named expression by the
first engine. The picture in the README is made so from the demo.
"""

import sys
from collections.abc import Sequence
from pathlib import Path

import pandas as pd
from PIL import Image, ImageDraw, ImageFont

from idlock.store import pictures
from idlock.store.files import read_json

SIDE, GAP, HEAD = 220, 8, 34
PAPER, INK, STAGE = (251, 250, 248), (70, 76, 86), (214, 219, 223, 255)


def sheet(results: Path, expressions: Sequence[str]) -> Image.Image:
    """Draw the contact sheet of the run in ``results``."""
    scores = pd.read_csv(results / "scores.csv")
    first = scores[scores["engine"] == scores["engine"].iloc[0]]
    first = first[first["seed"] == first["seed"].min()]
    columns = ["source", *expressions]
    people = list(first.groupby("identity", sort=False))
    step = SIDE + GAP
    canvas = Image.new("RGB", (GAP + step * len(columns), HEAD + step * len(people)), PAPER)
    pen, font = ImageDraw.Draw(canvas), ImageFont.load_default(size=17)
    for column, name in enumerate(columns):
        centre = GAP + step * column + SIDE / 2
        pen.text((centre, HEAD / 2), name, INK, font=font, anchor="mm")
    for row, (_, rows) in enumerate(people):
        of = rows.set_index("expression")["picture"]
        files = [source(results, of.iloc[0]), *(results / of[name] for name in expressions)]
        for column, path in enumerate(files):
            canvas.paste(tile(path), (GAP + step * column, HEAD + step * row))
    return canvas


def source(results: Path, picture: str) -> Path:
    """The prepared photo that a picture was made from."""
    about = read_json((results / picture).with_suffix(".json"))
    return results / "prepared" / Path(picture).parts[2] / f"{about['source']['photo']}.png"


def tile(path: Path) -> Image.Image:
    """A cut-out before a plain wall, at the size of the sheet."""
    person = Image.fromarray(pictures.read(path)).resize((SIDE, SIDE), Image.Resampling.LANCZOS)
    wall = Image.new("RGBA", person.size, STAGE)
    wall.alpha_composite(person)
    return wall.convert("RGB")


if __name__ == "__main__":
    if len(sys.argv) < 4:
        sys.exit(__doc__)
    folder, target, *names = sys.argv[1:]
    sheet(Path(folder), names).save(target, quality=84, method=6)
