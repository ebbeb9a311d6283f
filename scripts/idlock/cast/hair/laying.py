"""The shape of hair: sheets of strands from parting or crown over the skull and down."""

from dataclasses import dataclass
from functools import lru_cache

import cv2
import numpy as np

from idlock.cast.fields import step
from idlock.cast.hair.hairline import CENTRE, between, directions, hairline, rise_at, skull_reach
from idlock.cast.hair.styles import STYLES, Style
from idlock.cast.noise import look, tile
from idlock.cast.people import Person

FAR = 99.0
_CROWN = directions(np.radians(180.0), np.radians(66.0))


@dataclass(frozen=True, eq=False)
class Sheet:
    """A sheet of strands before it is posed; rows run from root to tip. Arrays are (R, C) float32.

    Attributes:
        points: (R, C, 3) mm.
        strand: place across the strands, mm.
        along: place along the strand, mm from the root.
        ends: mm left to the tip.
        roots: mm from the line of the roots, `FAR` where they are hidden.
        border: mm from the sheet's free border, `FAR` inside.
        open: share of the surroundings seen, 0..1.
        texture: as in `Style`.
        ragged: as in `Style`.
        root_line: roots under this many mm are bare, those 5 mm over it covered.
    """

    points: np.ndarray
    strand: np.ndarray
    along: np.ndarray
    ends: np.ndarray
    roots: np.ndarray
    border: np.ndarray
    open: np.ndarray
    texture: str
    ragged: float
    root_line: float = -0.5


@lru_cache(maxsize=16)
def sheets(person: Person) -> tuple[Sheet, ...]:
    """Lay a person's hair over the head; nothing for a bald one."""
    style = STYLES[person.hair.style]
    if style is None:
        return ()
    laid = [_laid(person, style, side) for side in ((-1, 1) if style.parted else (0,))]
    if style.falls:
        laid.append(_curtain(person, style))
    if style.knot:
        laid.append(_knot(person, style))
    return tuple(laid)


def _bounds(person: Person, style: Style, side: int, t: np.ndarray) -> tuple[np.ndarray, ...]:
    """Return root and end directions (C, 3) of the strands and the ends' angles in degrees (C,)."""
    if side == 0:
        angle = 168.0 * np.sign(2 * t - 1) * np.abs(2 * t - 1) ** 1.15
        roots = np.broadcast_to(_CROWN, (len(t), 3))
    else:
        front = np.array([24.0 * person.hair.parting])
        rise = rise_at(person, np.radians(front), hairline(person, front) + 1.0)
        start = np.broadcast_to(directions(np.radians(front), rise)[0], (len(t), 3))
        roots = between(start, np.broadcast_to(_CROWN, start.shape), t**0.8)
        first = style.opening if style.falls else 30.0
        angle = side * (first + (168.0 - first) * t**1.1)
    height = hairline(person, angle) - style.fringe * step(np.abs(angle), 58.0, 36.0)
    if style.falls:
        hang = step(np.abs(angle), style.opening - 6.0, style.opening + 4.0)
        height = height * (1 - hang) + 22.0 * hang
    return roots, directions(np.radians(angle), rise_at(person, np.radians(angle), height)), angle


def _thickness(person: Person, style: Style, side: int, t, share, way, angle) -> np.ndarray:
    """Thickness (R, C) of the hair over the skin, mm."""
    low = step(way[..., 1], 0.75, -0.05)
    thick = style.top * (1 - low) + style.side * low
    front = step(np.abs(angle), 62.0, 34.0) if side == 0 else step(t, 0.16, 0.0)
    near_end = step(share, 0.55, 1.0)
    thick = thick + (style.edge - thick) * front * near_end
    if side:
        # Towards the parting, and where it frames the face, hair lies closer.
        thick = thick * (0.16 + 0.84 * step(share, 0.0, 0.16)) * (0.55 + 0.45 * step(t, 0.0, 0.12))
    if style.back:
        # Roots at the hairline: the hair rises out of the skin there.
        thick = thick * (1.0 - 0.97 * share**6)
    elif not style.falls:
        # At the sides short hair lies down on the skin.
        thick = thick * (1.0 - 0.94 * share**4 * (1 - front))
    if style.bald:
        thick = thick * step(_under_ring(CENTRE + 90.0 * way), 0.0, 30.0)
    return thick * person.hair.volume


def _under_ring(points: np.ndarray) -> np.ndarray:
    """How far (...) points (..., 3) lie under the upper edge of a ring of hair, mm."""
    angle = np.degrees(np.arctan2(np.abs(points[..., 0]), points[..., 2] - CENTRE[2]))
    return np.interp(angle, [50.0, 66.0, 90.0, 180.0], [-6.0, 30.0, 56.0, 74.0]) - points[..., 1]


def _laid(person: Person, style: Style, side: int) -> Sheet:
    """Lay one sheet: over the whole head from the crown (0) or to one side of the parting."""
    columns, rows = (97, 30) if side == 0 else (65, 30)
    t, share = np.linspace(0.0, 1.0, columns), np.linspace(0.0, 1.0, rows)[:, None]
    roots, ends, angle = _bounds(person, style, side, t)
    way = between(roots[None], ends[None], np.broadcast_to(share, (rows, columns)))
    reach = skull_reach(person, way) + _thickness(person, style, side, t, share, way, angle)
    points, free = CENTRE + reach[..., None] * way, np.zeros((rows, columns))
    if style.falls:
        points, free = _hang(points, angle, person, style)
    return _measured(points, free, angle, person, style, side)


def _hang(
    points: np.ndarray, angle: np.ndarray, person: Person, style: Style
) -> tuple[np.ndarray, np.ndarray]:
    """Let strands hang from where they leave the head.

    Returns:
        The longer sheet and how freely each place hangs, 0..1.
    """
    turn, count = np.abs(angle), 40
    length = style.falls * person.hair.length * step(turn, style.opening - 5.0, style.opening + 2.0)
    down = np.linspace(0.0, 1.0, count + 1)[1:, None]
    last, fall = points[-1], down * length
    y = last[:, 1] - fall
    drape = step(-y, 118.0, 185.0) * (turn < 88)
    side = np.sign(last[:, 0])
    inward = 6.0 * np.sin(np.pi * np.clip(fall / 150.0, 0, 1)) * step(turn, 75, 50)
    swell = 13.0 * np.sin(np.pi * np.clip(fall / 260.0, 0, 1)) * step(turn, 50, 85)
    x = last[:, 0] + side * (swell * person.hair.volume - inward + 12.0 * drape)
    back = 24.0 * np.clip(fall / 120.0, 0, 1) ** 0.7 * np.exp(-(((turn - 46) / 24) ** 2))
    z = last[:, 2] - back + 36.0 * drape
    whole = np.concatenate([points, np.stack([x, y, z], axis=-1)])
    free = np.concatenate([np.zeros(points.shape[:2]), np.broadcast_to(down, (count, len(angle)))])
    # Round off the bend between lying and hanging.
    smooth = cv2.GaussianBlur(whole, (1, 15), 0, sigmaY=3.0, borderType=cv2.BORDER_REFLECT)
    place = np.arange(len(whole))
    ease = np.clip(np.minimum(place, place[::-1]) / 6.0, 0, 1)[:, None, None]
    return whole + (smooth - whole) * ease, free


def _measured(points, free, angle, person: Person, style: Style, side: int) -> Sheet:
    """Give a sheet its waves and mark its ends and borders."""
    along, strand = _lengths(points)
    points = points + _waves(points, along, strand, free, person, style, side)
    total = np.broadcast_to(along[-1], along.shape)
    ends = np.full(along.shape, FAR) if style.back else total - along
    if not style.falls:
        # Only in front does short hair end freely.
        ends = ends + 18.0 * step(np.abs(angle), 16.0, 32.0)
    roots = total - along if style.back else np.full(along.shape, FAR)
    border = np.full(along.shape, FAR)
    if side:
        roots, border = along, np.broadcast_to(strand[0], along.shape)
    if style.bald:
        border = 0.5 * _under_ring(points)
    # Hanging hair is darker next to the neck and towards the inside.
    seen = 1.0 - 0.45 * free * step(border, 14.0, 0.0) if side else np.ones(along.shape)
    order = slice(None, None, -1 if side < 0 else 1)
    arrays = (points, strand, along, ends, roots, border, seen)
    return Sheet(
        *(np.ascontiguousarray(a[:, order], np.float32) for a in arrays),
        style.texture,
        style.ragged,
        -3.6 if side else -0.5,
    )


def _lengths(points: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Way along (R, C) and across (R, C) the strands, mm."""
    steps = np.linalg.norm(np.diff(points, axis=0), axis=-1)
    along = np.concatenate([np.zeros((1, points.shape[1])), np.cumsum(steps, axis=0)])
    girth = np.linalg.norm(np.diff(points, axis=1), axis=-1).max(axis=0)
    across = np.concatenate([[0.0], np.cumsum(girth)])
    return along, np.broadcast_to(across, along.shape)


def _waves(points, along, strand, free, person: Person, style: Style, side: int) -> np.ndarray:
    """Displacement (R, C, 3) mm that makes hair wavy, curly or simply not ironed."""
    seeds = np.random.default_rng([person.seed, 43, side + 1]).uniform(0, 1, 6)
    drift = tile((4, 8, 16))
    cloud = look(drift, strand / 160.0 + seeds[0], along / 300.0 + seeds[1])
    second = look(drift, strand / 160.0 + seeds[2], along / 300.0 + seeds[3])
    still, loose, period = {
        "strands": (1.2, 3.0, 34.0),
        "waves": (2.0, 6.5, 17.0),
        "curls": (5.0, 6.0, 9.0),
        "coils": (2.0, 0.0, 12.0),
    }[style.texture]
    depth = (still + loose * free) * (0.5 + person.hair.wave) * step(along, 20.0, 95.0)
    if side:
        # The border that frames the face stays in place, lest it fold over itself.
        depth = depth * (0.25 + 0.75 * step(strand, 0.0, 28.0))
    phase = along / period + 2.2 * cloud + 6 * seeds[4]
    out = points - CENTRE * [1, 0, 1]
    out[..., 1] = 0.25 * (points[..., 1] - CENTRE[1])
    across = np.gradient(points, axis=1)
    out, across = (v / (np.linalg.norm(v, axis=-1, keepdims=True) + 1e-6) for v in (out, across))
    sway = depth * (0.42 * np.sin(phase) + 0.28 * second)
    swell = depth * 0.45 * (np.cos(phase) + cloud)
    return sway[..., None] * across + swell[..., None] * out


def _curtain(person: Person, style: Style) -> Sheet:
    """The hair behind the neck, seen from its shaded inner side."""
    across, down = np.linspace(-1.0, 1.0, 41), np.linspace(0.0, 1.0, 30)[:, None]
    top = 62.0
    length = style.falls * person.hair.length + top
    breadth = (
        (72.0 + 0.8 * style.side) * person.hair.volume**0.5 * (1 + 0.03 * person.shape.head_width)
    )
    y = top - length * down + 0.0 * across
    x = breadth * across * (1.0 + 0.08 * step(-y, 0.0, 90.0) - 0.05 * step(y, 10.0, top))
    z = -52.0 - 20.0 * np.cos(0.5 * np.pi * across) + 0.0 * down
    points = np.stack([x, y, z], axis=-1)
    along, strand = _lengths(points)
    points = points + _waves(points, along, strand, np.ones_like(along), person, style, 0)
    edge = np.broadcast_to((1.0 - np.abs(across)) * breadth, along.shape)
    far = np.full(along.shape, FAR)
    arrays = (points, strand, along, along[-1] - along, far, edge, np.full(along.shape, 0.30))
    return Sheet(
        *(np.ascontiguousarray(a, np.float32) for a in arrays), style.texture, style.ragged
    )


def _knot(person: Person, style: Style) -> Sheet:
    """A bun on the crown, strands wound round it."""
    turn, rise = np.linspace(-np.pi, np.pi, 61), np.linspace(0.0, np.pi, 31)[:, None]
    size = style.knot * person.hair.volume
    twist = turn + 0.9 * np.cos(rise)
    towards = np.stack(
        [np.sin(rise) * np.sin(twist), np.cos(rise) + 0 * twist, np.sin(rise) * np.cos(twist)],
        axis=-1,
    )
    top = CENTRE + directions(np.radians(180.0), np.radians(74.0)) * (
        skull_reach(person, _CROWN[None, None])[0, 0] + 0.55 * size
    )
    points = top + size * towards * [1.12, 0.92, 1.0]
    along, strand = _lengths(points)
    points = points + _waves(points, along + 40, strand, 0.6 + 0 * along, person, style, 0)
    far, ones = np.full(along.shape, FAR), np.ones_like(along)
    arrays = (points, strand, along + 40, far, far, far, ones)
    return Sheet(
        *(np.ascontiguousarray(a, np.float32) for a in arrays), style.texture, style.ragged
    )
