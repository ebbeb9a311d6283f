"""Drawing people: any run of consecutive seeds is balanced over skin tone, age and sex."""

from dataclasses import fields
from functools import lru_cache

import numpy as np

from idlock.cast import leanings
from idlock.cast.people import Beard, Brows, Clothes, Ears, Eyes, Hair, Mole, Person, Skin
from idlock.cast.shape import Shape

# Steps of a sequence that fills three dimensions evenly: powers of the inverse
# of the root of x^4 = x + 1.
_STEPS = np.array([0.8191725133961645, 0.6710436067037893, 0.5497004779019703])


@lru_cache(maxsize=256)
def person(seed: int) -> Person:
    """Draw a person; the same seed gives the same person on every machine.

    Args:
        seed: whole number from 0 on. Consecutive seeds go evenly through skin
            tones, ages and sexes.

    Raises:
        ValueError: the seed is not a whole number from 0 on.
    """
    if isinstance(seed, bool) or not isinstance(seed, int | np.integer) or seed < 0:
        raise ValueError(f"a person's seed is a whole number from 0 on, not {seed!r}")
    tone, years, sex = (0.5 + (int(seed) + 1) * _STEPS) % 1.0
    draw = np.random.default_rng([int(seed), 1])
    melanin = float(np.interp(tone, np.linspace(0, 1, len(leanings.MELANIN)), leanings.MELANIN))
    age = round(18.0 + 60.0 * float(years) ** 1.15, 2)
    masculine = _within(draw.normal(0.86 if sex < 0.5 else 0.12, 0.10), 0, 1)
    leaning = _leaning(draw, melanin)
    old = float(np.clip((age - 40) / 30, 0, 1.3))
    skin = _skin(draw, melanin, leaning, masculine, age)
    return Person(
        seed=int(seed),
        age=age,
        masculine=masculine,
        build=_within(draw.normal(), -2, 2),
        shape=_shape(draw, leaning, masculine, old),
        eyes=_eyes(draw, leaning, masculine, age, skin.rouge > 0),
        brows=_brows(draw, masculine, old),
        skin=skin,
        hair=_hair(draw, leaning, masculine, age),
        beard=_beard(draw, masculine, leaning),
        ears=_ears(draw, masculine, old),
        clothes=_clothes(draw, masculine, age),
    )


def _within(value: float, low: float, high: float) -> float:
    """Clip and round, so that a printed person can be typed in again."""
    return round(float(min(max(value, low), high)), 4)


def _pick(draw: np.random.Generator, chances: leanings.Chances) -> str:
    share = np.array(list(chances.values()), dtype=np.float64)
    return list(chances)[int(draw.choice(len(share), p=share / share.sum()))]


def _colour(values) -> tuple[float, float, float]:
    return tuple(round(float(value), 5) for value in values)


def _leaning(draw: np.random.Generator, melanin: float) -> str:
    """Which leanings prevail at this skin tone."""
    at = [0.08, 0.3, 0.6, 1.0, 1.5, 2.4]
    chances = {
        "fair": np.interp(melanin, at, [1.0, 0.7, 0.1, 0.0, 0.0, 0.0]),
        "golden": np.interp(melanin, at, [0.05, 0.35, 0.4, 0.25, 0.0, 0.0]),
        "olive": np.interp(melanin, at, [0.0, 0.3, 0.6, 0.7, 0.35, 0.05]),
        "deep": np.interp(melanin, at, [0.0, 0.0, 0.0, 0.25, 0.75, 1.0]),
    }
    return _pick(draw, chances)


def _shape(draw: np.random.Generator, leaning: str, masculine: float, old: float) -> Shape:
    strength = draw.uniform(0.5, 1.25)
    values = {}
    for field in fields(Shape):
        name = field.name
        value = draw.normal() + leanings.RESTING.get(name, 0.0)
        value += strength * leanings.LEANINGS[leaning].get(name, 0.0)
        value += (2.0 * masculine - 1.0) * leanings.MASCULINE.get(name, 0.0)
        value += old * leanings.OLD.get(name, 0.0)
        limit = 1.9 if name.startswith("crooked") else 2.6
        values[name] = _within(value, -limit, limit)
    return Shape(**values)


def _moles(draw: np.random.Generator, age: float) -> tuple[Mole, ...]:
    moles = []
    for _ in range(int(draw.poisson(2.2 + 0.03 * age))):
        x, y = draw.uniform(-58, 58), draw.uniform(-100, 52)
        clear = np.hypot(abs(x) - 31, y) > 14 and abs(y + 70) > 12
        if clear:
            radius = _within(draw.gamma(2.2, 0.32), 0.35, 1.9)
            moles.append(Mole(round(x, 2), round(y, 2), radius, round(draw.uniform(0.35, 1.0), 2)))
    return tuple(moles)


def _skin(
    draw: np.random.Generator, melanin: float, leaning: str, masculine: float, age: float
) -> Skin:
    old = float(np.clip((age - 35) / 40, 0, 1))
    made_up = masculine < 0.4 and draw.uniform() < 0.45
    freckled = draw.uniform() < leanings.FRECKLES_BY_LEANING[leaning]
    warm = 0.16 if leaning in ("golden", "olive") else 0.06
    return Skin(
        melanin=round(melanin, 4),
        blood=_within(draw.uniform(0.20, 0.46), 0.15, 0.6),
        yellow=_within(draw.normal(warm, 0.09), -0.12, 0.42),
        blush=_within(draw.beta(2, 2.5), 0, 1),
        blotches=_within(draw.beta(2, 3) + 0.35 * old, 0, 1),
        freckles=_within(draw.uniform(0.2, 1.0) if freckled else 0.15 * old, 0, 1),
        pores=_within(draw.uniform(0.45, 1.0) + 0.3 * old, 0.3, 1.4),
        shine=_within(draw.uniform(0.6, 1.35), 0.4, 1.6),
        lips=_within(draw.normal(0.75 - 0.25 * old, 0.22), 0.25, 1.3),
        rouge=_within(draw.uniform(0.3, 1.0), 0, 1) if made_up else 0.0,
        circles=_within(draw.beta(2, 3) + 0.3 * old, 0, 1),
        moles=_moles(draw, age),
    )


def _eyes(
    draw: np.random.Generator, leaning: str, masculine: float, age: float, made_up: bool
) -> Eyes:
    iris = np.array(leanings.IRISES[_pick(draw, leanings.IRIS_BY_LEANING[leaning])])
    golden = leaning == "golden"
    fold = (draw.beta(4, 2) if golden else draw.beta(1.6, 4)) + (age - 50) * 0.006
    return Eyes(
        opening=_within(
            draw.normal(1.0 - 0.08 * masculine - (age - 40) * 0.0015, 0.08), 0.75, 1.22
        ),
        fold=_within(fold, 0, 1),
        corner=_within(draw.beta(3, 2) if golden else draw.beta(1, 8), 0, 1),
        iris=_colour(iris * draw.uniform(0.75, 1.3)),
        ring=_within(draw.uniform(0.35, 0.95), 0, 1),
        pupil=_within(draw.normal(4.0 - (age - 40) * 0.015, 0.4), 2.6, 5.0),
        lashes=_within(draw.normal(1.0, 0.2) * (1.15 if made_up else 1.0), 0.5, 1.6),
        liner=_within(draw.uniform(0.3, 0.9), 0, 1) if made_up else 0.0,
    )


def _brows(draw: np.random.Generator, masculine: float, old: float) -> Brows:
    return Brows(
        thickness=_within(draw.normal(6.2 + 2.6 * masculine, 1.2), 3.8, 12),
        density=_within(draw.normal(0.74 + 0.1 * masculine - 0.1 * old, 0.14), 0.3, 1),
        arch=_within(draw.normal(3.0 - 1.5 * masculine, 1.0), 0, 5.5),
        tilt=_within(draw.normal(1.0, 1.1), -1.8, 4),
        length=_within(draw.normal(1.0, 0.06), 0.85, 1.15),
        gap=_within(draw.normal(11.5 - 1.2 * masculine, 1.5), 6.5, 15),
        pale=_within(draw.uniform(0, 0.5), 0, 1),
    )


def _hair(draw: np.random.Generator, leaning: str, masculine: float, age: float) -> Hair:
    curled = leaning == "deep" and draw.uniform() < 0.88
    he = masculine > 0.5
    kind = "he" if he else "she", "curled" if curled else "straight"
    style = _pick(draw, leanings.STYLES_BY_KIND[kind])
    losing = he and draw.uniform() < np.clip((age - 25) / 70, 0, 0.7)
    if losing and age > 42 and draw.uniform() < 0.45:
        style = "ring" if draw.uniform() < 0.6 else "none"
    colour = np.array(leanings.HAIR_COLOURS[_pick(draw, leanings.HAIR_BY_LEANING[leaning])])
    dyed = not he and draw.uniform() < 0.4
    grey = 0.0 if dyed else _within((age - draw.normal(50, 9)) / 26, 0, 1)
    return Hair(
        style=style,
        colour=_colour(colour * draw.uniform(0.75, 1.3)),
        grey=grey,
        hairline=_within(draw.normal(66.5 + 2.5 * masculine, 3.6) + 8 * losing, 57, 84),
        temples=_within(draw.normal(2 + 4 * masculine, 2.5) + 14 * losing, 0, 26),
        volume=_within(draw.normal(1.0 - 0.12 * grey, 0.14), 0.7, 1.35),
        length=_within(draw.uniform(0.72, 1.25), 0.7, 1.3),
        parting=_within(draw.choice([-1, 1]) * draw.uniform(0.0, 1.0), -1, 1),
        wave=_within(draw.beta(2, 2), 0, 1),
    )


def _beard(draw: np.random.Generator, masculine: float, leaning: str) -> Beard:
    if masculine < 0.5:
        return Beard()
    growth = leanings.BEARD_BY_LEANING[leaning]
    kind = _pick(draw, leanings.BEARDS | {"full": leanings.BEARDS["full"] * growth})
    shadow = _within(draw.uniform(0.1, 0.75) * growth, 0, 1)
    full = _within(draw.uniform(0.75, 1.0), 0, 1)
    # Density on chin, jaw and lip, and length in mm.
    grown = {
        "shaved": (0.0, 0.0, 0.0, 0.0),
        "stubble": (0.55, 0.45, 0.5, 1.0),
        "full": (full, full, full, draw.uniform(3, 14)),
        "goatee": (full, 0.0, full, draw.uniform(2, 7)),
        "moustache": (0.0, 0.0, full, draw.uniform(2, 4)),
    }
    chin, jaw, lip, length = grown[kind]
    return Beard(shadow, chin, jaw, lip, _within(length, 0, 22))


def _ears(draw: np.random.Generator, masculine: float, old: float) -> Ears:
    return Ears(
        size=_within(draw.normal(0.98 + 0.06 * masculine + 0.05 * old, 0.06), 0.85, 1.22),
        flare=_within(draw.normal(24, 7), 12, 45),
        lobe=_within(draw.normal(1.0 + 0.15 * old, 0.2), 0.6, 1.5),
    )


def _clothes(draw: np.random.Generator, masculine: float, age: float) -> Clothes:
    hue, depth, value = draw.uniform(0, 1), draw.beta(1.6, 2.2), draw.beta(1.3, 2.6)
    wheel = 0.5 + 0.5 * np.cos(2 * np.pi * (hue + np.array([0.0, 1 / 3, 2 / 3])))
    colour = (0.02 + 0.60 * value) * (1 - depth + depth * wheel)
    plain = draw.uniform() < 0.3
    accent = (
        np.full(3, draw.choice([0.02, 0.55])) if plain else colour * draw.choice([0.45, 0.8, 1.5])
    )
    worn = draw.uniform() < np.interp(age, [20, 45, 60], [0.10, 0.16, 0.30])
    frame = draw.uniform(0.004, 0.03) * np.array([1.0, *draw.uniform(0.4, 1.0, 2)])
    return Clothes(
        neckline=_pick(draw, leanings.NECKLINES["he" if masculine > 0.5 else "she"]),
        colour=_colour(colour),
        accent=_colour(np.clip(accent, 0, 0.8)),
        glasses=str(draw.choice(["round", "square", "thin"])) if worn else "none",
        frame=_colour(frame),
    )
