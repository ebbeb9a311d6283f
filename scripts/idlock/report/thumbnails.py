"""Pictures made small for the report, once each: they hang on pixels, not on verdicts."""

from collections.abc import Mapping
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

# slug -> name below the person's folder -> the picture's file and digest
Wanted = Mapping[str, Mapping[str, tuple[Path, str]]]


def folder(results: Path, slug: str) -> Path:
    """Return where a person's small pictures are kept until the report is put together."""
    return results / "records" / STAGE / "pictures" / slug


def batch(wanted: Wanted, results: Path, record: Path) -> None:
    """Make the small pictures of a batch of people.

    Args:
        wanted: by person, what each small picture is called and made from.
        results: the results folder.
        record: the batch record to write.
    """
    code = code_digest("idlock.report.thumbnails")
    keys = {
        slug: units.key(code=code, pictures={name: made for name, (_, made) in of_person.items()})
        for slug, of_person in wanted.items()
    }

    def work(slug: str) -> units.Outcome:
        outputs = []
        for name, (source, _) in wanted[slug].items():
            path = folder(results, slug) / name
            write_bytes(path, jpeg(pictures.read(source), SIDE))
            outputs.append(path)
        _remove_others(folder(results, slug), set(outputs))
        return units.Outcome(outputs=outputs)

    units.Stage(STAGE, results).complete(keys, work, record)


def jpeg(image: np.ndarray, side: int) -> bytes:
    """Return a (H, W, 3) or (H, W, 4) uint8 picture as a JPEG of ``side`` px on the backdrop."""
    small = image
    if image.shape[2] == 4:
        # colours weighed by alpha, so that edges take nothing from behind the cut-out
        small = cv2.cvtColor(image, cv2.COLOR_RGBA2mRGBA)
    small = cv2.resize(small, (side, side), interpolation=cv2.INTER_AREA)
    if image.shape[2] == 4:
        small = cv2.add(small[..., :3], cv2.LUT(cv2.merge([small[..., 3]] * 3), _WALL))
    done, data = cv2.imencode(".jpg", cv2.cvtColor(small, cv2.COLOR_RGB2BGR), QUALITY)
    if not done:
        raise ValueError(f"OpenCV cannot encode a picture of {image.shape} {image.dtype}")
    return data.tobytes()


def _wall() -> np.ndarray:
    """Return, by alpha, what of the wall is seen through: (1, 256, 3) uint8."""
    through = 1 - np.arange(256) / 255
    return np.rint(through[:, None] * BACKDROP).astype(np.uint8)[None]


_WALL = _wall()


def _remove_others(kept_in: Path, wanted: set[Path]) -> None:
    for path in sorted(kept_in.rglob("*"), reverse=True):
        if path.is_file() and path not in wanted:
            path.unlink()
