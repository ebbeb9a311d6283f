"""The mean head: a skull of horizontal slices and a face modelled onto it, in mm.

``x`` to the picture's right, ``y`` up, ``z`` to the viewer; the origin lies at
eye height between the ears. Lengths follow textbook anthropometry (face breadth
137 mm, pupils 62 mm apart, nasion to chin 117 mm). Eyes are open and the mouth
is closed.
"""

from dataclasses import dataclass
from functools import lru_cache

import numpy as np
from scipy.interpolate import CubicSpline, PchipInterpolator

from idlock.cast.chart import MOUTH_ROW_Y, chart, polar_angle
from idlock.cast.fields import crest, dome, hill, hills, plateau, step, union

EYE_IN, EYE_OUT = 16.4, 44.8
MOUTH_HALF = 25.5
EYEBALL_RADIUS = 12.0
EYE_CENTRE = np.array([31.0, 2.3, 70.5])

# Height, half breadth, front, middle (where it is broadest) and back of each
# slice in mm, and how square its front corners are.
_SLICES = np.array(
    [
        [115.0, 0.0, -14.0, -14.0, -14.0, 0.10],
        [111.0, 25.0, 26.0, -13.0, -50.0, 0.10],
        [103.0, 43.5, 53.5, -12.0, -74.0, 0.12],
        [90.0, 59.5, 74.5, -10.0, -89.0, 0.14],
        [72.0, 70.0, 87.0, -8.0, -98.0, 0.16],
        [45.0, 75.0, 95.5, -5.0, -102.0, 0.18],
        [22.0, 73.5, 97.5, 2.0, -101.0, 0.20],
        [0.0, 71.0, 95.0, 12.0, -92.0, 0.22],
        [-20.0, 69.3, 95.0, 20.0, -80.0, 0.20],
        [-32.0, 67.5, 97.5, 20.0, -73.0, 0.17],
        [-46.0, 64.6, 102.5, 19.0, -62.0, 0.13],
        [-60.0, 61.0, 105.0, 19.0, -48.0, 0.10],
        [-72.0, 56.8, 104.5, 24.0, -32.0, 0.10],
        [-84.0, 51.0, 101.5, 40.0, -4.0, 0.13],
        [-93.0, 44.5, 101.5, 55.0, 18.0, 0.18],
        [-101.0, 36.5, 104.0, 68.0, 40.0, 0.22],
        [-107.0, 28.0, 104.0, 79.0, 58.0, 0.24],
        [-111.0, 16.0, 101.0, 90.0, 78.0, 0.20],
        [-112.5, 0.0, 97.0, 97.0, 97.0, 0.10],
    ]
)

# Height on the chart and the height it stands for, mm: proportions measured on
# photographs of real faces (pupils 62 mm apart).
_HEIGHTS = np.array(
    [
        [-112.5, -109.0],
        [-101.0, -97.3],
        [-88.0, -82.5],
        [-79.3, -72.9],
        [-70.0, -62.6],
        [-62.3, -54.4],
        [-51.0, -41.9],
        [-40.0, -31.0],
        [-20.0, -15.6],
        [-8.0, -7.0],
        [0.0, 0.0],
        [20.0, 20.0],
        [115.0, 115.0],
    ]
)

_DORSUM = np.array(
    [
        [14, 95.0],
        [6, 96.6],
        [0, 97.2],
        [-8, 100.0],
        [-18, 107.5],
        [-28, 114.5],
        [-36, 119.5],
        [-44, 121.5],
    ],
    dtype=np.float64,
)


@dataclass(frozen=True, eq=False)
class MeanHead:
    """The mean head on the chart.

    Attributes:
        points: (R, C, 3) float64, mm.
        x: (R, C) place of each point across the skull before eyes and mouth were cut, mm.
        y: (R, C) as ``x``, height.
        front: (R, C) 1 on the face, 0 behind the ears.
        upper: (R, 1) True on the rows above the slit nearest to them.
    """

    points: np.ndarray
    x: np.ndarray
    y: np.ndarray
    front: np.ndarray


def skull() -> tuple[np.ndarray, np.ndarray]:
    """Return the bare slices (R, C, 3) in mm and the cosine of each column's turn (1, C)."""
    grid = chart()
    order = polar_angle(_SLICES[:, 0])
    curves = CubicSpline(order, _SLICES[:, 1:], bc_type="natural")(polar_angle(grid.y))
    half, front, middle, back, square = (curve[:, None] for curve in curves.T)
    sine, cosine = np.sin(grid.turn)[None], np.cos(grid.turn)[None]
    reach = np.where(cosine > 0, front - middle, middle - back)
    z = middle + reach * cosine * (1.0 + square * sine**2)
    x = half * sine * (1.0 + 0.04 * cosine**2)
    return np.stack([x, np.broadcast_to(grid.y[:, None], x.shape), z], axis=-1), cosine


def upper_lid(x: np.ndarray) -> np.ndarray:
    """Height of the open upper lid's edge over the canthal line, mm, at ``x`` (>= 0)."""
    s = np.clip((x - EYE_IN) / (EYE_OUT - EYE_IN), 0.0, 1.0)
    return 6.5 * (4.0 * s * (1.0 - s)) ** 0.62 * (1.06 - 0.14 * s)


def lower_lid(x: np.ndarray) -> np.ndarray:
    """Depth of the open lower lid's edge under the canthal line, mm (>= 0)."""
    s = np.clip((x - EYE_IN) / (EYE_OUT - EYE_IN), 0.0, 1.0)
    return 3.8 * (4.0 * s * (1.0 - s)) ** 0.66 * (0.84 + 0.30 * s)


def _nose(x: np.ndarray, y: np.ndarray, z: np.ndarray) -> np.ndarray:
    """Model the nose onto the height field ``z``."""
    ridge = CubicSpline(-_DORSUM[:, 0], _DORSUM[:, 1], bc_type="natural")(-np.clip(y, -46, 14))
    ridge = ridge - 3.0 * np.maximum(y - 12, 0) - 3.2 * np.maximum(-41 - y, 0)
    breadth = np.interp(-y, [-14, 0, 12, 24, 40], [7.0, 4.2, 4.6, 5.2, 6.5])
    steep = np.interp(-y, [-14, 0, 15, 30, 44], [0.9, 1.5, 1.75, 1.7, 1.3])
    wedge = ridge + breadth - np.sqrt(breadth**2 + (steep * x) ** 2)
    z = union(z, wedge, 3.0)
    tip = dome(x, y, (0.0, -40.0), (11.0, 9.5, 13.0), 124.0)
    z = union(z, tip, 4.0)
    wing = dome(np.abs(x), y, (12.0, -42.4), (6.2, 6.4, 12.0), 111.6)
    z = union(z, wing, 1.6)
    column = dome(x, y, (0.0, -47.2), (4.2, 5.4, 9.0), 116.0)
    z = union(z, column, 2.0)
    return (
        z
        - 3.0 * hills(x, y, (6.2, -48.0), (3.0, 1.7), 15)
        - 1.0 * hills(x, y, (19.5, -41.0), (2.0, 5.0), -15)
    )


def lip_edges(x: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Return upper and lower edge of the red of the lips, mm over and under the mouth line."""
    t = np.clip(np.abs(x) / MOUTH_HALF, 0.0, 1.0)
    taper = np.sqrt(np.maximum(1.0 - t**2.2, 0.0))
    bow = 1.0 - 0.20 * np.exp(-((x / 3.2) ** 2)) + 0.06 * np.exp(-(((np.abs(x) - 6.0) / 3.5) ** 2))
    upper = 7.3 * taper ** (1.25) * (1.0 - 0.25 * t) * bow
    lower = 9.3 * np.maximum(1.0 - t**2.4, 0.0) ** 0.75
    return upper, lower


def _lips(x: np.ndarray, y: np.ndarray) -> np.ndarray:
    """Relief of the lips over the jaw, mm."""
    upper, lower = lip_edges(x)
    height = y - MOUTH_ROW_Y
    taper = np.maximum(1.0 - (np.abs(x) / (MOUTH_HALF + 1.0)) ** 2.0, 0.0) ** 0.8
    above = np.clip(height / np.maximum(upper, 0.6), 0, 3)
    below = np.clip(-height / np.maximum(lower, 0.6), 0, 3)
    rise_up = 3.4 * (np.exp(-(((above - 0.42) / 0.55) ** 2)) - 0.5 * np.exp(-((above / 0.2) ** 2)))
    rise_down = 3.9 * (
        np.exp(-(((below - 0.45) / 0.5) ** 2)) - 0.42 * np.exp(-((below / 0.2) ** 2))
    )
    tubercle = 0.8 * hill(x, y, (0, -67.5), (4.5, 2.0))
    return taper * np.where(height >= 0, rise_up, rise_down) + tubercle


def _relief(x: np.ndarray, y: np.ndarray, z: np.ndarray) -> np.ndarray:
    """Model brow, cheeks, muzzle and chin onto the slices."""
    far = np.abs(x)
    z = z + 2.6 * hills(x, y, (22, 19), (15, 5.5), -8) - 1.6 * hill(x, y, (0, 30), (16, 8))
    z = z + 1.5 * hills(x, y, (24, 52), (17, 15)) - 2.5 * hills(x, y, (62, 22), (9, 18))
    z = z + 3.6 * hills(x, y, (47, -22), (14, 10), 25) + 2.6 * hills(x, y, (37, -42), (13, 14), 10)
    z = z - 2.6 * hills(x, y, (46, -66), (10, 14), -20)
    z = z + 3.4 * hill(x, y, (0, -59), (17, 12)) - 1.8 * hills(x, y, (31, -73), (4.5, 7))
    z = (
        z
        - 1.3 * hill(x, y, (0, -57.5), (2.6, 4.5))
        + 0.7 * hills(x, y, (5.2, -57.5), (1.7, 5.0), -6)
    )
    z = z - 1.5 * plateau(x, y, (0, -88.0), (15, 5.0), 3) + 2.2 * hill(x, y, (0, -101), (14, 7.5))
    fold = crest(far, y, [(17.5, -40), (22, -48), (28, -59), (33, -72)], 2.4)
    return z - 0.7 * fold


def _sockets(x: np.ndarray, y: np.ndarray, z: np.ndarray) -> np.ndarray:
    """Sink the eye sockets to where the lids start."""
    far = np.abs(x)
    floor = 76.0 - 0.20 * (far - EYE_IN) - 0.012 * np.maximum(far - 38, 0) ** 2
    floor = floor + 0.035 * np.maximum(y - 3, 0) ** 2 + 0.030 * np.maximum(-y - 5, 0) ** 2
    mask = plateau(far, y, (29.5, 0.0), (21.0, 15.5), 5)
    return z + mask * np.minimum(floor - z, 0.0)


def _curves(x: np.ndarray, y: np.ndarray) -> np.ndarray:
    """Vertical bends, mm, of what the chart lays out straight: the lips' line and the eyes."""
    far = np.abs(x)
    line = -0.9 * hill(x, y, (0, -70), (6.5, 6.0)) + 0.5 * hills(x, y, (12, -70), (5, 6))
    line = line + 0.4 * hills(x, y, (24, -70), (5, 6))
    slant = 0.03 * (far - 27.0) * plateau(far, y, (31, 0), (24, 17), 4)
    slant = slant - 0.9 * hills(x, y, (16.5, 0), (3.0, 5.0))
    return line + slant


def lid_dome(points: np.ndarray, centre: np.ndarray, radius: float) -> np.ndarray:
    """Height (z) of the sphere on which the lids lie at each point, very low outside it."""
    return dome(
        points[..., 0], points[..., 1], centre[:2], (radius, radius, radius), centre[2] + radius
    )


def over_eyeballs(
    points: np.ndarray, centres: np.ndarray, radius: float = EYEBALL_RADIUS + 1.3
) -> np.ndarray:
    """Lift the skin of the lids onto the eyeballs.

    Args:
        points: (R, C, 3) mm.
        centres: (2, 3) eyeball centres, mm.
        radius: sphere the lid's skin lies on, mm.

    Returns:
        A new array with ``z`` raised where an eyeball pushes the skin forward.
    """
    lifted = points.copy()
    for centre in centres:
        # Farther away the sphere lies far behind the skin, and lifts nothing.
        x, y = np.float32(centre[:2])
        near = np.abs(points[..., 0] - x) < 2 * radius
        near &= np.abs(points[..., 1] - y) < 2 * radius
        rows, columns = (np.flatnonzero(near.any(axis=1 - axis)) for axis in (0, 1))
        part = lifted[rows[0] : rows[-1] + 1, columns[0] : columns[-1] + 1]
        part[..., 2] = union(part[..., 2], lid_dome(part, centre, radius), 1.6)
    return lifted


@lru_cache(maxsize=1)
def mean_head() -> MeanHead:
    """Return the mean head; made once."""
    points, cosine = skull()
    x, y, z = (points[..., k] for k in range(3))
    front = np.broadcast_to(step(cosine, -0.1, 0.3), x.shape)
    z = _relief(x, y, z)
    z = _sockets(x, y, z)
    z = _nose(x, y, z)
    z = z + _lips(x, y)
    shaped = points[..., 2] + (z - points[..., 2]) * front
    lifted = PchipInterpolator(*_HEIGHTS.T)(y) + front * _curves(x, y)
    return MeanHead(np.stack([x, lifted, shaped], axis=-1), x, y, front)
