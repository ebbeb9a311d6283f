"""What a face says of its expression, in numbers that compare across pictures."""

import numpy as np

from idlock.expression import eyes
from idlock.faces import pose, shape

NAMES = (
    "eye_left",  # opening of the lids, from pixels
    "eye_right",
    "brow_left",  # mean height of the brow over the eye
    "brow_right",
    "brow_inner",  # height of the brows' inner ends over the eyes
    "brow_gap",  # distance of the brows' inner ends
    "mouth_open",  # gap between the lips
    "mouth_width",
    "mouth_height",  # from the upper edge of the upper lip to the lower edge of the lower
    "corners",  # height of the mouth's corners over its middle
    "mouth_place",  # height of the upper lip over the line of the nostrils (negative: below)
    "chin",  # height of the chin over that line (negative: below)
    "yaw",  # degrees / 100, to be of the size of the rest
    "pitch",
    "roll",
)


def measure(rgb: np.ndarray, landmarks: np.ndarray) -> np.ndarray:
    """Measure a face.

    Lengths are in distances between the eyes, heights along the face's own
    upright, so turning and scaling a picture changes nothing but the roll.

    Args:
        rgb: (H, W, 3) uint8.
        landmarks: (68, 2) px.

    Returns:
        (15,) float64, in the order of `NAMES`.
    """
    return assembled(landmarks, eyes.openings(rgb, landmarks))


def assembled(landmarks: np.ndarray, openings: np.ndarray) -> np.ndarray:
    """Return the features of a face whose lids are ``openings`` (2,) apart; see `measure`."""
    turn = pose.estimate(landmarks)
    points = upright(landmarks)
    lids = (points[shape.LEFT_EYE], points[shape.RIGHT_EYE])
    heights = np.array([lid[:, 1].mean() for lid in lids])
    nostrils = points[31:36, 1].mean()
    return np.array(
        [
            *openings,
            heights[0] - points[shape.LEFT_BROW, 1].mean(),
            heights[1] - points[shape.RIGHT_BROW, 1].mean(),
            heights.mean() - points[[21, 22], 1].mean(),
            points[22, 0] - points[21, 0],
            (points[[67, 66, 65], 1] - points[[61, 62, 63], 1]).mean(),
            points[54, 0] - points[48, 0],
            points[57, 1] - points[51, 1],
            points[[51, 57, 62, 66], 1].mean() - points[[48, 54, 60, 64], 1].mean(),
            nostrils - points[[50, 51, 52], 1].mean(),
            nostrils - points[[7, 8, 9], 1].mean(),
            turn.yaw / 100,
            turn.pitch / 100,
            turn.roll / 100,
        ]
    )


def marked_openings(landmarks: np.ndarray) -> np.ndarray:
    """Return the (2,) openings of the lids as the landmarks say."""
    points = upright(landmarks)
    return np.array(
        [
            (points[eye][[4, 5], 1] - points[eye][[2, 1], 1]).mean()
            for eye in (shape.LEFT_EYE, shape.RIGHT_EYE)
        ]
    )


def upright(landmarks: np.ndarray) -> np.ndarray:
    """Turn and scale landmarks so that the outer eye corners lie level, eyes 1 apart.

    The corners hardly move with the lids, so a wink does not tilt the face.
    """
    across = landmarks[45] - landmarks[36]
    turn = np.conj(complex(*across)) / abs(complex(*across))
    turned = (landmarks - landmarks[27]) @ np.array([1, 1j]) * turn
    corners = landmarks[[36, 39, 42, 45]] @ np.array([1, 1j]) * turn
    distance = ((corners[2] + corners[3]) - (corners[0] + corners[1])).real / 2
    return np.column_stack([turned.real, turned.imag]) / distance
