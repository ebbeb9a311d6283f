"""Matting: how much of each pixel is person, and which colour that part has.

Both methods exist in pymatting, but importing that compiles half a minute of numba on a fresh
machine and costs every job a second; on NumPy and SciPy they are as fast and start at once.
"""

from itertools import product

import cv2
import numpy as np
from scipy import sparse
from scipy.sparse.linalg import splu

# The regularisation of the colour lines, pymatting's scale (variance of colours in 0..1).
EPSILON = 1e-6
WINDOW = list(product((-1, 0, 1), repeat=2))  # rows, columns


def closed_form(
    colours: np.ndarray, known: np.ndarray, pull: np.ndarray, towards: np.ndarray
) -> np.ndarray:
    """Solve alpha so that it is a linear function of colour in every 3x3 window.

    Minimises a'La + sum(pull * (a - towards)^2) over the open pixels, L being the matting
    Laplacian (Levin, Lischinski & Weiss, "A Closed-Form Solution to Natural Image Matting",
    PAMI 2008), by a direct factorisation: exact, and the same at every run.

    Args:
        colours: (h, w, 3) float in 0..1.
        known: (h, w) float, 0 or 1 where alpha is given, 0.5 where it is open.
        pull: (h, w) float >= 0, how strongly an open pixel is drawn.
        towards: (h, w) float in 0..1, whereto.

    Returns:
        (h, w) float, not limited to 0..1 where open.
    """
    opened = (known == 0.5).ravel()
    alpha = known.astype(float).ravel()
    count = int(opened.sum())
    if count == 0:
        return alpha.reshape(known.shape)
    number = np.full(opened.size, -1)
    number[opened] = np.arange(count)

    rows, columns, values = _laplacian(colours, opened.reshape(known.shape))
    unknown = opened[columns]
    draw = pull.ravel()[opened]
    system = sparse.csc_matrix(
        (values[unknown], (number[rows[unknown]], number[columns[unknown]])), (count, count)
    ) + sparse.diags(draw)
    given = values[~unknown] * alpha[columns[~unknown]]
    right = draw * towards.ravel()[opened]
    right -= np.bincount(number[rows[~unknown]], given, count)
    factors = splu(
        system.tocsc(),
        permc_spec="MMD_AT_PLUS_A",
        diag_pivot_thresh=0.0,
        options={"SymmetricMode": True},
    )
    alpha[opened] = factors.solve(right)
    return alpha.reshape(known.shape)


def _laplacian(
    colours: np.ndarray, opened: np.ndarray
) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """The rows of the matting Laplacian that belong to open pixels.

    Args:
        colours: (h, w, 3) float.
        opened: (h, w) bool.

    Returns:
        Row, column (flat pixel numbers) and value of each entry that is not 0.
    """
    height, width = opened.shape
    touched = cv2.dilate(opened.astype(np.uint8), np.ones((3, 3), np.uint8))
    touched[[0, -1]] = touched[:, [0, -1]] = 0  # windows lie within the picture
    centres = np.flatnonzero(touched)
    steps = np.array([row * width + column for row, column in WINDOW])
    flat = colours.reshape(-1, 3)
    window = flat[centres + steps[:, None]]  # (9, n, 3)
    window = window - window.mean(axis=0)
    covariance = np.einsum("pni,pnj->nij", window, window) / 9
    inverse = np.linalg.inv(covariance + EPSILON / 9 * np.eye(3))
    weighted = np.einsum("nij,pnj->pin", inverse, window)  # channels first: their sum is fast
    window = np.ascontiguousarray(window.transpose(0, 2, 1))

    pixels = np.flatnonzero(opened)
    place = np.full(height * width, len(pixels))  # the last column takes what is not wanted
    place[pixels] = np.arange(len(pixels))
    entries = np.zeros((25, len(pixels) + 1))  # by the step from row to column
    places = [place[centres + step] for step in steps]
    for p, (y, x) in enumerate(WINDOW):
        for q, (v, u) in enumerate(WINDOW[: p + 1]):
            value = (p == q) - (1 + (weighted[p] * window[q]).sum(axis=0)) / 9
            way = (v - y) * 5 + u - x
            entries[12 + way, places[p]] += value
            if p != q:  # the same from the other side
                entries[12 - way, places[q]] += value
    step, which = np.nonzero(entries[:, :-1])
    rows = pixels[which]
    columns = rows + (step // 5 - 2) * width + step % 5 - 2
    return rows, columns, entries[step, which]


def foreground(colours: np.ndarray, alpha: np.ndarray) -> np.ndarray:
    """Find the colour of the person alone in pixels that mix it with the background.

    Fast multi-level foreground estimation (Germer et al., ICPR 2020): colours of person and
    background that mix to the picture and change little where alpha changes little, from a
    single pixel up to the full size.

    Args:
        colours: (h, w, 3) float in 0..1.
        alpha: (h, w) float in 0..1.

    Returns:
        (h, w, 3) float in 0..1.
    """
    colours, alpha = colours.astype(np.float32), alpha.astype(np.float32)
    height, width = alpha.shape
    person = _mean(colours, alpha > 0.9)
    wall = _mean(colours, alpha < 0.1)
    levels = int(np.ceil(np.log2(max(height, width))))
    for level in range(levels + 1):
        size = (round(width ** (level / levels)), round(height ** (level / levels)))
        picture, share = (
            cv2.resize(array, size, interpolation=cv2.INTER_NEAREST) for array in (colours, alpha)
        )
        person, wall = (
            cv2.resize(array, size, interpolation=cv2.INTER_NEAREST) for array in (person, wall)
        )
        for _ in range(10 if max(size) <= 32 else 3):
            person, wall = _smoothed(picture, share[..., None], person, wall)
    return person


def _smoothed(
    picture: np.ndarray, share: np.ndarray, person: np.ndarray, wall: np.ndarray
) -> tuple[np.ndarray, np.ndarray]:
    """One Jacobi step: each pixel's pair of colours, given those of its four neighbours."""
    rest = 1 - share
    first, mixed, second = share * share, share * rest, rest * rest
    to_person, to_wall = share * picture, rest * picture
    total = np.zeros_like(share)
    for axis, step in product((0, 1), (-1, 1)):
        weight = 1e-5 + np.abs(share - _neighbour(share, axis, step))
        total += weight
        to_person = to_person + weight * _neighbour(person, axis, step)
        to_wall = to_wall + weight * _neighbour(wall, axis, step)
    first, second = first + total, second + total
    scale = 1 / (first * second - mixed * mixed)
    return (
        (scale * (second * to_person - mixed * to_wall)).clip(0, 1),
        (scale * (first * to_wall - mixed * to_person)).clip(0, 1),
    )


def _neighbour(values: np.ndarray, axis: int, step: int) -> np.ndarray:
    """Each pixel's neighbour along an axis, itself at the border."""
    size = values.shape[axis]
    return values.take((np.arange(size) + step).clip(0, size - 1), axis=axis)


def _mean(colours: np.ndarray, where: np.ndarray) -> np.ndarray:
    """Mean colour of some pixels as a picture of one, black where there are none."""
    return (colours[where].sum(axis=0) / max(1, where.sum())).reshape(1, 1, 3).astype(np.float32)
