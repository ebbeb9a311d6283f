"""The velocity fields of the sliders, and of the head's turn, for one face."""

from collections.abc import Mapping

import cv2
import numpy as np

from idlock.engines.parametric import moves
from idlock.engines.parametric.anatomy import Frame, named_points
from idlock.engines.parametric.field import COARSE, Grid, Spline, smoothstep
from idlock.engines.parametric.mouth import WIDEST_JAW
from idlock.engines.parametric.turn import reprojected

# Points where the spline is held still besides those no slider names: a ring
# outside the face, face units about the brow's middle.
RING = (
    (-1.3, 0.2),
    (-1.2, -0.6),
    (-0.6, -0.95),
    (0.0, -1.1),
    (0.6, -0.95),
    (1.2, -0.6),
    (1.3, 0.2),
)
LET_GO = "smile let go"
VIEWER = 7.0  # face units to the viewer of a turned face (about 45 cm)
# Where the outline of the head stays a turn reads as less than it is: it is made
# larger by GAIN, and held below FARTHEST degrees, where the cheek would smear.
GAIN, FARTHEST = 1.35, 17.0
PIVOT = (0.0, 0.75, -0.30)  # the point that a turning head keeps in place


class Muscles:
    """Velocities on the grid, linear in the sliders.

    Attributes:
        follow: float32 (rows, cols), what share of the jaw's drop each node of
            the undivided face follows.

    Args:
        frame: the face's frame, in patch pixels.
        landmarks: (68, 2) patch pixels.
        grid: the grid.
        reach: float32 (rows, cols), how freely each node may move.
        open_mouth: whether the photo shows the inside of the mouth.
    """

    def __init__(
        self,
        frame: Frame,
        landmarks: np.ndarray,
        grid: Grid,
        reach: np.ndarray,
        open_mouth: bool,
    ) -> None:
        points = named_points(frame, landmarks)
        names = list(points)
        ring = np.array(RING) + points["glabella"]
        still = np.zeros((len(ring), 2))
        where = frame.to_face(grid.nodes(COARSE)).reshape(-1, 2)
        spline = Spline(np.concatenate([np.array(list(points.values())), ring]), where)
        chosen = moves.MOVES | {"wink+": moves.WINK}
        if open_mouth:  # a smile let go lets the lips down over the teeth all the same
            chosen |= {"smile+": moves.OPEN_SMILE, LET_GO: moves.MOVES["smile+"]}
        tables = {end: moves.offsets(table, names) for end, table in chosen.items()}
        depth = [moves.DEPTH[name.partition(".")[0]] for name in names] + [-0.3] * len(ring)
        values = np.concatenate([np.concatenate([t, still]) for t in tables.values()], axis=1)
        fields = self._fine(grid, spline(np.column_stack([values, depth])))
        jaw = 2 * list(tables).index("aaa+")
        self.follow = fields[..., jaw + 1] / np.float32(WIDEST_JAW)
        fields[..., jaw + 1] = 0  # the drop itself belongs to the layers of the mouth
        self._reach = reach[..., None]
        self._frame = frame
        self._depth = fields[..., -1]
        self._nodes = frame.to_face(grid.nodes()).astype(np.float32)
        axes = (np.stack([frame.right, frame.down]) * frame.unit).astype(np.float32)
        x, y = fields[..., 0:-1:2, None], fields[..., 1:-1:2, None]
        vectors = (x * axes[0] + y * axes[1]) * reach[..., None, None]
        self._ends = {end: vectors[..., i, :] for i, end in enumerate(tables)}
        self._ends["wink+"] = self._ends["wink+"] * smoothstep(0.25, -0.05, self._nodes[..., :1])

    @staticmethod
    def _fine(grid: Grid, coarse: np.ndarray) -> np.ndarray:
        """Double the splines' values to the grid, float32 (rows, cols, k)."""
        rows, cols = (grid.rows + 1) // COARSE, (grid.cols + 1) // COARSE
        stack = coarse.reshape(rows, cols, -1).astype(np.float32)
        scale = np.array([[1 / COARSE, 0, 0], [0, 1 / COARSE, 0]])
        size = (grid.cols, grid.rows)
        flags = cv2.INTER_CUBIC | cv2.WARP_INVERSE_MAP
        planes = [
            cv2.warpAffine(plane, scale, size, flags=flags, borderMode=cv2.BORDER_REPLICATE)
            for plane in np.ascontiguousarray(np.moveaxis(stack, -1, 0))
        ]
        return np.stack(planes, axis=-1)

    def skin(self, pulled: Mapping[str, float]) -> np.ndarray:
        """Velocity of the soft face for every slider, the jaw's drop and the pose apart.

        Args:
            pulled: share of every slider's end (see ``pulls``).

        Returns:
            float32 (rows, cols, 2), pixels.
        """
        total = np.zeros((*self._depth.shape, 2), np.float32)
        for end, share in pulled.items():
            goes_back = end == "smile+" and share < 0 and LET_GO in self._ends
            move = self._ends.get(LET_GO if goes_back else end)
            if move is not None:
                total += move * np.float32(share)
        return total

    def pose(self, sliders: Mapping[str, float]) -> np.ndarray:
        """Velocity of the whole face, eyes and teeth too, for nods and turns.

        The nodes, given the generic depth of the face, are turned about ``PIVOT``
        and seen again. What takes the hair along is another matter (``lean``, ``turn``).
        """
        pitch, yaw = (_shown(sliders.get(f"rotate_{axis}", 0.0)) for axis in ("pitch", "yaw"))
        if not (pitch or yaw):
            return np.zeros((*self._depth.shape, 2), np.float32)
        moved = reprojected(self._nodes, self._depth, PIVOT, VIEWER, pitch, yaw)
        return self._frame.vectors(moved[..., :2]).astype(np.float32) * self._reach


def _shown(degrees: float) -> float:
    """Radians by which the features turn when ``degrees`` are asked for."""
    return float(np.deg2rad(FARTHEST * np.tanh(GAIN * degrees / FARTHEST)))
