"""One eye, painted: lids over the ball, iris where it looks."""

from collections.abc import Mapping
from dataclasses import dataclass

import cv2
import numpy as np

from idlock.engines.parametric.anatomy import LEFT_EYE, RIGHT_EYE, Frame
from idlock.engines.parametric.ball import Ball
from idlock.engines.parametric.eyes import Opening, find_iris
from idlock.engines.parametric.field import smoothstep
from idlock.engines.parametric.lids import LidMap, Lids
from idlock.engines.parametric.patch import box_around, box_of, brightness, sample
from idlock.engines.parametric.pulls import level

GAZE = (0.072, 0.050)  # face units the iris moves across and up or down at the sliders' ends
LID_FOLLOWS = 0.8  # of the iris's vertical way is shared by the upper lid
WIDEST = 0.27  # of the opening's height added at blink = 5


@dataclass(frozen=True)
class Look:
    """What an eye is asked to do.

    Attributes:
        close: 0 as in the photo, 1 shut, negative wider.
        gaze: (2,) face units the iris moves, right and down.
    """

    close: float
    gaze: tuple[float, float]

    @classmethod
    def of(cls, pulled: Mapping[str, float], winks: bool, height: float) -> "Look":
        """The look that pulls ask of an eye ``height`` face units high."""
        blink, brow = level(pulled, "blink"), level(pulled, "eyebrow")
        gaze = GAZE[0] * level(pulled, "pupil_x"), -GAZE[1] * level(pulled, "pupil_y")
        close = -blink if blink < 0 else -WIDEST * blink
        close += LID_FOLLOWS * gaze[1] / max(height, 0.05)
        close += 0.10 * pulled.get("smile+", 0.0)
        close -= 0.06 * max(brow, 0.0) + 0.10 * min(brow, 0.0)
        if winks:
            close += pulled.get("wink+", 0.0)
        return cls(float(np.clip(close, -0.34, 1.0)), gaze)

    @property
    def still(self) -> bool:
        """Whether neither lids nor iris move."""
        return not (self.close or any(self.gaze))


class Eye:
    """One eye of one photo.

    Args:
        frame: the face's frame, in patch pixels.
        landmarks: (68, 2) patch pixels.
        patch: uint8 RGB (h, w, 3).
        left: whether it is the eye on the picture's left, which winks.
    """

    def __init__(self, frame: Frame, landmarks: np.ndarray, patch: np.ndarray, left: bool) -> None:
        points = landmarks[LEFT_EYE if left else RIGHT_EYE]
        brow = landmarks[17:22] if left else landmarks[22:27]
        unit = frame.unit
        around = np.concatenate([points, brow])
        self._zone = np.array([around.min(axis=0) - 0.05 * unit, around.max(axis=0) + 0.05 * unit])
        self._zone[1, 1] = points[:, 1].max() + 0.40 * unit
        known = box_around(around, (0.55 * unit,) * 2, (0.55 * unit, 0.65 * unit), patch.shape)
        self._start = np.array([known[1].start, known[0].start], np.float32)
        here = np.ascontiguousarray(patch[known])
        gray = cv2.GaussianBlur(brightness(here.astype(np.float32)), (0, 0), 1.0)
        opening = Opening.of(frame, points - self._start, inner_is_right=left)
        opening = opening.located(gray, unit)
        iris, radius = find_iris(gray, opening, unit)
        opening = opening.refined(gray, unit, iris)
        self._patch, self._unit, self._winks = here, unit, left
        self._height = opening.height
        rows, cols = box_around(
            points - self._start, (0.2 * unit,) * 2, (0.2 * unit,) * 2, here.shape
        )
        y, x = np.mgrid[rows, cols].astype(np.float32)
        self._ball = Ball(here[rows, cols], np.stack([x, y], -1), opening, unit, iris, radius)
        self._ball_start = self._start + np.array([cols.start, rows.start], np.float32)
        self._lids = Lids(opening, frame, brow - self._start, here)
        self._axes = np.stack([frame.right, frame.down]) * unit

    def look(self, pulled: Mapping[str, float]) -> Look:
        """What pulls ask of this eye."""
        return Look.of(pulled, self._winks, self._height)

    def box(self, skin: np.ndarray) -> tuple[slice, slice]:
        """Rows and columns of the pixels whose source, in ``skin`` (h, w, 2), is near the eye."""
        every = max(1, round(self._unit / 20))
        coarse = skin[::every, ::every]
        (left, top), (right, bottom) = self._zone
        x, y = coarse[..., 0], coarse[..., 1]
        return box_of((x > left) & (x < right) & (y > top) & (y < bottom), every)

    def offset(self, skin: np.ndarray, look: Look) -> tuple[np.ndarray, np.ndarray]:
        """Where the lids' skin comes from and where the ball shows (for proofs).

        Args:
            skin: float32 (h, w, 2), source places of the skin before the lids move.
            look: what the eye does.

        Returns:
            float32 (h, w, 2) to add to ``skin``, and bool (h, w): where the lids
            part or meet.
        """
        lids = self._lids.map(skin - self._start, look.close)
        return lids.offset, (lids.visible > -3.5) & (lids.s > 0) & (lids.s < 1)

    def paint(
        self, picture: np.ndarray, skin: np.ndarray, skull: np.ndarray, look: Look
    ) -> np.ndarray:
        """Paint the eye into ``picture``; every array is cut to ``box``.

        Args:
            picture: float32 RGB (h, w, 3), changed in place.
            skin: float32 (h, w, 2), source places of the skin before the lids move.
            skull: float32 (h, w, 2), source places of the hard parts.
            look: what the eye does.

        Returns:
            float32 (h, w): how much of each pixel is eyeball.
        """
        skin = skin - self._start
        lids = self._lids.map(skin, look.close)
        picture[:] = self._lids.skin(self._patch, skin, lids, look.close)
        cover = np.clip(lids.visible / 1.6 + 0.5, 0, 1)
        ball = self._ball.look(np.asarray(look.gaze) @ self._axes, look.close)
        shown = sample(ball, skull - self._ball_start)
        colour = shown[..., :3] * self._shade(lids, look, shown[..., 3])[..., None]
        picture += cover[..., None] * (colour - picture)
        return cover

    @staticmethod
    def _shade(lids: LidMap, look: Look, shown: np.ndarray) -> np.ndarray:
        """The upper lid's shadow, where it came down and on what it uncovered."""
        under = np.clip(lids.above, None, 0)
        cast = 0.35 * smoothstep(0, 1, np.float32(look.close)) * np.exp(under / 0.025)
        fresh = 0.40 * (1 - np.clip(shown, 0, 1)) * np.exp(under / 0.030)
        return ((1 - cast) * (1 - fresh)).astype(np.float32)
