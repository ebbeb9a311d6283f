"""One eye of the photo: its opening, its iris, and the ball behind the lids.

The eyeball is a hard part: it keeps its pixels, place and shape whatever the
skin does. What the photo's lids hide of it is filled in from what they show.
"""

from dataclasses import dataclass

import cv2
import numpy as np

from idlock.engines.parametric.anatomy import Frame
from idlock.engines.parametric.field import along, smoothstep

CANTHUS = 0.16  # how far the real inner corner lies beyond its landmark, in widths of the opening
OUTER = 0.03  # the same for the outer corner
IRIS_RADIUS = 0.094  # face units: 11.8 mm across over 63 mm between the pupils
LOST, ASTRAY = 0.06, 0.10  # face units an opening may be off, and what that costs in contrast
TRIED_RADII = (0.92, 0.97, 1.02, 1.07)


@dataclass(frozen=True)
class Opening:
    """The eye's opening in its own coordinates.

    ``s`` runs from 0 at the corner on the picture's left to 1 at the other,
    ``t`` is the distance below the line through the corners in face units.

    Attributes:
        start: (2,) patch pixels of the left corner.
        across: (2,) pixels per unit of ``s``.
        down: (2,) pixels per unit of ``t``.
        upper: (2,) coefficients of the upper lid's edge: t = s (1 - s) (u0 + u1 s).
        lower: (2,) the same for the lower lid.
        inner: ``s`` of the corner at the nose, 0 or 1.
    """

    start: np.ndarray
    across: np.ndarray
    down: np.ndarray
    upper: np.ndarray
    lower: np.ndarray
    inner: float

    @classmethod
    def of(cls, frame: Frame, eye: np.ndarray, inner_is_right: bool) -> "Opening":
        """Lay curves through the six landmarks of an eye.

        Args:
            frame: the face's frame.
            eye: (6, 2) patch pixels in iBUG order: left corner, two of the upper
                lid, right corner, two of the lower lid.
            inner_is_right: whether the right corner is the one at the nose.
        """
        width = eye[3] - eye[0]
        before, after = (OUTER, CANTHUS) if inner_is_right else (CANTHUS, OUTER)
        start, across = eye[0] - before * width, (1 + before + after) * width
        down = np.array([-across[1], across[0]]) / np.hypot(*across) * frame.unit
        inner = float(inner_is_right)
        opening = cls(start, across, down, np.zeros(2), np.zeros(2), inner)
        upper = opening._curve(eye[[1, 2]])
        lower = opening._curve(eye[[5, 4]])
        return cls(start, across, down, upper, lower, inner)

    def _curve(self, points: np.ndarray) -> np.ndarray:
        s, t = self.coordinates(points.astype(np.float32))
        basis = np.stack([s * (1 - s), s * s * (1 - s)], axis=-1)
        return np.linalg.lstsq(basis, t, rcond=1e-3)[0]

    def coordinates(self, positions: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
        """Patch pixels (..., 2) to (s, t), float32."""
        return along(positions, self.start, self.across), along(positions, self.start, self.down)

    def edges(self, s: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
        """``t`` of the upper and lower lid's edge at ``s``; zero beyond the corners."""
        inside = np.clip(s, 0, 1)
        arch = inside * (1 - inside)
        upper = arch * np.float32(self.upper[0]) + arch * inside * np.float32(self.upper[1])
        lower = arch * np.float32(self.lower[0]) + arch * inside * np.float32(self.lower[1])
        return np.minimum(upper, lower), np.maximum(upper, lower)

    @property
    def height(self) -> float:
        """The opening's greatest height in face units."""
        upper, lower = self.edges(np.linspace(0, 1, 41, dtype=np.float32))
        return float((lower - upper).max())

    def widening(self, s: np.ndarray) -> np.ndarray:
        """Face units by which the upper lid lifts at ``s`` to make the eye twice as high.

        It lifts in the middle and stays at the corners, least of all at the nose.
        """
        upper, lower = self.edges(s)
        height = lower - upper
        return height**2 / max(self.height, 1e-6) * smoothstep(0.05, 0.45, np.abs(s - self.inner))

    def moved(self, shift: np.ndarray, width: float) -> "Opening":
        """The same opening ``width`` times as wide, its middle moved by ``shift`` (2,) pixels."""
        start = self.start + shift + (1 - width) / 2 * self.across
        return Opening(start, width * self.across, self.down, self.upper, self.lower, self.inner)

    def located(self, gray: np.ndarray, unit: float) -> "Opening":
        """Move the whole opening along the eye to where both lids' edges show best.

        Predictors of landmarks are led astray by glasses and by unusual faces,
        nearly always towards the nose. Up and down they are right more often than the
        picture, which has a fold of the lid to take for its edge.

        Args:
            gray: float32 (h, w), smoothed a little.
            unit: pixels per face unit.
        """
        s = np.linspace(0.08, 0.92, 29).astype(np.float32)
        edges = np.stack(self.edges(s))
        inward = np.array([[0.014], [-0.014]])
        outwards = (1 - 2 * self.inner) * self.across / np.hypot(*self.across) * unit
        width = np.array([1.0, 1.08, 1.16])
        side, wide = (g.ravel() for g in np.meshgrid(np.linspace(-0.02, 0.14, 9), width))
        along = (s - 0.5) * wide[:, None] + 0.5
        places = self.start + along[:, None, :, None] * self.across
        places = places + side[:, None, None, None] * outwards + edges[..., None] * self.down
        step = np.broadcast_to(inward[..., None] * self.down, places.shape)
        inner, outer = ((places + way * step).reshape(len(side), -1, 2) for way in (1, -1))
        rise = (_at(gray, inner) - _at(gray, outer)).mean(axis=1)
        far = (side / LOST) ** 2 + ((wide - 1) / 0.1) ** 2
        best = int((rise / (float(gray.std()) + 1e-3) - ASTRAY * far).argmax())
        return self.moved(side[best] * outwards, float(wide[best]))

    def refined(self, gray: np.ndarray, unit: float, iris: np.ndarray) -> "Opening":
        """Fit both lids' edges to the picture, near where the landmarks put them.

        Args:
            gray: float32 (h, w), smoothed a little.
            unit: pixels per face unit.
            iris: (2,) centre of the iris, patch pixels.
        """
        s = np.linspace(0.12, 0.88, 33).astype(np.float32)
        (middle,), _ = self.coordinates(iris[None].astype(np.float32))
        reach = IRIS_RADIUS * unit / np.hypot(*self.across)
        trust = np.where(np.abs(s - middle) < reach, 0.5, 1.0).astype(np.float32)
        contrast = float(gray.std()) + 1e-3
        fitted = []
        for edge, inward, limits in ((self.upper, 1, (0.85, 1.5)), (self.lower, -1, (0.6, 1.15))):
            scale, tilt = np.meshgrid(np.linspace(*limits, 27), np.linspace(-0.24, 0.24, 9))
            tried = np.stack([edge[0] * (scale - tilt), edge[1] * scale + 2 * tilt * edge[0]], -1)
            tried = tried.reshape(-1, 2)
            arch = s * (1 - s)
            t = arch * tried[:, :1] + arch * s * tried[:, 1:]
            places = self.start + s[:, None] * self.across + t[..., None] * self.down
            step = inward * 0.012 * self.down
            rise = (_at(gray, places + step) - _at(gray, places - step)) * trust
            prior = 1.6 * (scale.ravel() - 1) ** 2 + 4.0 * tilt.ravel() ** 2
            fitted.append(tried[(rise.mean(axis=1) / contrast - prior).argmax()])
        return Opening(self.start, self.across, self.down, *fitted, self.inner)


def find_iris(gray: np.ndarray, opening: Opening, unit: float) -> tuple[np.ndarray, float]:
    """Centre (2,) and radius of the iris in patch pixels.

    The circle across which the picture brightens most, over the arcs that the
    lids leave free (Daugman 1993, integro-differential operator, with the radius
    held near its anatomical size).

    Args:
        gray: float32 (h, w), smoothed a little.
        opening: the eye's opening.
        unit: pixels per face unit.
    """
    s, w = np.meshgrid(np.linspace(0.28, 0.72, 23), np.linspace(0.1, 0.9, 13))
    upper, lower = opening.edges(s.ravel().astype(np.float32))
    t = upper + w.ravel() * (lower - upper)
    centres = opening.start + s.ravel()[:, None] * opening.across + t[:, None] * opening.down
    # The pupil sits near mid-height: the lids hide more of the iris above than below.
    prior = 1.2 * ((s.ravel() - 0.5) ** 2) + 0.25 * (w.ravel() - 0.45) ** 2
    angles = np.deg2rad(np.r_[-50:51:10, 130:231:10])
    ring = np.stack([np.cos(angles), np.sin(angles)], axis=-1)
    best = (-np.inf, centres[0], IRIS_RADIUS * unit)
    contrast = float(gray.std()) + 1e-3
    for share in TRIED_RADII:
        radius = share * IRIS_RADIUS * unit
        rise = _at(gray, centres[:, None] + (radius + 1.5) * ring)
        rise -= _at(gray, centres[:, None] + (radius - 1.5) * ring)
        free = _free(opening, centres[:, None] + radius * ring)
        score = (rise * free).sum(axis=1) / (free.sum(axis=1) + 4) / contrast - prior
        k = int(score.argmax())
        if score[k] > best[0]:
            best = (float(score[k]), centres[k], radius)
    return best[1], best[2]


def _at(gray: np.ndarray, places: np.ndarray) -> np.ndarray:
    places = places.astype(np.float32)
    return cv2.remap(gray, places[..., 0], places[..., 1], cv2.INTER_LINEAR)


def _free(opening: Opening, places: np.ndarray) -> np.ndarray:
    s, t = opening.coordinates(places.astype(np.float32))
    upper, lower = opening.edges(s)
    return ((t > upper) & (t < lower)).astype(np.float32)
