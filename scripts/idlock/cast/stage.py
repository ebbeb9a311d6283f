"""What every part of one picture shares: the person, the camera and the light."""

from dataclasses import dataclass

import numpy as np

from idlock.cast.camera import Camera
from idlock.cast.compiled import compiled
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
    flat = np.ascontiguousarray(points, np.float32)
    return _led(flat, camera.pose(flat), np.float32(low), np.float32(high - low))


@compiled
def _led(points, posed, low, span):
    """Blend points (R, C, 3) from where they rest to where they are posed, by their height."""
    led = np.empty_like(points)
    for i in range(points.shape[0]):
        for j in range(points.shape[1]):
            share = min(max((points[i, j, 1] - low) / span, np.float32(0)), np.float32(1))
            share = share * share * (np.float32(3) - np.float32(2) * share)
            for k in range(3):
                rest = points[i, j, k]
                led[i, j, k] = rest + (posed[i, j, k] - rest) * share
    return led
