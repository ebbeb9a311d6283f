"""Glasses: found by their rims, lifted off the face, laid back rigid.

A frame sits on the skull, so brows and cheeks must move behind it. It is looked
for where a bare face never has thin dark lines: under both eyes and across the
bridge of the nose. Only a full rim with a bridge is found; a rimless pair is
not, and then moves with the skin.
"""

from dataclasses import dataclass

import cv2
import numpy as np

from idlock.engines.parametric.anatomy import LEFT_EYE, RIGHT_EYE, Frame
from idlock.engines.parametric.patch import brightness, sample

SCALE = 100  # px per face unit, at which rims are looked for
WEST, NORTH, EAST, SOUTH = -1.2, -0.75, 1.2, 0.75  # face units looked at
THICKEST = 0.13  # face units: a dark line that is wider is no rim
DROP = 0.05  # face units from the eye's centre down to the lens's
OBLONG = 1.35  # a lens is searched along rays stretched this much sideways
RADII = np.arange(0.24, 0.64, 0.01)  # face units
RAYS = 144
BEND = 0.02  # cost of a rim's radius changing by one step from ray to ray
CONTRAST = 0.10  # least darkness of a rim, as a share of the skin's brightness
BRIDGE_COVERED = 0.85  # share of the bridge's columns that must be as dark
RIM_COVERED = 0.75  # share of the lower rims; bare faces came to .56 at most
BESIDE = 0.022  # face units beyond a rim's own width that may still belong to it


@dataclass(frozen=True)
class Glasses:
    """A frame as a layer of its own, and the face without it.

    Attributes:
        matte: float32 (h, w), how much of a pixel the frame fills.
        colour: float32 RGB (h, w, 3), what the frame adds: its colour times the matte.
        bare: uint8 RGB (h, w, 3), the patch with skin in the frame's place.
    """

    matte: np.ndarray
    colour: np.ndarray
    bare: np.ndarray

    @classmethod
    def find(cls, frame: Frame, landmarks: np.ndarray, patch: np.ndarray) -> "Glasses | None":
        """Find the frame of a pair of glasses, or None if the face wears none.

        Args:
            frame: the face's frame, in patch pixels.
            landmarks: (68, 2) patch pixels.
            patch: uint8 RGB (h, w, 3).
        """
        dark = _darkness(frame, patch)
        face = frame.to_face(landmarks)
        if not _crosses_nose(dark, face):
            return None
        rims = [_rim(dark, face[eye].mean(axis=0)) for eye in (LEFT_EYE, RIGHT_EYE)]
        if np.mean([_covered(dark, rim) for rim in rims]) < RIM_COVERED:
            return None
        thick = float(np.median([_thickness(dark, rim) for rim in rims]))
        return cls._lifted(frame, patch, [*rims, _bridge(dark, *rims)], thick)

    @classmethod
    def _lifted(
        cls, frame: Frame, patch: np.ndarray, lines: list[np.ndarray], thick: float
    ) -> "Glasses":
        """Part the picture into the frame and the face.

        Args:
            frame: the face's frame, in patch pixels.
            patch: uint8 RGB (h, w, 3).
            lines: of the frame, (n, 2) face units each.
            thick: face units across a rim.
        """
        band = np.zeros(patch.shape[:2], np.uint8)
        width = max(3, round((thick + 2 * BESIDE) * frame.unit))
        for line in lines:
            pixels = np.round(frame.to_pixels(line) * 16).astype(np.int32)
            cv2.polylines(band, [pixels], False, 1, width, cv2.LINE_8, 4)
        light = brightness(patch)
        closed = _closed(light, frame.unit)
        core = ((closed - light) > 0.45 * CONTRAST * (closed + 8)) & band.astype(bool)
        grown = cv2.dilate(core.astype(np.uint8), np.ones((5, 5), np.uint8))
        bare = cv2.inpaint(patch, grown, 3, cv2.INPAINT_TELEA)
        # What is as dark as the frame's own darker half is frame alone, the rest is its soft edge.
        depth = brightness(bare) - light
        full = np.maximum(0.75 * np.percentile(depth[core], 75), 6)
        matte = np.clip(depth / full, 0, 1) * grown
        colour = patch - (1 - matte[..., None]) * bare
        return cls(matte.astype(np.float32), colour.astype(np.float32), bare)

    def lay(self, picture: np.ndarray, skull: np.ndarray, pixels: np.ndarray, free: np.ndarray):
        """Lay the frame over ``picture`` (h, w, 3) float32, in place, as the skull carries it.

        Args:
            picture: float32 RGB (h, w, 3).
            skull: float32 (h, w, 2), source places of the skull.
            pixels: float32 (h, w, 2), the places themselves.
            free: float32 (h, w), 0 where nothing may move.
        """
        matte, colour = self.matte, self.colour
        if skull is not pixels:
            places = pixels + free[..., None] * self._rigid(skull - pixels, pixels)
            matte, colour = sample(matte, places), sample(colour, places)
        picture *= 1 - matte[..., None]
        picture += colour

    def _rigid(self, offset: np.ndarray, pixels: np.ndarray) -> np.ndarray:
        """The affine offset nearest to ``offset`` over the frame: glass does not bend."""
        on = self.matte > 0.5
        x = np.column_stack([pixels[on], np.ones(on.sum())]).astype(np.float64)
        fitted = np.linalg.lstsq(x, offset[on].astype(np.float64), rcond=None)[0]
        return (pixels @ fitted[:2] + fitted[2]).astype(np.float32)


def _darkness(frame: Frame, patch: np.ndarray) -> np.ndarray:
    """Thin dark lines around the eyes: depth as a share of the brightness beside them."""
    axes = np.column_stack([frame.vectors(np.eye(2)[i]) for i in (0, 1)]) / SCALE
    start = frame.to_pixels(np.array([WEST, NORTH]))
    size = round((EAST - WEST) * SCALE), round((SOUTH - NORTH) * SCALE)
    smooth = cv2.GaussianBlur(patch, (0, 0), max(0.01, 0.4 * frame.unit / SCALE))
    around = cv2.warpAffine(
        smooth,
        np.column_stack([axes, start]),
        size,
        flags=cv2.INTER_LINEAR | cv2.WARP_INVERSE_MAP,
        borderMode=cv2.BORDER_REPLICATE,
    )
    light = brightness(around)
    closed = _closed(light, SCALE)
    return (closed - light) / (closed + 8)


def _closed(light: np.ndarray, unit: float) -> np.ndarray:
    """Brightness with thin dark lines filled."""
    size = round(THICKEST * unit) | 1
    disc = cv2.getStructuringElement(cv2.MORPH_ELLIPSE, (size, size))
    return cv2.morphologyEx(light, cv2.MORPH_CLOSE, disc)


def _look(dark: np.ndarray, places: np.ndarray) -> np.ndarray:
    """Darkness at ``places`` (..., 2), face units."""
    at = ((places - (WEST, NORTH)) * SCALE).astype(np.float32)
    at = at if at.ndim == 3 else at[None]
    found = cv2.remap(dark, at[..., 0], at[..., 1], cv2.INTER_LINEAR, borderValue=0)
    return found if places.ndim == 3 else found[0]


def _bridge_field(face: np.ndarray) -> np.ndarray:
    """Places (rows, columns, 2) across the nose, from the brows' height to mid-nose."""
    middle = face[27:30, 0].mean()
    x, y = np.meshgrid(np.linspace(-0.09, 0.09, 13), np.linspace(-0.34, 0.22, 57))
    return np.stack([middle + x, y], axis=-1)


def _crosses_nose(dark: np.ndarray, face: np.ndarray) -> bool:
    """Whether something thin and dark crosses the bridge of the nose at every column."""
    deepest = _look(dark, _bridge_field(face)).max(axis=0)
    return float((deepest > CONTRAST).mean()) > BRIDGE_COVERED


def _rim(dark: np.ndarray, eye: np.ndarray) -> np.ndarray:
    """The darkest closed line around an eye at ``eye`` (2,): (RAYS + 1, 2) face units."""
    angles = np.linspace(0, 2 * np.pi, RAYS, endpoint=False)
    ray = np.stack([OBLONG * np.cos(angles), np.sin(angles)], axis=-1)
    centre = eye + (0, DROP)
    seen = _look(dark, centre + RADII[:, None, None] * ray)
    gain = np.minimum(seen, 3 * CONTRAST) / (3 * CONTRAST)
    twice = _path(1 - np.tile(gain, 2))  # gone round twice, the second half has no start
    radius = RADII[np.roll(twice[RAYS // 2 : RAYS // 2 + RAYS], RAYS // 2)]
    line = centre + radius[:, None] * ray
    return np.concatenate([line, line[:1]])


def _path(cost: np.ndarray) -> np.ndarray:
    """Row of the cheapest path through ``cost`` (rows, cols), up to four rows a step."""
    rows, cols = cost.shape
    steps = np.arange(-4, 5)
    toll = BEND * np.abs(steps)[:, None]
    total, came = cost[:, 0], np.zeros((cols, rows), int)
    window = np.arange(rows) + 4 + steps[:, None]
    for col in range(1, cols):
        options = np.pad(total, 4, constant_values=np.inf)[window] + toll
        choice = options.argmin(axis=0)
        came[col] = steps[choice]
        total = options[choice, np.arange(rows)] + cost[:, col]
    path = np.empty(cols, int)
    path[-1] = total.argmin()
    for col in range(cols - 1, 0, -1):
        path[col - 1] = path[col] + came[col, path[col]]
    return path


def _covered(dark: np.ndarray, rim: np.ndarray) -> float:
    """How much of a line is dark below the eye, where skin is plain: 0..1."""
    angles = np.linspace(0, 2 * np.pi, RAYS + 1)
    below = rim[np.sin(angles) > 0.25]
    return float((_look(dark, below) > CONTRAST).mean())


def _thickness(dark: np.ndarray, rim: np.ndarray) -> float:
    """Face units across a rim where it passes below the eye."""
    bottom = rim[RAYS // 6 : RAYS // 3]
    reach = np.arange(-8, 9) / SCALE
    across = bottom + np.stack([np.zeros(17), reach], axis=-1)[:, None]
    seen = _look(dark, across)
    return float((seen > 0.5 * seen.max(axis=0)).sum(axis=0).mean()) / SCALE


def _bridge(dark: np.ndarray, left: np.ndarray, right: np.ndarray) -> np.ndarray:
    """The darkest line from one rim to the other, (n, 2) face units."""
    from_x, to_x = left[:, 0].max(), right[:, 0].min()
    x, y = np.meshgrid(np.linspace(from_x, to_x, 24), np.linspace(-0.30, 0.25, 56))
    field = np.stack([x, y], axis=-1)
    seen = _look(dark, field)
    path = _path(1 - np.minimum(seen, 3 * CONTRAST) / (3 * CONTRAST))
    return field[path, np.arange(field.shape[1])]
