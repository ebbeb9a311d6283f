"""Reading and writing the pictures of a run: PNG, whole or not at all."""

import zlib
from collections.abc import Mapping
from pathlib import Path

import cv2
import numpy as np

from idlock.store.files import write_bytes

# zlib's level 4 takes a third of the time of the default, for 3 % more bytes
PNG = [cv2.IMWRITE_PNG_COMPRESSION, 4]
HEADER = 33  # bytes of a PNG before the first chunk of one's own: signature and IHDR


def write(path: Path, image: np.ndarray, text: Mapping[str, str] | None = None) -> None:
    """Write a picture as PNG, byte-identical for equal pixels and text.

    Args:
        path: the file.
        image: (H, W, 3) or (H, W, 4) uint8 sRGB.
        text: what the file says about itself, by Latin keyword.
    """
    swap = cv2.COLOR_RGBA2BGRA if image.shape[2] == 4 else cv2.COLOR_RGB2BGR
    done, data = cv2.imencode(".png", cv2.cvtColor(image, swap), PNG)
    if not done:
        raise ValueError(f"{path}: OpenCV cannot encode a picture of {image.shape} {image.dtype}")
    png = data.tobytes()
    said = b"".join(_said(keyword, words) for keyword, words in (text or {}).items())
    write_bytes(path, png[:HEADER] + said + png[HEADER:])


def _said(keyword: str, words: str) -> bytes:
    """Return a PNG text chunk: tEXt for Latin words, iTXt for others (PNG 1.2, 4.2.3)."""
    try:
        kind, body = b"tEXt", keyword.encode("latin-1") + b"\0" + words.encode("latin-1")
    except UnicodeEncodeError:
        kind, body = b"iTXt", keyword.encode("latin-1") + b"\0\0\0\0\0" + words.encode()
    length, check = len(body), zlib.crc32(kind + body)
    return length.to_bytes(4, "big") + kind + body + check.to_bytes(4, "big")


def read(path: Path) -> np.ndarray:
    """Read a PNG of this project as (H, W, 3) or (H, W, 4) uint8 sRGB.

    Raises:
        ValueError: it is not a picture, or damaged.
    """
    image = cv2.imdecode(np.frombuffer(Path(path).read_bytes(), np.uint8), cv2.IMREAD_UNCHANGED)
    if image is None or image.ndim != 3:
        raise ValueError(f"{path}: not a colour picture; remove it and run again")
    return cv2.cvtColor(image, cv2.COLOR_BGRA2RGBA if image.shape[2] == 4 else cv2.COLOR_BGR2RGB)
