"""How far an edit may reach: the face without hair, ears, neck and background.

The outline comes from the landmarks, the hairline from the colours: a place
outside the features' own hull belongs to the face only if it looks like this
face's skin and is joined to it.
"""

import cv2
import numpy as np
from scipy import ndimage

from idlock.engines.parametric.anatomy import Frame
from idlock.engines.parametric.field import Grid, smoothstep

SOFTNESS = 0.20  # face units over which movement grows from nothing at the boundary
FOREHEAD = ((1.02, -0.20), (0.98, -0.50), (0.80, -0.82), (0.45, -1.02), (0.0, -1.08))
STRAND = 0.025  # face units of a strand of hair
ROUGH = (3.0, 0.05)  # hair: so many times as rough as the cheeks, and logs of lightness at least
NECK_DROP = (0.0, 0.12, 0.42, 0.62, 0.68, 0.62, 0.42, 0.12, 0.0)  # below landmarks 4..12


def reach(
    frame: Frame, landmarks: np.ndarray, patch: np.ndarray, grid: Grid, person: np.ndarray | None
) -> np.ndarray:
    """How freely each grid node may move.

    Args:
        frame: the face's frame, in patch pixels.
        landmarks: (68, 2) patch pixels.
        patch: uint8 RGB (h, w, 3), the picture under the grid.
        grid: the grid over the patch.
        person: bool (h, w), False where the picture shows no person, or None.

    Returns:
        float32 (rows, cols), 1 well inside the face, 0 at its boundary and beyond.
    """
    face = frame.to_face(landmarks)
    outline, core, neck = _outline(face), _core(face), _neck(face)
    small = cv2.resize(patch, (grid.cols, grid.rows), interpolation=cv2.INTER_AREA)
    samples = _filled(grid, frame, _sample_patches(face))
    skin = _looks_like_skin(small, samples) & _as_smooth_as_skin(patch, frame, grid, samples)
    core_nodes = _filled(grid, frame, [core])
    hair_free = _joined(skin, core_nodes) & _filled(grid, frame, [outline])
    throat = _filled(grid, frame, [neck]) & _could_be_throat(small, skin, core_nodes)
    inside = _without_holes(hair_free | core_nodes | throat)
    if person is not None:
        nearest = person[:: grid.step, :: grid.step]
        inside &= nearest[: grid.rows, : grid.cols]
    inside[[0, -1], :] = False
    inside[:, [0, -1]] = False
    # scipy's, for the last bits of OpenCV's depend on where in memory its result lies
    distance = ndimage.distance_transform_edt(inside).astype(np.float32)
    room = cv2.GaussianBlur(distance, (0, 0), 1.5) * (grid.step / frame.unit)
    return (smoothstep(0.02, SOFTNESS, room) * inside).astype(np.float32)


def _outline(face: np.ndarray) -> np.ndarray:
    half = (face[16, 0] - face[0, 0]) / 2
    middle = (face[16, 0] + face[0, 0]) / 2
    brow = face[17:27, 1].mean()
    top = [(middle + half * x, brow + 0.30 + y) for x, y in FOREHEAD]
    mirrored = [(2 * middle - x, y) for x, y in reversed(top[:-1])]
    return np.array([*face[:17], *top, *mirrored])


def _core(face: np.ndarray) -> np.ndarray:
    """The hull of the features: always face, whatever its colours (beards, brows, glasses)."""
    centre = face[[30, 33]].mean(axis=0)
    jaw = centre + (face[2:15] - centre) * 0.97
    brows = face[17:27] + (0, -0.05)
    return cv2.convexHull(np.concatenate([jaw, brows, face[36:48]]).astype(np.float32))[:, 0]


def _neck(face: np.ndarray) -> np.ndarray:
    jaw = face[4:13]
    return np.concatenate([jaw, (jaw + np.stack([np.zeros(9), NECK_DROP], axis=1))[::-1]])


def _sample_patches(face: np.ndarray) -> list[np.ndarray]:
    """Cheeks and the bridge of the nose: skin in nearly every photo."""
    left = [face[41], face[39], face[31], 0.7 * face[48] + 0.3 * face[3], face[2] * 0.8]
    right = [face[46], face[42], face[35], 0.7 * face[54] + 0.3 * face[13], face[14] * 0.8]
    below = np.array([0, 0.10])
    return [
        np.array([left[0] + below, left[1] + below, *left[2:]]),
        np.array([right[0] + below, right[1] + below, *right[2:]]),
        face[[27, 31, 35]],
    ]


def _filled(grid: Grid, frame: Frame, polygons: list[np.ndarray]) -> np.ndarray:
    canvas = np.zeros((grid.rows, grid.cols), np.uint8)
    for polygon in polygons:
        nodes = frame.to_pixels(polygon) / grid.step
        cv2.fillPoly(canvas, [np.round(nodes * 16).astype(np.int32)], 1, shift=4)
    return canvas.astype(bool)


def _looks_like_skin(small: np.ndarray, samples: np.ndarray) -> np.ndarray:
    """Nodes whose colour is near the sampled skin's, shadows and highlights allowed for."""
    light, warm, cool = _log_colours(small)
    samples = samples if samples.any() else np.ones_like(samples)
    # A shine takes the lamp's colour: the brighter, the less its hue tells.
    shine = np.maximum(light - np.median(light[samples]) - 0.15, 0)
    result = np.ones(light.shape, bool)
    for channel, below, above, lost in (
        (light, 0.62, 1.50, 0.0),
        (warm, 0.16, 0.20, 1.0),
        (cool, 0.26, 0.26, 1.0),
    ):
        middle = np.median(channel[samples])
        spread = 1.4826 * np.median(np.abs(channel[samples] - middle))
        result &= channel > middle - max(below, 3 * spread) - lost * shine
        result &= channel < middle + max(above, 3 * spread)
    return result


def _as_smooth_as_skin(
    patch: np.ndarray, frame: Frame, grid: Grid, samples: np.ndarray
) -> np.ndarray:
    """Nodes without the strands of hair: fair hair has the colour of skin, but not its surface."""
    light = np.log(cv2.cvtColor(patch, cv2.COLOR_RGB2GRAY).astype(np.float32) + 8)
    strands = np.abs(light - cv2.GaussianBlur(light, (0, 0), STRAND * frame.unit))
    around = cv2.GaussianBlur(strands, (0, 0), 2 * STRAND * frame.unit)
    rough = cv2.resize(around, (grid.cols, grid.rows), interpolation=cv2.INTER_AREA)
    usual = np.median(rough[samples]) if samples.any() else rough.max()
    return rough < max(ROUGH[0] * usual, ROUGH[1])


def _could_be_throat(small: np.ndarray, skin: np.ndarray, core: np.ndarray) -> np.ndarray:
    """Nodes that may be the neck under the chin: skin, or skin in the chin's shadow."""
    light, warm, _ = _log_colours(small)
    level = np.median(light[core])
    shaded = (light < level - 0.2) & (warm > np.median(warm[core]) - 0.25)
    return skin | shaded


def _log_colours(small: np.ndarray) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """Lightness and two colour ratios, all in logarithms, so that shading is an offset."""
    smooth = cv2.GaussianBlur(small, (0, 0), 1.0).astype(np.float32)
    red, green, blue = np.moveaxis(np.log(smooth + 8), -1, 0)
    return (red + green + blue) / 3, red - green, green - blue


def _joined(skin: np.ndarray, core: np.ndarray) -> np.ndarray:
    """Skin that is joined to the core without passing through strands of hair."""
    opened = cv2.morphologyEx(
        (skin | core).astype(np.uint8), cv2.MORPH_OPEN, np.ones((5, 5), np.uint8)
    )
    count, labels = cv2.connectedComponents(opened | core.astype(np.uint8), connectivity=4)
    kept = np.zeros(count, bool)
    kept[labels[core]] = True
    return kept[labels]


def _without_holes(inside: np.ndarray) -> np.ndarray:
    """Fill what is wholly enclosed: moles, jewels and shines are part of the face."""
    count, labels = cv2.connectedComponents((~inside).astype(np.uint8), connectivity=4)
    open_to_border = np.zeros(count, bool)
    for edge in (labels[0], labels[-1], labels[:, 0], labels[:, -1]):
        open_to_border[edge] = True
    return inside | ~open_to_border[labels]
