"""The lips as two layers: where they meet, how they part, what covers what.

Both lips follow a bone: the upper one the skull, the lower one the jaw. Each
has its own velocity field; the two agree outside the mouth's columns, so that
the cheeks stay in one piece, and differ between the corners, where the gap
shows the inside of the mouth (``cavity``). The fields move along the mouth's
own vertical only, so a point keeps its column and the corners stay shut.
"""

from collections.abc import Mapping
from dataclasses import dataclass

import cv2
import numpy as np

from idlock.engines.parametric.anatomy import Frame
from idlock.engines.parametric.field import Grid, along, smoothstep
from idlock.engines.parametric.patch import brightness

OPEN_GAP = 0.06  # face units between the inner lips from which the photo may show the inside
SURELY_OPEN = 0.15  # face units from which it does; between, the landmarks are often wrong
INSIDE = 0.014  # least height of teeth or darkness seen between the lips, face units
PALE, DARK = 0.53, 0.5  # teeth have less than this share of the lips' redness; darkness, in logs
PRESS = 4.0  # a quarter of the way to aaa = -30 keeps lips shut that eee or woo would part
COLUMNS = 97
LINE_ROWS = 11  # of 61 over 0.2 face units: wider than the line between shut lips
JAW_SHARE = 0.35  # of a photo's open mouth is the jaw's doing; the rest the lips'
WIDEST_JAW = 0.42  # face units the lower lip drops at aaa = 120
LIFT = 0.012  # face units the upper lip rises at aaa = 120
EEE_PART = (0.030, 0.030)  # upper lip up, lower lip down at eee = 15
WOO_PART = (0.008, 0.022)  # the same at woo = 15


@dataclass(frozen=True)
class Lips:
    """The inner edges of the lips, in the mouth's coordinates (a, b).

    ``a`` runs from -1 at the left corner to 1 at the right one, ``b`` is the
    distance below the line through the corners in face units.

    Attributes:
        centre: (2,) patch pixels, midway between the corners.
        across: (2,) pixels per unit of ``a``.
        down: (2,) pixels per unit of ``b``.
        upper: (COLUMNS,) ``b`` of the upper lip's inner edge for a = -1..1.
        lower: (COLUMNS,) ``b`` of the lower lip's inner edge.
        is_open: whether the photo shows the inside of the mouth.
    """

    centre: np.ndarray
    across: np.ndarray
    down: np.ndarray
    upper: np.ndarray
    lower: np.ndarray
    is_open: bool

    @classmethod
    def find(cls, frame: Frame, landmarks: np.ndarray, patch: np.ndarray) -> "Lips":
        """Find the inner edges: from the landmarks, and shut lips' line from the picture.

        Args:
            frame: the face's frame, in patch pixels.
            landmarks: (68, 2) patch pixels.
            patch: uint8 RGB (h, w, 3).
        """
        left = 0.8 * landmarks[48] + 0.2 * landmarks[60]
        right = 0.8 * landmarks[54] + 0.2 * landmarks[64]
        across = (right - left) / 2
        down = np.array([-across[1], across[0]]) / np.hypot(*across) * frame.unit
        mouth = cls((left + right) / 2, across, down, np.zeros(COLUMNS), np.zeros(COLUMNS), False)
        upper = mouth._through(landmarks[[60, 61, 62, 63, 64]])
        lower = mouth._through(landmarks[[60, 67, 66, 65, 64]])
        gap = (lower - upper)[COLUMNS // 4 : -COLUMNS // 4].mean()
        if gap > OPEN_GAP and (gap > SURELY_OPEN or mouth._shows_inside(patch, upper, lower)):
            lower = np.maximum(lower, upper)
            return cls(mouth.centre, across, down, upper, lower, True)
        seam = mouth._darkest_line(patch, (upper + lower) / 2, max(0.06, gap))
        return cls(mouth.centre, across, down, seam, seam, False)

    @property
    def gap(self) -> float:
        """Face units between the lips where they are widest apart; zero if they are shut."""
        return float((self.lower - self.upper).max()) if self.is_open else 0.0

    def coordinates(self, positions: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
        """Patch pixels (..., 2) to (a, b), float32."""
        return (
            along(positions, self.centre, self.across),
            along(positions, self.centre, self.down),
        )

    def edge(self, curve: np.ndarray, a: np.ndarray) -> np.ndarray:
        """``b`` of a curve at columns ``a``; level beyond the corners. float32."""
        return np.interp(a, np.linspace(-1, 1, COLUMNS), curve).astype(np.float32)

    def parting(self, a: np.ndarray, wide: float = 0.0) -> np.ndarray:
        """How much of the parting a column shows: 1 mid-mouth, 0 towards the corners and on.

        A parabola while lips part a little; an ellipse where the jaw drops far,
        for then the lips are drawn round and a parabola would leave sharp
        corners. Both have level ends, so that the skin beside the corners is
        not creased.

        Args:
            a: columns.
            wide: 0 for the parabola, 1 for the ellipse.
        """
        arch = np.clip(1 - (a / np.float32(0.95)) ** 2, 0, 1)
        narrow = np.float32(1.1) * arch * arch / (arch + np.float32(0.1))
        if not wide:
            return narrow
        arch = np.clip(1 - (a / np.float32(0.985)) ** 2, 0, 1)
        oval = np.float32(1.05) * arch * np.sqrt(arch) / (arch + np.float32(0.05))
        return narrow + np.float32(wide) * (oval - narrow)

    def _through(self, points: np.ndarray) -> np.ndarray:
        """A smooth curve from corner to corner near five landmarks."""
        a, b = self.coordinates(points)
        inside = a[1:-1]
        bulge = np.stack([1 - inside**2, inside * (1 - inside**2), (1 - inside**2) ** 2], axis=-1)
        weights = np.linalg.lstsq(bulge, b[1:-1], rcond=1e-3)[0]
        columns = np.linspace(-1, 1, COLUMNS)
        basis = [1 - columns**2, columns * (1 - columns**2), (1 - columns**2) ** 2]
        return np.stack(basis, axis=-1) @ weights

    def _shows_inside(self, patch: np.ndarray, upper: np.ndarray, lower: np.ndarray) -> bool:
        """Whether teeth or darkness lie between two edges, and not more of the lips.

        Column by column the colours between the edges are held against those of
        the lips above and below.

        Args:
            patch: uint8 RGB (h, w, 3).
            upper: (COLUMNS,) the upper lip's inner edge as the landmarks have it.
            lower: (COLUMNS,) the lower lip's.
        """
        middle = slice(COLUMNS // 5, -COLUMNS // 5)
        columns, top, bottom = np.linspace(-1, 1, COLUMNS)[middle], upper[middle], lower[middle]
        smooth = cv2.GaussianBlur(patch, (0, 0), max(0.4, 0.008 * float(np.hypot(*self.down))))

        def seen(heights: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
            places = self.centre + columns[:, None] * self.across + heights[..., None] * self.down
            x, y = np.moveaxis(places.astype(np.float32), -1, 0)
            logs = np.log(cv2.remap(smooth, x, y, cv2.INTER_LINEAR).astype(np.float32) + 8)
            return logs.mean(axis=-1), logs[..., 0] - logs[..., 1:].mean(axis=-1)

        light, red = seen(top + np.linspace(0, 1, 21)[:, None] * (bottom - top))
        lips = [
            seen(top - np.array([[0.02], [0.035], [0.05]])),
            seen(bottom + np.array([[0.03], [0.05], [0.07]])),
        ]
        lip_light, lip_red = (
            np.minimum(*(np.median(lip[i], axis=0) for lip in lips)) for i in (0, 1)
        )
        teeth, dark = red < PALE * lip_red, light < lip_light - DARK
        return float((teeth + 2.0 * dark).mean() * (lower - upper).max()) > INSIDE

    def _darkest_line(self, patch: np.ndarray, prior: np.ndarray, spread: float) -> np.ndarray:
        """The line between shut lips: the darkest path near ``prior`` (dynamic programming).

        Args:
            patch: uint8 RGB (h, w, 3).
            prior: (COLUMNS,) where the landmarks put it.
            spread: face units by which it may well lie elsewhere.
        """
        heights = np.linspace(-0.10, 0.10, 61)
        columns = np.linspace(-1, 1, COLUMNS)
        places = (
            self.centre
            + columns[None, :, None] * self.across
            + (heights[:, None] + prior)[..., None] * self.down
        ).astype(np.float32)
        strip = cv2.remap(
            patch, places[..., 0], places[..., 1], cv2.INTER_LINEAR, borderMode=cv2.BORDER_REPLICATE
        )
        light = cv2.GaussianBlur(brightness(strip.astype(np.float32)), (0, 0), 1.0)
        # A line, and not the shaded lip beside it: what closing the dark of its width fills.
        line = cv2.morphologyEx(light, cv2.MORPH_CLOSE, np.ones((LINE_ROWS, 1), np.uint8)) - light
        light = (light - light.min(axis=0)) / (np.ptp(light, axis=0) + 8)
        line = 1 - line / (line.max(axis=0) + 4)
        cost = 0.3 * light + 0.9 * line + (heights[:, None] / spread) ** 2
        path = _cheapest_path(cost, bend=0.25)
        smooth = cv2.GaussianBlur(heights[path][None], (0, 0), 2.5, borderType=cv2.BORDER_REPLICATE)
        return prior + smooth[0]


def _cheapest_path(cost: np.ndarray, bend: float) -> np.ndarray:
    """Row of the cheapest path through ``cost`` (rows, cols), one row per column."""
    rows, cols = cost.shape
    total = cost[:, 0].copy()
    came = np.zeros((rows, cols), int)
    steps = np.array([-1, 0, 1])
    for col in range(1, cols):
        padded = np.pad(total, 1, constant_values=np.inf)
        options = np.stack([padded[1 + s : rows + 1 + s] + bend * abs(s) for s in steps])
        choice = options.argmin(axis=0)
        came[:, col] = steps[choice]
        total = options.min(axis=0) + cost[:, col]
    path = np.empty(cols, int)
    path[-1] = total.argmin()
    for col in range(cols - 1, 0, -1):
        path[col - 1] = path[col] + came[path[col], col]
    return path


class Jaw:
    """Velocities of the two lip layers for the sliders that part or close the lips.

    Args:
        lips: the lips of the photo.
        grid: the grid.
        follow: float32 (rows, cols), what share of the jaw's drop each node of
            the undivided face follows.
        reach: float32 (rows, cols), how freely each node may move.
    """

    def __init__(self, lips: Lips, grid: Grid, follow: np.ndarray, reach: np.ndarray) -> None:
        a, b = lips.coordinates(grid.nodes().astype(np.float32))
        above = b - lips.edge(lips.upper, a)
        below = b - lips.edge(lips.lower, a)
        self._upper = smoothstep(-0.34, -0.10, above) * (1 - smoothstep(0.5, 0.9, above))
        self._lower = smoothstep(-0.5, -0.2, below) * (1 - smoothstep(0.22, 0.5, below))
        self._lips, self._columns = lips, a
        self._gap = np.clip(lips.edge(lips.lower - lips.upper, a), 0, None) * (np.abs(a) < 1)
        self._follow = follow
        self._reach = reach
        self._down = lips.down.astype(np.float32)

    def velocities(self, amounts: "Parting") -> tuple[np.ndarray, np.ndarray]:
        """Velocity fields of the upper and the lower layer, float32 (rows, cols, 2) pixels."""
        parting = self._lips.parting(self._columns, float(smoothstep(0.2, 0.9, amounts.jaw)))
        on_upper, on_lower = parting * self._upper, parting * self._lower
        face = (amounts.jaw - JAW_SHARE * amounts.slack) * WIDEST_JAW * self._follow
        upper = face + on_upper * (-amounts.upper_up - face)
        lower = face + on_lower * (amounts.jaw * WIDEST_JAW + amounts.lower_down - face)
        upper += self._upper * amounts.shut * 0.35 * self._gap
        lower -= self._lower * amounts.shut * 0.65 * self._gap
        return tuple((layer * self._reach)[..., None] * self._down for layer in (upper, lower))


@dataclass(frozen=True)
class Parting:
    """How the lips part: shares and face units.

    Attributes:
        jaw: 0..1, share of the jaw's widest drop.
        upper_up: face units the upper lip rises.
        lower_down: face units the lower lip drops beyond the jaw.
        shut: 0..1, share of the photo's own gap that is closed.
        slack: share of the jaw's widest drop that the photo shows and is let go.
    """

    jaw: float
    upper_up: float
    lower_down: float
    shut: float
    slack: float

    @classmethod
    def of(cls, pulled: Mapping[str, float], gap: float) -> "Parting":
        """The parting that pulls ask for.

        Args:
            pulled: share of every slider's end (see ``pulls``).
            gap: face units between the lips in the photo, where it is widest.
        """
        jaw, eee, woo = (max(0.0, pulled.get(end, 0.0)) for end in ("aaa+", "eee+", "woo+"))
        slack = max(0.0, -pulled.get("aaa+", 0.0))
        closed = slack * WIDEST_JAW / gap if gap else 0.0
        press = max(0.0, pulled.get("aaa-", 0.0))
        apart = max(0.0, 1 - PRESS * press)
        return cls(
            jaw=jaw,
            upper_up=LIFT * jaw + apart * (EEE_PART[0] * eee + WOO_PART[0] * woo),
            lower_down=apart * (EEE_PART[1] * eee + WOO_PART[1] * woo),
            shut=min(1.0, closed + press),
            slack=slack,
        )

    @property
    def apart(self) -> float:
        """Face units the lips are moved apart, mid-mouth."""
        return self.jaw * WIDEST_JAW + self.upper_up + self.lower_down

    @property
    def moves(self) -> bool:
        """Whether the layers move at all."""
        return bool(self.jaw or self.upper_up or self.lower_down or self.shut or self.slack)
