"""Traces that cameras do not leave: grain, blocks, seams. All on (H, W) grey pictures, 0..255."""

import cv2
import numpy as np

# Immerkaer's operator: the difference of two Laplacians, blind to edges that are straight
NOISE_OPERATOR = np.array([[1, -2, 1], [-2, 4, -2], [1, -2, 1]], np.float32)
BLOCK = 8  # px, of JPEG and of the decoders of most diffusion models
CHANGED = 2.0  # grey levels: less is rounding
RING = 5  # px, how far from its edge an edit's seam is looked for


def noise(grey: np.ndarray) -> float:
    """Standard deviation of white noise, grey levels (Immerkaer 1996), robust to texture.

    The median in place of his mean: half of the picture may be structure.
    """
    response = cv2.filter2D(grey.astype(np.float32), -1, NOISE_OPERATOR)[1:-1, 1:-1]
    # 6: the operator's gain for white noise; .6745: median of |normal|
    return float(np.median(np.abs(response)) / 6 / 0.6745)


def blockiness(grey: np.ndarray) -> float:
    """Steps at the borders of 8 px blocks over those inside: 1 without blocks.

    As Wang, Sheikh and Bovik (2002) compare them, but wherever the grid begins:
    the larger of rows and columns, at the grid's most likely place.
    """
    values = grey.astype(np.float32)
    return max(_grid(np.diff(values, axis=1)), _grid(np.diff(values.T, axis=1)))


def _grid(steps: np.ndarray) -> float:
    """Mean step at the most visible phase, over the median phase."""
    by_column = np.abs(steps).mean(axis=0)
    whole = by_column[: len(by_column) // BLOCK * BLOCK].reshape(-1, BLOCK)
    if not len(whole):
        return 1.0
    # a single edge of the picture must not pass for a grid
    phases = np.median(whole, axis=0)
    middle = float(np.median(phases))
    return float(phases.max() / middle) if middle > 0 else 1.0


def seam(picture: np.ndarray, source: np.ndarray) -> float | None:
    """How visible the edge of an edit is: new steps at it, over those that were there.

    The edit is where two (H, W) uint8 pictures differ; along its outline the
    gradient of the difference is set against the gradient of the source. A
    blended edit gives about 0, a pasted one more the harder it is. None where
    nothing differs, or everything does.
    """
    change = picture.astype(np.float32) - source.astype(np.float32)
    edited = (np.abs(change) > CHANGED).astype(np.uint8)
    edited = cv2.morphologyEx(edited, cv2.MORPH_OPEN, np.ones((3, 3), np.uint8)) > 0
    edited = grown(grown(edited, 4 * RING), -4 * RING)
    ring = grown(edited, RING) & ~grown(edited, -RING)
    frame = np.zeros_like(ring)
    frame[RING:-RING, RING:-RING] = True
    ring &= frame
    if not ring.any():
        return None
    added, before = (
        _gradient(change)[ring].mean(),
        _gradient(source.astype(np.float32))[ring].mean(),
    )
    # a grey level keeps an even background from making a step infinite
    return float(added / (before + 1.0))


def grown(mask: np.ndarray, reach: float) -> np.ndarray:
    """Return a (H, W) bool mask with ``reach`` px more on every side; fewer where it is negative.

    By distance, which takes the same time however far it goes.
    """
    away = cv2.distanceTransform((mask == (reach < 0)).astype(np.uint8), cv2.DIST_L2, 5)
    return away <= reach if reach >= 0 else away > -reach


def _gradient(values: np.ndarray) -> np.ndarray:
    return np.hypot(
        *(cv2.Sobel(values, cv2.CV_32F, dx, dy, scale=1 / 8) for dx, dy in ((1, 0), (0, 1)))
    )
