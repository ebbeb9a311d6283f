"""Small pictures that live inside a page."""

import base64
from pathlib import Path

import cv2
import numpy as np

from idlock.store import pictures

QUALITY = 82  # WebP; differences to the PNG are not seen at these sizes


def data_uri(image: np.ndarray, side: int) -> str:
    """Return a (H, W, 4) uint8 picture, scaled to ``side`` px, as a WebP data URI."""
    premultiplied = image.astype(np.float32)
    premultiplied[..., :3] *= premultiplied[..., 3:] / 255
    small = cv2.resize(premultiplied, (side, side), interpolation=cv2.INTER_AREA)
    alpha = np.maximum(small[..., 3:], 1e-3) / 255
    small[..., :3] /= alpha
    rgba = np.clip(np.rint(small), 0, 255).astype(np.uint8)
    bgra = cv2.cvtColor(rgba, cv2.COLOR_RGBA2BGRA)
    _, data = cv2.imencode(".webp", bgra, [cv2.IMWRITE_WEBP_QUALITY, QUALITY])
    return "data:image/webp;base64," + base64.b64encode(data.tobytes()).decode("ascii")


def of_file(path: Path, *sides: int) -> list[str]:
    """Return a picture file as data URIs, one for each of ``sides`` px."""
    image = pictures.read(path)
    return [data_uri(image, side) for side in sides]
