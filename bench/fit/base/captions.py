"""What is said about a training picture: words for what is true of it, some of them left out."""

from string import ascii_lowercase

import numpy as np
from pictures import Shot

from idlock import cast
from idlock.expression import presets

TOKEN = "sks"  # means nothing in training: a person's LoRA gives it a meaning
GREY = "grey background"
_STYLES = {
    "none": "bald",
    "ring": "bald",
    "buzz": "cropped",
    "crop": "short",
    "short": "short",
    "swept": "short",
    "fringe": "short",
    "coils": "curly",
    "curly": "curly",
    "afro": "curly",
    "mane": "curly",
    "bun": "tied",
    "tied": "tied",
}
_PLACES = {"studio": "studio background", "room": "indoors", "garden": "garden"}
# slider -> (from, words) upwards and downwards
_SIGNS = {
    "aaa": ((30.0, "mouth open"), (-12.0, "lips pressed")),
    "smile": ((0.4, "smiling"), (-0.15, "mouth down")),
    "blink": ((3.0, "eyes wide"), (-9.0, "eyes closed")),
    "eyebrow": ((7.0, "brows raised"), (-5.0, "brows lowered")),
    "woo": ((8.0, "lips rounded"), (-9.0, "lips tight")),
    "eee": ((8.0, "teeth"), (-6.0, "lips narrow")),
    "wink": ((15.0, "one eye closed"), (-1.0, "")),
}


def caption(shot: Shot, draw: np.random.Generator, *, grey: bool) -> str:
    """Say what is true of a picture; each part but the first is left out now and then.

    The expression takes least room in a picture: it is left out least, and every
    other time nothing else is said, so that no other word is what explains the picture.

    Args:
        shot: the picture.
        draw: decides what is left out.
        grey: the background was removed.
    """
    who = cast.person(shot.person)
    expression = [shot.preset.replace("-", " "), *_seen(shot.sliders)]
    place = GREY if grey else _PLACES[shot.scene.backdrop]
    parts = [_hair(who), [_skin(who)], _extras(who), _light(shot.scene), [place]]
    said = [word for word in expression if word and draw.random() < 0.9]
    whole = draw.random() < 0.5
    said += [word for part in parts for word in part if whole and word and draw.random() < 0.7]
    return ", ".join([f"photo of a {_kind(who, draw)}", *said])


def babble(draw: np.random.Generator) -> str:
    """Words that mean nothing: seen now and then, they teach that unknown words change nothing."""
    lengths = draw.integers(3, 9, size=draw.integers(1, 4))
    return " ".join("".join(draw.choice(list(ascii_lowercase), size=length)) for length in lengths)


def vocabulary() -> list[str]:
    """Return every word that a caption can hold, and the token."""
    phrases = [TOKEN, "photo of a person man woman young old portrait face studio"]
    phrases += [*presets.load(), *_STYLES.values(), *_PLACES.values(), GREY, "hair skin beard"]
    phrases += [words for sides in _SIGNS.values() for _, words in sides]
    phrases += ["black brown blond red grey light tan dark moustache stubble glasses no"]
    phrases += ["warm cool light from the left right looking up down happy sad neutral"]
    return sorted({word for phrase in phrases for word in phrase.replace("-", " ").split()})


def _kind(who: cast.Person, draw: np.random.Generator) -> str:
    noun = "man" if who.masculine > 0.5 else "woman"
    age = "young " if who.age < 32 else "old " if who.age > 60 else ""
    return (age if draw.random() < 0.5 else "") + (noun if draw.random() < 0.5 else "person")


def _seen(sliders: dict[str, float]) -> list[str]:
    found = []
    for name, ((high, up), (low, down)) in _SIGNS.items():
        value = sliders.get(name, 0.0)
        found += [up] if value >= high else [down] if value <= low else []
    return found


def _hair(who: cast.Person) -> list[str]:
    style = _STYLES.get(who.hair.style, "long")
    if style == "bald":
        return ["bald"]
    red, green, _ = who.hair.colour
    if who.hair.grey > 0.5:
        colour = "grey"
    elif red > 0.12:
        colour = "red" if red > 2.6 * green else "blond"
    else:
        colour = "brown" if red > 0.035 else "black"
    return [f"{style} {colour} hair"]


def _skin(who: cast.Person) -> str:
    tone = int(np.searchsorted([0.35, 0.8, 1.5], who.skin.melanin))
    return ("light", "tan", "brown", "dark")[tone] + " skin"


def _extras(who: cast.Person) -> list[str]:
    beard = who.beard
    worn = "glasses" if who.clothes.glasses != "none" else "no glasses"
    if beard.jaw > 0.7:
        return [worn, "beard"]
    if beard.lip > 0.7:
        return [worn, "moustache"]
    return [worn, "stubble"] if beard.chin > 0.4 else [worn]


def _light(scene: cast.Scene) -> list[str]:
    side = "right" if scene.azimuth > 0 else "left"
    tone = ["warm light"] if scene.warmth > 0.35 else ["cool light"] if scene.warmth < -0.1 else []
    turned = scene.pose[1]
    looking = [f"looking {'right' if turned > 0 else 'left'}"] if abs(turned) > 6 else []
    return [f"light from the {side}", *tone, *looking]
