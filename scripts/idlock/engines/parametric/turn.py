"""A cut-out head turning and nodding: hair, ears and outline come along.

The whole picture is taken for a relief: the face as deep as ``moves.DEPTH``
says, hair and ears laid on a generic skull. It is turned, seen again in
perspective, and flows back smoothly to the shoulders, which stay. Where nothing
but alpha says what is head and what is room, only a cut-out can be turned so.
"""

from collections.abc import Mapping

import numpy as np

from idlock.engines.parametric import moves
from idlock.engines.parametric.anatomy import Frame, named_points
from idlock.engines.parametric.carry import Carry
from idlock.engines.parametric.field import (
    LEAST_STRETCH,
    Grid,
    Spline,
    least_stretch,
    smoothstep,
)

VIEWER = 14.0  # face units to the viewer: about 90 cm, where portraits are taken from
PIVOT = (0.0, 0.75, -0.55)  # the point that the turning head keeps in place, face units
SLIDERS = ("rotate_pitch", "rotate_yaw")
STEPS = 4
# Landmarks read a turned relief back as three quarters of what it was turned by:
# it is turned further by GAIN, and held below FARTHEST degrees, where it would smear.
GAIN, FARTHEST = 1.3, 24.0
NODES = 20  # grid nodes across one face unit
NECK = (-0.05, 0.75)  # face units below the chin between which the turn fades away
EDGE = 0.35  # face units along the picture's edge over which it fades away too
BESIDE, CLEAR = 2.4, 128  # face units beside the nose within which a cut-out's room begins; alpha
DEEPEST, HIGHEST = -1.1, 0.65  # face units of depth, the eye corners' plane at zero
# Points of a generic head that the 68 landmarks do not reach: (x, y, depth).
SKULL = (
    *((side * x, y, z) for side in (-1, 1) for x, y, z in (
        (1.30, 0.30, -0.98),
        (1.38, -0.30, -0.95),
        (1.28, -0.90, -0.90),
        (0.85, -1.40, -0.85),
        (0.55, -0.95, 0.00),
        (0.95, -0.65, -0.30),
        (1.05, 1.60, -0.90),
        (0.80, 2.20, -0.80),
        (2.20, 0.50, -1.00),
        (2.20, 2.20, -0.90),
        (1.60, -1.60, -0.95),
    )),
    (0.0, -1.10, 0.05),
    (0.0, -1.60, -0.70),
)  # fmt: skip


class Turn:
    """How one cut-out's head turns.

    Args:
        frame: the face's frame, in the picture's pixels.
        landmarks: (68, 2) pixels.
        shape: height and width of the picture.
    """

    def __init__(self, frame: Frame, landmarks: np.ndarray, shape: tuple[int, int]) -> None:
        step = max(1, round(frame.unit / NODES))
        rows, cols = (-(-n // step) + 1 for n in shape)
        self._grid, self._shape, self._frame = Grid(step, rows, cols), shape, frame
        nodes = self._grid.nodes()
        self._nodes = frame.to_face(nodes).astype(np.float32)
        points = named_points(frame, landmarks)
        known = [(*at, moves.DEPTH[name.partition(".")[0]]) for name, at in points.items()]
        known = np.array([*known, *SKULL])
        depth = Spline(known[:, :2], self._nodes.reshape(-1, 2))(known[:, 2:])
        self._depth = depth.reshape(rows, cols).clip(DEEPEST, HIGHEST)
        room = np.minimum(nodes, np.array(shape[::-1]) - 1 - nodes).min(axis=-1) / frame.unit
        chin = points["chin"][1]
        share = smoothstep(chin + NECK[1], chin + NECK[0], self._nodes[..., 1])
        share = share * smoothstep(0, EDGE, room)
        self._share = share.astype(np.float32)[..., None]

    @property
    def region(self) -> np.ndarray:
        """Bool (H, W): the pixels that a turn can change."""
        return self._at_pixels(self._share[..., 0]) > 0

    def carry(self, sliders: Mapping[str, float]) -> Carry | None:
        """How the head is carried; None for none."""
        degrees = np.array([sliders.get(name, 0.0) for name in SLIDERS])
        if not degrees.any():
            return None
        turned = np.deg2rad(FARTHEST * np.tanh(GAIN * degrees / FARTHEST))
        # One-to-one flows laid on each other stay so, but for what lies between the nodes.
        while least_stretch(offset := self._flow(*turned / STEPS), self._grid.step) < LEAST_STRETCH:
            turned *= 0.9
        box = (slice(0, self._shape[0]), slice(0, self._shape[1]))
        return Carry(box, self._at_pixels(offset))

    def _flow(self, pitch: float, yaw: float) -> np.ndarray:
        """Where each node comes from after ``STEPS`` turns by so many radians, as an offset.

        Each turn is small enough for a flow, and the next one sees the relief where
        this one has left it; at once, a nose would flow past its own depth.
        """
        grid, nodes = self._grid, self._grid.nodes().astype(np.float32)
        offset, depth = np.zeros_like(nodes), self._depth
        for _ in range(STEPS):
            moved = reprojected(self._nodes, depth, PIVOT, VIEWER, pitch, yaw) * self._share
            step = grid.flow_back(self._frame.vectors(moved[..., :2]).astype(np.float32))
            depth = grid.at(depth + moved[..., 2], nodes + step)
            offset = step + grid.at(offset, nodes + step)
        return offset

    def _at_pixels(self, values: np.ndarray) -> np.ndarray:
        height, width = self._shape
        return self._grid.spread(values)[:height, :width]


def is_cut_out(frame: Frame, landmarks: np.ndarray, alpha: np.ndarray) -> bool:
    """Whether ``alpha`` (H, W) shows room on both sides of the face, from brows to chin."""
    face = frame.to_face(landmarks)
    x, y = np.meshgrid(np.linspace(-BESIDE, BESIDE, 97), np.linspace(face[27, 1], face[8, 1], 25))
    at = np.rint(frame.to_pixels(np.stack([x, y], axis=-1))).astype(int)
    inside = ((at >= 0) & (at < alpha.shape[::-1])).all(axis=-1)
    clear = np.zeros(x.shape, bool)
    clear[inside] = alpha[at[inside][:, 1], at[inside][:, 0]] < CLEAR
    return bool(clear[x < -1].any() and clear[x > 1].any())


def reprojected(
    nodes: np.ndarray, depth: np.ndarray, pivot: tuple, viewer: float, pitch: float, yaw: float
) -> np.ndarray:
    """How far the points of a relief move when turned about ``pivot``, face units.

    Args:
        nodes: float32 (..., 2), where the points are seen.
        depth: float32 (...), towards the viewer.
        pivot: (x, y, depth) that stays.
        viewer: how far off it is seen from, face units.
        pitch: radians it nods down.
        yaw: radians it turns to the picture's right.

    Returns:
        float32 (..., 3): right, down, and towards the viewer.
    """
    solid = np.concatenate([nodes, depth[..., None]], axis=-1) - np.float32(pivot)
    # A projected point stands for a solid one further from the axis the deeper it lies.
    solid[..., :2] *= (viewer - depth[..., None]) / viewer
    turned = solid @ _rotation(pitch, yaw).T.astype(np.float32)
    deep = turned[..., 2:] + np.float32(pivot[2])
    shown = turned[..., :2] * viewer / (viewer - deep) + np.float32(pivot[:2])
    return np.concatenate([shown - nodes, deep - depth[..., None]], axis=-1)


def _rotation(pitch: float, yaw: float) -> np.ndarray:
    """Rotation of (x right, y down, z to the viewer): nods down, turns right."""
    cp, sp, cy, sy = (f(a) for a in (pitch, yaw) for f in (np.cos, np.sin))
    nod = np.array([[1, 0, 0], [0, cp, sp], [0, -sp, cp]])
    turn = np.array([[cy, 0, sy], [0, 1, 0], [-sy, 0, cy]])
    return nod @ turn
