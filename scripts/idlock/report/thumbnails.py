"""Pictures made small for the report, once each: they hang on pixels, not on verdicts."""

from collections.abc import Mapping
from functools import cache
from pathlib import Path

import cv2
import numpy as np

from idlock.store import pictures, units
from idlock.store.code import code_digest
from idlock.store.files import write_bytes

STAGE = "thumbnails"
SIDE = 384  # px
# JPEG takes a fortieth of the time of WebP at the same size of file (0.4 ms
# against 17 ms at 384 px), which decides at 24,000 pictures.
QUALITY = [cv2.IMWRITE_JPEG_QUALITY, 85]
BACKDROP = (200, 206, 212)  # RGB of the wall behind a cut-out; suits light and dark pages

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
    write_bytes(_path(results, slug, digest), jpeg(image, SIDE))


def batch(wanted: Wanted, results: Path, record: Path) -> None:
    """Make the small pictures of a batch of people that were not kept already.

    Args:
        wanted: by person, what each small picture is called and made from.
        results: the results folder.
        record: the batch record to write; its facts say which file is which picture.
    """
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

    units.Stage(STAGE, results).complete(keys, work, record)


@cache
def _code() -> str:
    return code_digest("idlock.report.thumbnails")


def _path(results: Path, slug: str, digest: str) -> Path:
    """Return the place of a small picture, named by all that it depends on."""
    return folder(results, slug) / f"{units.key(code=_code(), picture=digest)}.jpg"


def jpeg(image: np.ndarray, side: int) -> bytes:
    """Return a (H, W, 3) or (H, W, 4) uint8 picture as a JPEG of ``side`` px on the backdrop."""
    cut_out = image.shape[2] == 4
    if cut_out:
        # colours weighed by alpha, so that edges take nothing from behind the cut-out
        image = cv2.cvtColor(image, cv2.COLOR_RGBA2mRGBA)
    small = cv2.resize(image, (side, side), interpolation=cv2.INTER_AREA)
    bgr = cv2.cvtColor(small, cv2.COLOR_RGBA2BGR if cut_out else cv2.COLOR_RGB2BGR)
    if cut_out:
        bgr = cv2.add(bgr, cv2.LUT(cv2.merge([small[..., 3]] * 3), _WALL))
    done, data = cv2.imencode(".jpg", bgr, QUALITY)
    if not done:
        raise ValueError(f"OpenCV cannot encode a picture of {image.shape} {image.dtype}")
    return data.tobytes()


def _wall() -> np.ndarray:
    """Return, by alpha, what of the wall is seen through: (1, 256, 3) uint8, BGR."""
    through = 1 - np.arange(256) / 255
    return np.rint(through[:, None] * BACKDROP[::-1]).astype(np.uint8)[None]


_WALL = _wall()
