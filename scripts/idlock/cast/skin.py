"""The colour of skin: melanin and blood in a pale base, with all that is uneven about them."""

from dataclasses import dataclass
from functools import lru_cache

import numpy as np

from idlock.cast.chart import MOUTH_ROW_Y
from idlock.cast.compiled import compiled
from idlock.cast.fields import crest, hill, hills, step
from idlock.cast.ground import Ground, ground
from idlock.cast.hair.colours import hair_colour
from idlock.cast.hair.hairline import hairline
from idlock.cast.hair.styles import STYLES
from idlock.cast.head import lip_edges
from idlock.cast.noise import look, tile
from idlock.cast.people import Person

# What one unit of each pigment takes from red, green and blue (as exponents),
# and what is left without any; fitted by eye to skin under daylight.
PALE = np.array([0.86, 0.72, 0.635], np.float32)
MELANIN = np.array([0.78, 1.0, 1.19], np.float32)
BLOOD = np.array([0.10, 0.66, 0.54], np.float32)
YELLOW = np.array([0.02, 0.06, 0.50], np.float32)


@dataclass(frozen=True, eq=False)
class Canon:
    """Masks of the mean face for one size, (Rf, Cf) float32 in 0..1 each."""

    lips: np.ndarray
    rosy: np.ndarray
    circles: np.ndarray
    nostrils: np.ndarray
    oily: np.ndarray
    creases: np.ndarray
    corners: np.ndarray


@lru_cache(maxsize=4)
def canon(size: int) -> Canon:
    """Return the masks; made once a size."""
    g = ground(size)
    x, y, far = g.x, g.y, np.abs(g.x)
    upper, lower = lip_edges(x)
    height = y - MOUTH_ROW_Y
    soft = max(0.8, 1.1 * g.texel)
    inside = np.where(height >= 0, upper - height, lower + height)
    lips = step(inside, -soft, soft) * step(far, 26.5, 24.0)
    rosy = (
        hills(x, y, (40, -28), (17, 13), 20)
        + 0.75 * hill(x, y, (0, -40), (13, 11))
        + 0.3 * hill(x, y, (0, -101), (13, 8))
    )
    circles = crest(far, y, [(17, -5), (24, -10.5), (33, -12.0), (42, -8)], 4.2) + 0.45 * hills(
        x, y, (30, 6), (15, 5)
    )
    nostrils = hills(x, y, (6.3, -48.2), (2.9, 1.25), 14)
    oily = (
        0.55 * hill(x, y, (0, 40), (32, 22))
        + 0.9 * hill(x, y, (0, -28), (8, 20))
        + 0.35 * hill(x, y, (0, -101), (14, 9))
    )
    oily = oily + 0.45 * hills(x, y, (40, -22), (14, 10))
    creases = 0.8 * crest(far, y, [(16.8, -39), (18.8, -44), (17.5, -48.5)], 1.0) + 0.5 * hills(
        x, y, (15.0, -0.5), (2.0, 1.5)
    )
    corners = hills(x, y, (26.0, -70.5), (2.6, 2.2))
    arrays = (
        lips,
        np.minimum(rosy, 1),
        np.minimum(circles, 1),
        nostrils,
        np.minimum(oily, 1),
        creases,
        corners,
    )
    return Canon(*(a.astype(np.float32) for a in arrays))


@dataclass(frozen=True, eq=False)
class SkinMaps:
    """A person's skin at rest for one picture size.

    Attributes:
        albedo: (Rf, Cf, 3) float32 linear RGB.
        relief: (Rf, Cf) float32, height of pores and lip lines, mm.
        shine: (Rf, Cf) float32, strength of the highlight.
    """

    albedo: np.ndarray
    relief: np.ndarray
    shine: np.ndarray


def colour(melanin: np.ndarray, blood: np.ndarray, yellow: np.ndarray | float) -> np.ndarray:
    """Linear RGB (..., 3) float32 of skin with so much of each pigment (..., )."""
    result = np.empty((*np.shape(melanin), 3), np.float32)
    for k in range(3):
        result[..., k] = PALE[k] * np.exp(
            -(MELANIN[k] * melanin + BLOOD[k] * blood + YELLOW[k] * yellow)
        )
    return result


def mixed(under: np.ndarray, over: np.ndarray, share: np.ndarray) -> np.ndarray:
    """Lay a colour over another.

    Args:
        under: (R, C, 3) linear RGB.
        over: (R, C, 3), or (3,) where it is the same everywhere.
        share: (R, C) how much of it shows, 0..1.

    Returns:
        (R, C, 3) float32.
    """
    parts = (under, np.broadcast_to(over, under.shape), share)
    return _mixed(*(np.ascontiguousarray(part, np.float32) for part in parts))


@compiled
def _mixed(under, over, share):
    result = np.empty(under.shape, np.float32)
    for i in range(under.shape[0]):
        for j in range(under.shape[1]):
            for k in range(3):
                result[i, j, k] = under[i, j, k] + (over[i, j, k] - under[i, j, k]) * share[i, j]
    return result


def spots(g: Ground, places: np.ndarray, radii: np.ndarray, depth: np.ndarray) -> np.ndarray:
    """Paint soft round spots onto a texture.

    Args:
        g: the textures' geography.
        places: (n, 2) mm on the face.
        radii: (n,) mm.
        depth: (n,) 0..1 darkness of each.

    Returns:
        (Rf, Cf) float32, the darkest spot at each texel.
    """
    canvas = np.zeros(g.shape, np.float32)
    at = g.texels(places[:, 0], places[:, 1])
    reach = np.maximum(radii / g.texel, 0.45)
    x, y = (axis / np.float32(g.texel) for axis in (g.x, g.y))
    _stamp(canvas, x, y, at, reach, np.ascontiguousarray(depth))
    return canvas


@compiled
def _stamp(canvas, x, y, at, reach, depth):
    """Darken a texture round places (n, 2) of column and row, in place; lengths in texels."""
    last_row, last_column = canvas.shape[0] - 1, canvas.shape[1] - 1
    for spot in range(len(at)):
        column, row = at[spot]
        c, r, n = int(column), int(row), int(np.ceil(2.5 * reach[spot]))
        if c < 0 or r < 0 or c > last_column or r > last_row:
            continue
        below, after = min(r + 1, last_row), min(c + 1, last_column)
        middle_x = x[r, c] + (x[r, after] - x[r, c]) * (column - c)
        middle_y = y[r, c] + (y[below, c] - y[r, c]) * (row - r)
        for i in range(max(r - n, 0), min(r + n + 2, last_row + 1)):
            for j in range(max(c - n, 0), min(c + n + 2, last_column + 1)):
                away = (x[i, j] - middle_x) ** 2 + (y[i, j] - middle_y) ** 2
                dark = depth[spot] * np.exp(-0.5 * (away / reach[spot] ** 2) ** 1.4)
                canvas[i, j] = max(canvas[i, j], dark)


def _freckles(person: Person, g: Ground) -> np.ndarray:
    draw = np.random.default_rng([person.seed, 11])
    count = int(260 * person.skin.freckles)
    across = draw.normal(0.0, 30.0, count)
    places = np.stack(
        [across, draw.normal(-24.0, 17.0, count) + 6 * np.exp(-((across / 12) ** 2))], axis=-1
    )
    keep = (
        (np.abs(places[:, 0]) < 62)
        & (places[:, 1] > -62)
        & (np.hypot(np.abs(places[:, 0]) - 31, places[:, 1]) > 13)
    )
    places = places[keep]
    radii = draw.uniform(0.35, 1.0, count)[keep]
    return spots(g, places, radii, draw.uniform(0.2, 0.75, count)[keep])


def _scalp(person: Person, g: Ground, cloud: np.ndarray) -> np.ndarray:
    """How far the roots of the hair darken the scalp, (Rf, Cf) 0..1."""
    style = STYLES[person.hair.style]
    if style is None:
        return 0.10 * person.beard.shadow * step(g.y - hairline(person, g.angle), 0.0, 9.0)
    if style.bald:
        return 0.5 * step(g.y - hairline(person, g.angle), 0.0, 8.0) * step(g.y, 50.0, 30.0)
    over = g.y - hairline(person, g.angle) + 1.5 * cloud
    return (0.80 if style.back else 0.92) * step(over, -1.5, 9.0 if style.back else 12.0)


@lru_cache(maxsize=2)
def skin_maps(person: Person, size: int) -> SkinMaps:
    """Paint a person's skin."""
    g, mask, skin = ground(size), canon(size), person.skin
    offset = np.random.default_rng([person.seed, 7]).uniform(0, 1, 8).astype(np.float32)
    u, v = g.u / np.float32(190.0), g.v / np.float32(190.0)
    cloud = look(tile((8, 16, 32, 64)), u + offset[0], v + offset[1])
    patch = look(tile((8, 16, 32, 64)), u + offset[2], v + offset[3])
    fine_grain = look(tile((128, 256), 0.9), 1.7 * u + offset[4], 1.7 * v + offset[5])
    even = np.float32(0.35 + skin.blotches)
    melanin = skin.melanin * (1.0 + 0.055 * even * cloud + 0.02 * fine_grain)
    melanin = (
        melanin * (1.0 + 0.10 * mask.circles * skin.circles) + 0.10 * skin.circles * mask.circles
    )
    melanin = melanin + 0.16 * np.sqrt(skin.melanin) * (1.0 - step(g.v, -60, 20)) * 0.25
    blood = (
        skin.blood * (1.0 + 0.16 * even * patch)
        + 0.30 * skin.blush * mask.rosy
        + 0.09 * skin.circles * mask.circles
    )
    blood = blood + 0.20 * mask.creases + 0.05 * fine_grain * skin.pores * 0.5
    lips = mask.lips
    upper = lips * step(g.y, -70.5, -69.0)
    full = lips * hill(g.x, g.y, (0, -75.5), (13, 3.0))
    blood = blood + lips * (0.30 + 0.62 * skin.lips + 0.9 * skin.rouge) + 0.22 * upper - 0.16 * full
    melanin = melanin + 0.07 * upper + 0.10 * mask.corners
    blood = blood + 0.25 * mask.corners
    melanin = melanin + lips * (0.06 + 0.16 * skin.melanin) - lips * 0.08 * skin.rouge
    if skin.freckles > 0:
        melanin = melanin + (0.25 + 0.25 * skin.melanin) * _freckles(person, g)
    if skin.moles:
        spot = np.array([(m.x, m.y, m.radius, m.darkness) for m in skin.moles])
        melanin = melanin + (1.3 + 0.5 * skin.melanin) * spots(
            g, spot[:, :2], spot[:, 2], spot[:, 3]
        )
    melanin = melanin + 1.6 * mask.nostrils
    blood = blood + 0.9 * mask.nostrils
    albedo = colour(melanin, np.maximum(blood, 0.0), skin.yellow * (1.0 - 0.6 * lips))
    albedo = mixed(albedo, hair_colour(person, fine_grain), _scalp(person, g, cloud))
    pores = 0.030 * skin.pores * fine_grain * (0.5 + 0.8 * mask.oily + 0.4 * mask.rosy) * (1 - lips)
    lines = np.sin(g.x * 2.6 + 2.0 * patch + 0.8 * cloud) * lips * 0.10
    shine = skin.shine * (0.35 + 0.75 * mask.oily) * (1 - lips) + lips * (0.75 + 0.6 * skin.rouge)
    shine = shine * (1.0 + 0.18 * fine_grain)
    return SkinMaps(
        albedo, (pores + lines).astype(np.float32), np.maximum(shine, 0).astype(np.float32)
    )
