"""Displacement fields on a coarse grid: interpolation, flows that cannot fold.

Every movement of the skin is a *velocity* field v, a sum over the sliders, and
the picture is warped by its flow: the map reached by following v for one unit
of time. A flow of a smooth field is one-to-one whatever the sliders add up to,
which a sum of displacements is not. It is computed by scaling and squaring
(Arsigny et al. 2006, "A Log-Euclidean Framework for Statistics on
Diffeomorphisms", section 3.1).
"""

from dataclasses import dataclass

import cv2
import numpy as np

NODES_PER_UNIT = 41  # grid nodes across one face unit: 4 px where the eyes are 165 px apart
LEAST_STRETCH = 0.02  # of the area of a grid cell that a warp must leave
COARSE = 2  # the splines are evaluated on every second node and doubled


@dataclass(frozen=True)
class Grid:
    """A grid laid over a patch: node (i, j) stands on pixel (i * step, j * step).

    Attributes:
        step: pixels between neighbouring nodes.
        rows: number of nodes down.
        cols: number of nodes across.
    """

    step: int
    rows: int
    cols: int

    @property
    def pixels(self) -> tuple[int, int]:
        """Height and width of the patch in pixels, from the first to the last node."""
        return (self.rows - 1) * self.step + 1, (self.cols - 1) * self.step + 1

    def nodes(self, every: int = 1) -> np.ndarray:
        """Pixel positions (x, y) of the nodes, float64 (rows, cols, 2)."""
        y, x = np.mgrid[0 : self.rows : every, 0 : self.cols : every]
        return np.stack([x, y], axis=-1).astype(np.float64) * self.step

    def spread(self, values: np.ndarray) -> np.ndarray:
        """Interpolate node values (rows, cols[, k]) to every pixel, float32 (h, w[, k])."""
        height, width = self.pixels
        scale = np.array([[1 / self.step, 0, 0], [0, 1 / self.step, 0]])
        return cv2.warpAffine(
            values.astype(np.float32, copy=False),
            scale,
            (width, height),
            flags=cv2.INTER_LINEAR | cv2.WARP_INVERSE_MAP,
            borderMode=cv2.BORDER_REPLICATE,
        )

    def at(self, values: np.ndarray, positions: np.ndarray) -> np.ndarray:
        """Interpolate node values at pixel ``positions`` (h, w, 2), float32."""
        return cv2.remap(
            values,
            positions[..., 0] / np.float32(self.step),
            positions[..., 1] / np.float32(self.step),
            cv2.INTER_LINEAR,
            borderMode=cv2.BORDER_REPLICATE,
        )

    def flow_back(self, velocity: np.ndarray) -> np.ndarray:
        """Where each node came from under the flow of ``velocity``, as an offset.

        Where the grid is too coarse for a very crowded flow to stay one-to-one
        between the nodes, the whole flow is slowed until it is.

        Args:
            velocity: float32 (rows, cols, 2), pixels per unit time; zero on the
                grid's border.

        Returns:
            float32 (rows, cols, 2): add it to a node's position to get the point
            that the flow carries there. Interpolated between the nodes, the map
            does not fold.
        """
        while True:
            offset = self._integrate(velocity)
            if least_stretch(offset, self.step) > LEAST_STRETCH:
                return offset
            velocity = velocity * np.float32(0.9)

    def _integrate(self, velocity: np.ndarray) -> np.ndarray:
        fastest = float(np.abs(velocity).max()) / self.step
        halvings = max(0, int(np.ceil(np.log2(max(fastest, 1e-9) / 0.25))))
        offset = velocity / np.float32(-self.step * 2**halvings)
        y, x = np.mgrid[0 : self.rows, 0 : self.cols].astype(np.float32)
        for _ in range(halvings):
            offset = offset + cv2.remap(
                offset,
                x + offset[..., 0],
                y + offset[..., 1],
                cv2.INTER_LINEAR,
                borderMode=cv2.BORDER_REPLICATE,
            )
        return offset * np.float32(self.step)


def least_stretch(offset: np.ndarray, step: int) -> float:
    """Least Jacobian determinant of the bilinear map through the nodes.

    Inside a cell the determinant of a bilinear map is linear along both sides,
    so its least value stands at one of the four corners.
    """
    across, down = np.diff(offset, axis=1) / step, np.diff(offset, axis=0) / step
    ax, ay = 1 + across[..., 0], across[..., 1]
    dx, dy = down[..., 0], 1 + down[..., 1]
    least = np.inf
    for rows in (slice(None, -1), slice(1, None)):
        for cols in (slice(None, -1), slice(1, None)):
            det = ax[rows] * dy[:, cols] - ay[rows] * dx[:, cols]
            least = min(least, float(det.min()))
    return least


class Spline:
    """Thin-plate splines through scattered points, evaluated on a grid at once.

    Bookstein 1989, "Principal Warps", with a small smoothing so that points
    which all but coincide (closed lips) do not make it swing.

    Args:
        points: (n, 2) positions in face units.
        where: (m, 2) positions at which the splines are wanted, face units.
        smoothing: added to the kernel's diagonal.
    """

    def __init__(self, points: np.ndarray, where: np.ndarray, smoothing: float = 2e-3) -> None:
        count = len(points)
        system = np.zeros((count + 3, count + 3))
        system[:count, :count] = _kernel(points, points) + smoothing * np.eye(count)
        system[:count, count] = 1
        system[:count, count + 1 :] = points
        system[count:, :count] = system[:count, count:].T
        places, knots = where.astype(np.float32), points.astype(np.float32)
        ones = np.ones((len(places), 1), np.float32)
        self._basis = np.concatenate([_kernel(places, knots), ones, places], axis=1)
        self._solved = np.linalg.inv(system)[:, :count]

    def __call__(self, values: np.ndarray) -> np.ndarray:
        """Interpolate ``values`` (n, k), given at the points, to (m, k), float32."""
        return self._basis @ (self._solved @ values).astype(np.float32)


def _kernel(a: np.ndarray, b: np.ndarray) -> np.ndarray:
    dx, dy = a[:, :1] - b[:, 0], a[:, 1:] - b[:, 1]
    squared = dx * dx + dy * dy
    return squared * np.log(squared + a.dtype.type(1e-12))


def along(positions: np.ndarray, origin: np.ndarray, axis: np.ndarray) -> np.ndarray:
    """How far positions (..., 2) lie from ``origin`` along ``axis``, in its own lengths."""
    x, y = (axis / (axis @ axis)).astype(np.float32)
    start = np.float32(origin @ (axis / (axis @ axis)))
    return positions[..., 0] * x + (positions[..., 1] * y - start)


def smoothstep(low: float, high: float, values: np.ndarray) -> np.ndarray:
    """A ramp with level ends: 0 up to ``low``, 1 from ``high`` on."""
    t = np.clip((values - low) / (high - low), 0, 1)
    return t * t * (3 - 2 * t)
