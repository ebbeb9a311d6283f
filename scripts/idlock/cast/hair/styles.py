"""The styles of hair: how thick it lies, where it ends, how it is textured."""

from dataclasses import dataclass


@dataclass(frozen=True)
class Style:
    """One way to wear one's hair; lengths in mm.

    Attributes:
        parted: combed to both sides of a parting rather than away from the crown.
        top: thickness over the top of the head.
        side: thickness at the sides.
        edge: thickness where it ends at the forehead.
        fringe: how far it falls over the forehead from the hairline.
        falls: length that hangs free below the temples, 0 for short hair.
        opening: angle at which hanging hair frames the face, degrees from its middle.
        ragged: unevenness of the ends, 0..1.
        texture: "strands", "waves", "curls" or "coils".
        knot: radius of a bun on the crown, 0 for none.
        back: combed back from the hairline: thin there, soft roots, no ends in front.
        bald: only a ring of hair round the sides is left.
    """

    parted: bool = False
    top: float = 14.0
    side: float = 7.0
    edge: float = 6.0
    fringe: float = 0.0
    falls: float = 0.0
    opening: float = 46.0
    ragged: float = 0.4
    texture: str = "strands"
    knot: float = 0.0
    back: bool = False
    bald: bool = False


STYLES: dict[str, Style | None] = {
    "none": None,
    "ring": Style(top=6, side=7, edge=3, bald=True, back=True, ragged=0.3),
    "buzz": Style(top=4.5, side=3.5, edge=1.5, back=True, ragged=0.2),
    "crop": Style(top=13, side=4, edge=6, fringe=5, ragged=0.8),
    "short": Style(parted=True, top=17, side=7, edge=8, fringe=0, ragged=0.5),
    "swept": Style(top=22, side=6, edge=5, back=True, ragged=0.3),
    "fringe": Style(top=15, side=11, edge=9, fringe=24, ragged=0.5),
    "curly": Style(top=26, side=16, edge=10, texture="curls", ragged=0.9, back=True),
    "afro": Style(top=35, side=34, edge=20, texture="coils", ragged=0.8, back=True),
    "coils": Style(top=13, side=8, edge=5, texture="coils", ragged=0.5, back=True),
    "bun": Style(top=9, side=6, edge=3, back=True, knot=32, ragged=0.3),
    "tied": Style(parted=True, top=10, side=8, edge=5, ragged=0.3),
    "bob": Style(parted=True, top=16, side=17, edge=9, falls=118, opening=44, ragged=0.3),
    "bangs": Style(top=16, side=16, edge=10, fringe=27, falls=125, opening=50, ragged=0.3),
    "long": Style(parted=True, top=14, side=15, edge=8, falls=235, opening=44, ragged=0.5),
    "waves": Style(
        parted=True, top=17, side=20, edge=10, falls=225, opening=44, texture="waves", ragged=0.6
    ),
    "mane": Style(
        parted=True, top=28, side=34, edge=16, falls=190, opening=46, texture="curls", ragged=0.9
    ),
}
