"""Reading and writing the pictures of a run: PNG, whole or not at all."""

from pathlib import Path

import cv2
import numpy as np

from idlock.store.files import write_bytes

# zlib's level 4 takes a third of the time of the default, for 3 % more bytes
PNG = [cv2.IMWRITE_PNG_COMPRESSION, 4]


def write(path: Path, image: np.ndarray) -> None:
    """Write a (H, W, 3) or (H, W, 4) uint8 sRGB picture as PNG, byte-identical for equal pixels."""
    swap = cv2.COLOR_RGBA2BGRA if image.shape[2] == 4 else cv2.COLOR_RGB2BGR
    done, data = cv2.imencode(".png", cv2.cvtColor(image, swap), PNG)
    if not done:
        raise ValueError(f"{path}: OpenCV cannot encode a picture of {image.shape} {image.dtype}")
    write_bytes(path, data.tobytes())


def read(path: Path) -> np.ndarray:
    """Read a PNG of this project as (H, W, 3) or (H, W, 4) uint8 sRGB.

    Raises:
        ValueError: it is not a picture, or damaged.
    """
    image = cv2.imdecode(np.frombuffer(Path(path).read_bytes(), np.uint8), cv2.IMREAD_UNCHANGED)
    if image is None or image.ndim != 3:
        raise ValueError(f"{path}: not a colour picture; remove it and run again")
    return cv2.cvtColor(image, cv2.COLOR_BGRA2RGBA if image.shape[2] == 4 else cv2.COLOR_BGR2RGB)
