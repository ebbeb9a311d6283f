"""Pictures made small for the report, once each: they hang on pixels, not on verdicts."""

from collections.abc import Mapping
from functools import cache
from pathlib import Path
from typing import Any

import numpy as np

from idlock.report import shrink
from idlock.store import pictures, units
from idlock.store.code import code_digest
from idlock.store.files import write_bytes

STAGE = "thumbnails"

# slug -> what a small picture is called in the report -> the picture's file and its digest
Wanted = Mapping[str, Mapping[str, tuple[Path, str]]]


def folder(results: Path, slug: str) -> Path:
    """Return where a person's small pictures are kept until the report is put together."""
    return results / "records" / STAGE / "pictures" / slug


def keep(results: Path, slug: str, image: np.ndarray, digest: str) -> None:
    """Make a picture small while it is in memory; reading it again is most of the work.

    Args:
        results: the results folder.
        slug: whose it is.
        image: the picture.
        digest: of its file, by which `batch` finds the small one.
    """
    write_bytes(_path(results, slug, digest), shrink.jpeg(image, shrink.SIDE))


def batch(wanted: Wanted, config: Mapping[str, Any], record: Path) -> None:
    """Make the small pictures of a batch of people that were not kept already.

    Args:
        wanted: by person, what each small picture is called and made from.
        config: the checked configuration.
        record: the batch record to write; its facts say which file is which picture.
    """
    results = Path(config["results"])
    keys = {
        slug: units.key(
            code=_code(), pictures={name: digest for name, (_, digest) in of_person.items()}
        )
        for slug, of_person in wanted.items()
    }

    def work(slug: str) -> units.Outcome:
        files = {}
        for name, (source, digest) in wanted[slug].items():
            files[name] = _path(results, slug, digest)
            if not files[name].is_file():
                keep(results, slug, pictures.read(source), digest)
        for path in set(folder(results, slug).glob("*.jpg")) - set(files.values()):
            path.unlink()
        return units.Outcome(
            outputs=sorted(set(files.values())),
            facts={"files": {name: path.name for name, path in files.items()}},
        )

    units.stage(STAGE, config).complete(keys, work, record)


@cache
def _code() -> str:
    return code_digest("idlock.report.shrink")


def _path(results: Path, slug: str, digest: str) -> Path:
    """Return the place of a small picture, named by all that it depends on."""
    return folder(results, slug) / f"{units.key(code=_code(), picture=digest)}.jpg"
