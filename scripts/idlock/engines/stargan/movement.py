"""What moved between two small pictures of a face, and how to move a large one the same way."""

import cv2
import numpy as np


def movement(before: np.ndarray, after: np.ndarray) -> np.ndarray:
    """Find where everything in a picture came from (dense inverse search, Kroeger et al. 2016).

    Args:
        before: (S, S, 3) float RGB, 0..255.
        after: the same.

    Returns:
        (S, S, 2) float32, px, x and y: ``after`` at a place is ``before`` at the
        place plus this. Zero where the pictures are the same.
    """
    search = cv2.DISOpticalFlow.create(cv2.DISOPTICAL_FLOW_PRESET_MEDIUM)
    search.setFinestScale(0)  # the pictures are small: every pixel counts
    return search.calc(_grey(after), _grey(before), None)


def moved(picture: np.ndarray, flow: np.ndarray) -> np.ndarray:
    """Move a picture (H, W, C) float32 as (H, W, 2) px say."""
    rows, columns = np.indices(picture.shape[:2], np.float32)
    return cv2.remap(
        *(picture, columns + flow[..., 0], rows + flow[..., 1]),
        cv2.INTER_CUBIC,
        borderMode=cv2.BORDER_REPLICATE,
    )


def enlarged(flow: np.ndarray, side: int) -> np.ndarray:
    """Bring movements (S, S, 2) of a small picture to those of one of ``side`` px."""
    large = cv2.resize(flow, (side, side), interpolation=cv2.INTER_CUBIC)
    return large * (side / len(flow))


def _grey(picture: np.ndarray) -> np.ndarray:
    grey = cv2.cvtColor(picture.astype(np.float32), cv2.COLOR_RGB2GRAY)
    return np.clip(grey + 0.5, 0, 255).astype(np.uint8)
