"""Pose and perspective: from millimetres on the head to pixels."""

from dataclasses import dataclass

import numpy as np

from idlock.cast.compiled import compiled

# The head turns on the top of its neck.
PIVOT = np.array([0.0, -72.0, -8.0])


def rotation(pitch: float, yaw: float, roll: float) -> np.ndarray:
    """Rotation matrix (3, 3) of a head that is tilted down, turned right and leant clockwise.

    Args:
        pitch: degrees, positive looks down.
        yaw: degrees, positive turns to the viewer's right.
        roll: degrees, positive leans clockwise as seen.
    """
    (cp, sp), (cy, sy), (cr, sr) = (
        (np.cos(np.radians(a)), np.sin(np.radians(a))) for a in (pitch, yaw, roll)
    )
    nod = np.array([[1, 0, 0], [0, cp, -sp], [0, sp, cp]])
    turn = np.array([[cy, 0, sy], [0, 1, 0], [-sy, 0, cy]])
    lean = np.array([[cr, sr, 0], [-sr, cr, 0], [0, 0, 1]])
    return lean @ turn @ nod


@dataclass(frozen=True, eq=False)
class Camera:
    """A camera that looks straight at the head from the front.

    Attributes:
        size: picture side, px.
        turn: (3, 3) rotation of the head.
        shift: (2,) mm by which the head stands off the middle, x and y.
        distance: from the origin of the head, mm.
        field: height of what is seen at the depth of the face, mm.
    """

    size: int
    turn: np.ndarray
    shift: np.ndarray
    distance: float = 1250.0
    field: float = 342.0

    @property
    def scale(self) -> float:
        """Pixels to a millimetre at the depth of the face."""
        return self.size / self.field

    def pose(self, points: np.ndarray) -> np.ndarray:
        """Turn points (..., 3) of the head about the neck into the camera's frame, mm."""
        turn, pivot = self.turn.astype(points.dtype), PIVOT.astype(points.dtype)
        flat = np.ascontiguousarray(points).reshape(-1, 3)
        return _turned(flat, turn, pivot).reshape(points.shape)

    def project(self, points: np.ndarray) -> np.ndarray:
        """Project posed points (..., 3) to pixels (..., 2); pixel (0, 0) covers 0..1."""
        kind = points.dtype.type
        near = kind(self.scale * (self.distance - 90.0))
        middle, (aside, up) = kind(self.size * 0.5), (kind(shift) for shift in self.shift)
        flat = np.ascontiguousarray(points).reshape(-1, 3)
        seen = _projected(flat, near, kind(self.distance), middle, aside, up)
        return seen.reshape(*points.shape[:-1], 2)

    def reach(self, depth: float) -> float:
        """Pixels to a millimetre at ``depth`` mm towards the viewer."""
        return self.scale * (self.distance - 90.0) / (self.distance - depth)


@compiled
def _turned(points, turn, pivot):
    """Turn points (n, 3) about a pivot."""
    turned = np.empty_like(points)
    for i in range(len(points)):
        x, y, z = points[i, 0] - pivot[0], points[i, 1] - pivot[1], points[i, 2] - pivot[2]
        for k in range(3):
            turned[i, k] = turn[k, 0] * x + turn[k, 1] * y + turn[k, 2] * z + pivot[k]
    return turned


@compiled
def _projected(points, near, distance, middle, aside, up):
    """Project points (n, 3) to pixels (n, 2)."""
    pixels = np.empty((len(points), 2), points.dtype)
    for i in range(len(points)):
        lens = near / (distance - points[i, 2])
        pixels[i, 0] = middle + (points[i, 0] + aside) * lens
        pixels[i, 1] = middle - (points[i, 1] + up) * lens
    return pixels
