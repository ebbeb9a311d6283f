"""A picture of a person with an expression in a scene, and the truth about it."""

from collections.abc import Collection, Mapping
from dataclasses import dataclass

import numpy as np

from idlock.cast.backdrop import BACKDROPS, backdrop
from idlock.cast.bust import NECKLINES, draw_bust
from idlock.cast.bust import posed as posed_bust
from idlock.cast.camera import Camera, rotation
from idlock.cast.ears import draw_ears
from idlock.cast.eyes import Look, Opening, draw_eye
from idlock.cast.figure import Figure, figure, mouth_at_rest
from idlock.cast.flesh import Face, draw_head, posed_normals
from idlock.cast.glasses import GLASSES, draw_glasses
from idlock.cast.hair import STYLES, draw_hair, sheets
from idlock.cast.landmarks import landmarks
from idlock.cast.layers import Layers
from idlock.cast.light import lights, shadow_map
from idlock.cast.mouth import Lips, draw_mouth
from idlock.cast.muscles import Strengths, strengths
from idlock.cast.people import Person
from idlock.cast.population import person as drawn
from idlock.cast.scenes import Scene, default_scene
from idlock.cast.stage import Stage, follow
from idlock.cast.tone import develop
from idlock.expression.presets import load
from idlock.expression.sliders import checked

SMALLEST, LARGEST = 64, 2048


@dataclass(frozen=True, eq=False)
class Picture:
    """A rendered picture and everything that is true about it.

    Attributes:
        image: (size, size, 3) uint8 RGB.
        landmarks: (68, 2) float64 px (x, y) in the order of iBUG and dlib, the
            centre of the first pixel being (0, 0).
        mask: (size, size) float32 in 0..1, the share of each pixel that the
            person fills (head, hair, neck and clothes).
        expression: slider values that are not zero.
        person: who it is.
        scene: the shot.
    """

    image: np.ndarray
    landmarks: np.ndarray
    mask: np.ndarray
    expression: dict[str, float]
    person: Person
    scene: Scene


def render(
    person: Person | int,
    expression: Mapping[str, float] | str = "neutral",
    size: int = 512,
    *,
    scene: Scene | None = None,
) -> Picture:
    """Render a person with an expression.

    The same arguments give the same picture, byte for byte, whatever was
    rendered before and however many threads there are; on a processor that
    rounds differently single values may be one step off.

    Args:
        person: a person, or the seed of one.
        expression: slider values by name (see `idlock.expression.sliders`), or
            the name of a preset.
        size: side of the picture, px, 64..2048.
        scene: the shot; by default one that belongs to the person.

    Raises:
        ValueError: the seed, size, preset, a slider or a named part of person or
            scene is not one that can be used.
    """
    if (
        isinstance(size, bool)
        or not isinstance(size, int | np.integer)
        or not SMALLEST <= size <= LARGEST
    ):
        raise ValueError(f"size takes a whole number from {SMALLEST} to {LARGEST} px, not {size!r}")
    who = person if isinstance(person, Person) else drawn(person)
    sliders = _sliders(expression)
    shot = default_scene(who.seed) if scene is None else scene
    _known("style of hair", who.hair.style, STYLES)
    _known("kind of glasses", who.clothes.glasses, GLASSES)
    _known("neckline", who.clothes.neckline, NECKLINES)
    _known("backdrop", shot.backdrop, BACKDROPS)
    layers, face, camera = _compose(who, strengths(sliders), shot, int(size))
    return Picture(
        image=_expose(layers, shot),
        landmarks=landmarks(face, who, camera),
        mask=np.clip(layers.cover, 0.0, 1.0),
        expression=sliders,
        person=who,
        scene=shot,
    )


def _known(what: str, name: str, names: Collection[str]) -> None:
    if name not in names:
        raise ValueError(f"unknown {what} {name!r}; take one of {', '.join(names)}")


def _sliders(expression: Mapping[str, float] | str) -> dict[str, float]:
    """Return checked slider values of an expression given by sliders or by a preset's name."""
    if isinstance(expression, str):
        presets = load()
        if expression not in presets:
            raise ValueError(
                f"unknown expression {expression!r}; the presets are {', '.join(presets)}"
            )
        expression = presets[expression]
    return checked(expression)


def _compose(who: Person, pull: Strengths, shot: Scene, size: int) -> tuple[Layers, Face, Camera]:
    """Put the person together, surface by surface."""
    camera = Camera(
        size=size,
        turn=rotation(*np.add(pull.turn, shot.pose)),
        shift=np.array([0.0, 24.0]) + shot.offset,
        field=348.0 / shot.nearness,
    )
    shape = figure(who, pull)
    head, body = camera.pose(shape.points), posed_bust(who, camera)
    locks = [(sheet, follow(sheet.points, camera, -150.0, -60.0)) for sheet in sheets(who)]
    lamps = lights(shot)
    casters = [head[::2, ::2], body[::3, ::3], *(points for _, points in locks)]
    stage = Stage(who, camera, lamps, shadow_map(casters, lamps.key))
    layers = Layers(size)
    draw_bust(layers, body, stage)
    draw_ears(layers, stage)
    face = draw_head(layers, head, posed_normals(head), pull, stage)
    _fill_openings(layers, face, shape, pull, stage)
    draw_glasses(layers, shape, stage)
    for sheet, points in locks:
        draw_hair(layers, sheet, points, stage)
    return layers, face, camera


def _fill_openings(
    layers: Layers, face: Face, shape: Figure, pull: Strengths, stage: Stage
) -> None:
    """Draw what is seen between lids and lips."""
    look = Look(stage.person, stage.camera, stage.lamps, pull.gaze)
    for side, centre in zip((-1, 1), stage.camera.pose(shape.eyes), strict=True):
        draw_eye(layers, Opening(*face.eye(side), centre, side), look)
    rest, width = mouth_at_rest(stage.person)
    draw_mouth(layers, Lips(*face.lips(), rest, width, shape.jaw), stage)


def _expose(layers: Layers, shot: Scene) -> np.ndarray:
    """Develop the picture in front of its backdrop, with the camera's noise."""
    draw = np.random.default_rng([shot.seed, 6])
    grain = draw.standard_normal((layers.size, layers.size), dtype=np.float32)
    grain *= np.float32(255.0 * shot.noise)
    return develop(layers.colour, layers.cover, backdrop(shot, layers.size), grain)
