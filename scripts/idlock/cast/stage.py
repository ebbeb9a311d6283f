"""What every part of one picture shares: the person, the camera and the light."""

from dataclasses import dataclass

import numpy as np

from idlock.cast.camera import Camera
from idlock.cast.light import Lights, ShadowMap
from idlock.cast.people import Person


@dataclass(frozen=True, eq=False)
class Stage:
    """One picture about to be taken.

    Attributes:
        person: who is on it.
        camera: the camera and the pose of the head.
        lamps: the lights.
        shadows: what stands in the key light.
    """

    person: Person
    camera: Camera
    lamps: Lights
    shadows: ShadowMap

    @property
    def size(self) -> int:
        """Side of the picture, px."""
        return self.camera.size

    @property
    def frame(self) -> tuple[int, int]:
        """Height and width of the picture, px."""
        return self.camera.size, self.camera.size


def follow(points: np.ndarray, camera: Camera, low: float, high: float) -> np.ndarray:
    """Let points (..., 3) follow the head: fully over ``high`` mm, not at all under ``low``."""
    share = np.clip((points[..., 1] - np.float32(low)) / np.float32(high - low), 0.0, 1.0)
    share = (share * share * (3.0 - 2.0 * share))[..., None]
    return points + (camera.pose(points) - points) * share
