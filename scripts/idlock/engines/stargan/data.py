"""Where pictures to train on come from: a folder, the sheet's photos, or the cast."""

import logging
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import cv2
import numpy as np

from idlock.engines.stargan import castset, settings
from idlock.engines.stargan.collection import UNKNOWN, Collection
from idlock.engines.stargan.frames import FRAMES, Frame
from idlock.photos.decode import decode
from idlock.problems import BadInput
from idlock.store import pictures

log = logging.getLogger(__name__)

# People of the cast: those trained on start here, those held out there.
CAST_FIRST, CAST_HELD_OUT = 1000, range(950, 966)
HELD_OUT = 8  # of folders and sheets, one person (or photo) in so many is held out
IN_MEMORY = 2 << 30  # bytes of pictures that are kept; what is beyond is read when needed


@dataclass(frozen=True, eq=False)
class Data:
    """Pictures to train on, those to take styles from, and those held out of both."""

    sources: Collection
    references: Collection
    held_out: Collection


def gathered(config: Mapping[str, Any], prepared: Mapping[str, Any]) -> Data:
    """Gather what the config names.

    Args:
        config: the checked configuration.
        prepared: records of the prepare stage, by slug; for the sheet's photos.

    Raises:
        BadInput: a domain has too few pictures that can be used.
    """
    training, names = config["stargan"]["train"], settings.wanted_domains(config)
    frame, size, data = FRAMES[config["stargan"]["frame"]], training["size"], training["data"]
    if data == settings.CAST:
        people = range(CAST_FIRST, CAST_FIRST + training["people"])
        sources, held_out = (
            castset.collection([castset.pictures([p], names, frame, size) for p in seeds], names)
            for seeds in (people, CAST_HELD_OUT)
        )
        return Data(sources, sources, held_out)
    if data == settings.SHEET:
        whole = _of_sheet(Path(config["results"]), prepared, names, frame, size)
        return _split(whole, whole)
    folder = Path(data)
    return _split(*(_of_folder(folder / part, names, size) for part in ("src", "ref")))


def _split(sources: Collection, references: Collection) -> Data:
    """Hold every eighth person out of a collection of sources."""
    owner = np.where(sources.person == UNKNOWN, np.arange(len(sources)), sources.person)
    kept = owner % HELD_OUT != HELD_OUT - 1
    data = Data(
        sources.subset(kept),
        references if references is not sources else sources.subset(kept),
        sources.subset(~kept),
    )
    for part, collection in vars(data).items():
        for number, name in enumerate(collection.domains):
            if not (collection.domain == number).any():
                raise BadInput(
                    f"domain {name} has no picture among the {part.replace('_', ' ')}: of "
                    f"{len(sources)} pictures one person in {HELD_OUT} is held out",
                    f"add pictures of {name}, mend those whose preparation failed, or leave it out",
                )
    return data


def _of_folder(folder: Path, names: Sequence[str], size: int) -> Collection:
    """Pictures that are aligned already, ``<domain>/<picture>``; brought to the size."""
    files = [
        (path, number)
        for number, name in enumerate(names)
        for path in settings.files(folder / name)
    ]

    def read(number: int) -> np.ndarray:
        return _sized(decode(files[number][0]).rgb, size)

    domain = np.array([number for _, number in files], np.int64)
    nobody = np.full(len(files), UNKNOWN)
    return _kept(Collection(read, domain, nobody, nobody, names), size)


def _of_sheet(
    results: Path,
    prepared: Mapping[str, Any],
    names: Sequence[str],
    frame: Frame,
    size: int,
) -> Collection:
    """Prepared photos whose expression in the sheet is a domain."""
    rows = list(_labelled(results, prepared, names))
    missing = [name for number, name in enumerate(names) if number not in {d for _, d, _ in rows}]
    if missing:
        raise BadInput(
            f"domain {missing[0]} is empty: no photo with this expression was prepared",
            "label photos in the sheet's column expression, mend those whose preparation failed "
            "(rows above), or leave the domain out of stargan.domains",
        )
    from idlock.engines.stargan.paste import seen  # noqa: PLC0415

    def read(number: int) -> np.ndarray:
        return seen(pictures.read(rows[number][0]), frame, size)

    domain, person = (np.array([row[at] for row in rows], np.int64) for at in (1, 2))
    # photos of one person are not of one moment, so none is the truth about another
    return _kept(Collection(read, domain, person, np.arange(len(rows)), names), size)


def _labelled(
    results: Path, prepared: Mapping[str, Any], names: Sequence[str]
) -> Iterator[tuple[Path, int, int]]:
    """Yield picture, domain and number of the person."""
    for number, (slug, record) in enumerate(sorted(prepared.items())):
        for photo in record["facts"].get("photos", []):
            label = photo["expression"].casefold() or "neutral"
            if label in names:
                path = results / "prepared" / slug / f"{photo['name']}.png"
                yield path, names.index(label), number


def _kept(collection: Collection, size: int) -> Collection:
    """Read everything once, where it fits into memory."""
    if len(collection) * size * size * 3 > IN_MEMORY:
        return collection
    images = [collection.picture(number) for number in range(len(collection))]
    return Collection(images.__getitem__, *list(vars(collection).values())[1:5])


def _sized(picture: np.ndarray, size: int) -> np.ndarray:
    """Bring a picture to (size, size, 3), its middle square where it is none."""
    side = min(picture.shape[:2])
    top, left = ((length - side) // 2 for length in picture.shape[:2])
    square = picture[top : top + side, left : left + side]
    way = cv2.INTER_AREA if side >= size else cv2.INTER_CUBIC
    return cv2.resize(square, (size, size), interpolation=way)
