"""The shot: light, background, camera and how the head is held."""

from dataclasses import dataclass, replace

import numpy as np

Colour = tuple[float, float, float]


@dataclass(frozen=True)
class Scene:
    """Everything in a picture that is neither the person nor the expression.

    Attributes:
        azimuth: where the key light stands, degrees, positive on the picture's right.
        elevation: its height, degrees.
        key: strength of the key light, about 1.
        fill: strength of the soft light from the other side, 0.1..0.6.
        ambient: strength of the light from all round, 0.2..0.6.
        rim: strength of a light from behind, 0..0.8.
        warmth: -1 (bluish) .. 1 (golden).
        backdrop: "studio", "room" or "garden".
        hue: colour of the backdrop, linear RGB.
        seed: draws backdrop and camera noise.
        noise: standard deviation of the camera noise, 0..0.02 of full scale.
        pose: how the head is held on top of the expression, (pitch, yaw, roll) degrees.
        offset: how far the head stands off the middle, mm (x, y).
        nearness: size of the face against the usual, 0.9..1.12.
    """

    azimuth: float = -32.0
    elevation: float = 34.0
    key: float = 1.0
    fill: float = 0.3
    ambient: float = 0.4
    rim: float = 0.3
    warmth: float = 0.15
    backdrop: str = "studio"
    hue: Colour = (0.28, 0.32, 0.36)
    seed: int = 0
    noise: float = 0.006
    pose: tuple[float, float, float] = (0.0, 0.0, 0.0)
    offset: tuple[float, float] = (0.0, 0.0)
    nearness: float = 1.0


def scene(seed: int) -> Scene:
    """Draw another shot: light, background, camera and how the head is held.

    Args:
        seed: whole number from 0 on; the same seed gives the same scene.

    Raises:
        ValueError: the seed is not a whole number from 0 on.
    """
    if isinstance(seed, bool) or not isinstance(seed, int | np.integer) or seed < 0:
        raise ValueError(f"a scene's seed is a whole number from 0 on, not {seed!r}")
    draw = np.random.default_rng([int(seed), 2])
    side = float(draw.choice([-1.0, 1.0]))
    pitch, yaw, roll = np.clip(draw.normal(0.0, [4.0, 6.0, 2.5]), [-10, -14, -6], [10, 14, 6])
    return replace(
        _light(draw, side),
        backdrop=str(draw.choice(["studio", "studio", "room", "garden"])),
        hue=_hue(draw),
        seed=int(seed),
        noise=float(draw.uniform(0.003, 0.010)),
        pose=(float(pitch), float(yaw), float(roll)),
        offset=(float(draw.normal(0, 5)), float(draw.normal(0, 4))),
        nearness=float(draw.uniform(0.95, 1.07)),
    )


def default_scene(seed: int) -> Scene:
    """Return the shot a person is shown in unless another is asked for: frontal, well lit."""
    draw = np.random.default_rng([int(seed), 4])
    side = float(draw.choice([-1.0, 1.0]))
    pose = np.clip(draw.normal(0.0, [1.0, 2.0, 0.8]), -4, 4)
    return replace(
        _light(draw, side), hue=_hue(draw), seed=int(seed), pose=tuple(float(a) for a in pose)
    )


def _light(draw: np.random.Generator, side: float) -> Scene:
    return Scene(
        azimuth=side * float(draw.uniform(16, 52)),
        elevation=float(draw.uniform(18, 46)),
        key=float(draw.uniform(0.88, 1.10)),
        fill=float(draw.uniform(0.18, 0.48)),
        ambient=float(draw.uniform(0.30, 0.48)),
        rim=float(draw.uniform(0.05, 0.55)),
        warmth=float(np.clip(draw.normal(0.12, 0.28), -0.5, 0.8)),
    )


def _hue(draw: np.random.Generator) -> Colour:
    turn, depth, value = draw.uniform(0, 1), draw.uniform(0.05, 0.40), draw.uniform(0.10, 0.42)
    wheel = 0.5 + 0.5 * np.cos(2 * np.pi * (turn + np.array([0.0, 1 / 3, 2 / 3])))
    return tuple(float(c) for c in value * (1 - depth + depth * wheel))
