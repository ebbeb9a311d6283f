"""Where things are on a face: a frame to measure in, and named points.

All lengths of the engine are in *face units*: one unit is the distance between
the two eye centres. The frame's x axis runs along the eyes, its y axis towards
the chin, its origin midway between the eyes, so the engine works the same on a
small, large or leaning face.
"""

from dataclasses import dataclass

import numpy as np

LEFT_EYE, RIGHT_EYE = slice(36, 42), slice(42, 48)  # as seen in the picture
SMALLEST_UNIT = 12.0  # pixels between the eyes below which lids and lips are not resolved
WIDTHS = {"left eye": (36, 39), "right eye": (42, 45), "mouth": (48, 54), "jaw": (0, 16)}
NARROWEST = 0.12  # face units that each of these must measure

# Named points: the iBUG landmarks they are the mean of, on the picture's left
# and on its right (one tuple: on the middle line), and an offset in face units
# (x positive towards the face's side).
_PAIRS = {
    "brow_tail": ((17,), (26,)),
    "brow_outer": ((18,), (25,)),
    "brow_arch": ((19,), (24,)),
    "brow_inner": ((20,), (23,)),
    "brow_head": ((21,), (22,)),
    "eye_outer": ((36,), (45,)),
    "lid_upper_outer": ((37,), (44,)),
    "lid_upper_inner": ((38,), (43,)),
    "eye_inner": ((39,), (42,)),
    "lid_lower_inner": ((40,), (47,)),
    "lid_lower_outer": ((41,), (46,)),
    "wing": ((31,), (35,)),
    "nostril": ((32,), (34,)),
    "corner": ((48,), (54,)),
    "lip_upper_side": ((49,), (53,)),
    "lip_peak": ((50,), (52,)),
    "lip_lower_side": ((59,), (55,)),
    "lip_lower_mid": ((58,), (56,)),
    "seam_side": ((60,), (64,)),
    "seam_mid": ((61, 67), (63, 65)),
    "jaw_0": ((0,), (16,)),
    "jaw_1": ((1,), (15,)),
    "jaw_2": ((2,), (14,)),
    "jaw_3": ((3,), (13,)),
    "jaw_4": ((4,), (12,)),
    "jaw_5": ((5,), (11,)),
    "jaw_6": ((6,), (10,)),
    "jaw_7": ((7,), (9,)),
}
_MIDDLE = {
    "nose_root": (27,),
    "bridge_upper": (28,),
    "bridge_lower": (29,),
    "nose_tip": (30,),
    "septum": (33,),
    "lip_bow": (51,),
    "lip_lower": (57,),
    "seam": (62, 66),
    "chin": (8,),
}
_PAIRS_OFF_LANDMARKS = {
    "cheek": ((41, 48), (46, 54), (0.08, 0.0)),
    "fold": ((31, 48), (35, 54), (0.10, 0.0)),
    "under_eye": ((40, 41), (46, 47), (0.0, 0.17)),
    "forehead_side": ((18,), (25,), (0.0, -0.34)),
    "forehead": ((20,), (23,), (0.0, -0.36)),
    "hollow": ((3, 48), (13, 54), (0.0, 0.0)),
    "neck_side": ((6,), (10,), (0.0, 0.45)),
}
_MIDDLE_OFF_LANDMARKS = {
    "glabella": ((21, 22), (0.0, 0.02)),
    "chin_boss": ((57, 8), (0.0, 0.0)),
    "neck": ((8,), (0.0, 0.6)),
}


@dataclass(frozen=True)
class Frame:
    """The face's own coordinates.

    Attributes:
        origin: (2,) pixel position midway between the eyes.
        unit: pixels between the eye centres.
        right: (2,) unit vector along the eyes, towards the picture's right.
        down: (2,) unit vector towards the chin.
    """

    origin: np.ndarray
    unit: float
    right: np.ndarray
    down: np.ndarray

    @classmethod
    def of(cls, landmarks: np.ndarray) -> "Frame":
        """Measure the frame of ``landmarks`` (68, 2), pixels.

        Raises:
            ValueError: the landmarks are not 68 finite points, the eyes are
                closer than ``SMALLEST_UNIT`` pixels, or the points are not in
                the order of a face seen from the front.
        """
        points = np.asarray(landmarks, dtype=np.float64)
        if points.shape != (68, 2):
            raise ValueError(f"landmarks must be 68 points (68, 2), not {points.shape}")
        if not np.isfinite(points).all():
            raise ValueError("landmarks must be finite numbers")
        left, right = points[LEFT_EYE].mean(axis=0), points[RIGHT_EYE].mean(axis=0)
        unit = float(np.hypot(*(right - left)))
        if unit < SMALLEST_UNIT:
            raise ValueError(
                f"the eyes are {unit:.1f} px apart; at least {SMALLEST_UNIT:g} px are needed"
            )
        axis = (right - left) / unit
        down = np.array([-axis[1], axis[0]])
        if (points[8] - left) @ down <= 0:
            raise ValueError("the chin lies above the eyes: landmarks are not in iBUG order")
        for name, (start, end) in WIDTHS.items():
            if (points[end] - points[start]) @ axis < NARROWEST * unit:
                raise ValueError(f"the {name} has no width: landmarks are not in iBUG order")
        return cls((left + right) / 2, unit, axis, down)

    def to_face(self, points: np.ndarray) -> np.ndarray:
        """Pixels (..., 2) to face units (..., 2)."""
        offset = np.asarray(points, dtype=np.float64) - self.origin
        return np.stack([offset @ self.right, offset @ self.down], axis=-1) / self.unit

    def to_pixels(self, points: np.ndarray) -> np.ndarray:
        """Face units (..., 2) to pixels (..., 2)."""
        return self.origin + self.vectors(points)

    def vectors(self, offsets: np.ndarray) -> np.ndarray:
        """Offsets in face units (..., 2) to offsets in pixels (..., 2)."""
        offsets = np.asarray(offsets, dtype=np.float64) * self.unit
        return offsets[..., :1] * self.right + offsets[..., 1:] * self.down

    def moved(self, shift: np.ndarray) -> "Frame":
        """The same frame with its origin shifted by ``shift`` (2,) pixels."""
        return Frame(self.origin + shift, self.unit, self.right, self.down)


def named_points(frame: Frame, landmarks: np.ndarray) -> dict[str, np.ndarray]:
    """Every named point in face units: ``name`` in the middle, ``name.L``, ``name.R`` at the sides.

    Args:
        frame: the face's frame.
        landmarks: (68, 2) pixels.
    """
    face = frame.to_face(landmarks)
    points = {name: face[list(of)].mean(axis=0) for name, of in _MIDDLE.items()}
    for name, (of, offset) in _MIDDLE_OFF_LANDMARKS.items():
        points[name] = face[list(of)].mean(axis=0) + offset
    sides = {name: (*of, (0.0, 0.0)) for name, of in _PAIRS.items()} | _PAIRS_OFF_LANDMARKS
    for name, (left, right, (outward, downward)) in sides.items():
        points[f"{name}.L"] = face[list(left)].mean(axis=0) + (-outward, downward)
        points[f"{name}.R"] = face[list(right)].mean(axis=0) + (outward, downward)
    return points
