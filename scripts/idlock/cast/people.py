"""Who a person of the cast is: some seventy named parameters, drawn from a seed."""

from dataclasses import dataclass, field

from idlock.cast.shape import Shape

Colour = tuple[float, float, float]


@dataclass(frozen=True)
class Mole:
    """One mole.

    Attributes:
        x: place on the mean face to the picture's right, mm.
        y: place over the eye line, mm.
        radius: mm.
        darkness: 0..1.
    """

    x: float
    y: float
    radius: float
    darkness: float


@dataclass(frozen=True)
class Eyes:
    """Lids and iris.

    Attributes:
        opening: opening of the lids against the mean, 0.75..1.25.
        fold: how far the fold of the upper lid hangs over its edge, 0 (deep
            crease) .. 1 (no crease to be seen).
        corner: how far the fold covers the inner corner, 0..1.
        iris: colour of the iris, linear RGB 0..1.
        ring: darkness of the ring round the iris, 0..1.
        pupil: diameter of the pupil, mm.
        lashes: length of the lashes against the mean, 0.4..1.6.
        liner: dark line along the lids, 0..1.
    """

    opening: float = 1.0
    fold: float = 0.2
    corner: float = 0.0
    iris: Colour = (0.16, 0.08, 0.03)
    ring: float = 0.6
    pupil: float = 3.8
    lashes: float = 1.0
    liner: float = 0.0


@dataclass(frozen=True)
class Brows:
    """Eyebrows.

    Attributes:
        thickness: mm at the thickest place, 4..12.
        density: 0.3 (sparse) .. 1 (full).
        arch: how far the middle rises over the ends, mm, 0..5.
        tilt: how far the outer end stands over the inner one, mm, -3..4.
        length: against the mean, 0.85..1.15.
        gap: half the distance between the inner ends, mm, 7..14.
        pale: share by which they are paler than the hair, 0..1.
    """

    thickness: float = 7.5
    density: float = 0.8
    arch: float = 2.5
    tilt: float = 1.0
    length: float = 1.0
    gap: float = 11.0
    pale: float = 0.2


@dataclass(frozen=True)
class Skin:
    """Colours and marks of the skin.

    Attributes:
        melanin: 0.05 (very light) .. 2.7 (very dark).
        blood: redness, 0.15..0.6.
        yellow: warmth of the undertone, -0.2..0.5.
        blush: extra redness of cheeks, nose and ears, 0..1.
        blotches: unevenness, 0..1.
        freckles: 0..1.
        pores: roughness, 0.3..1.4.
        shine: how oily it is, 0.4..1.6.
        lips: extra blood in the lips, 0.2..1.4.
        rouge: colour put on the lips, 0..1.
        circles: darkness under the eyes, 0..1.
        moles: where the moles are.
    """

    melanin: float = 0.4
    blood: float = 0.32
    yellow: float = 0.1
    blush: float = 0.4
    blotches: float = 0.4
    freckles: float = 0.0
    pores: float = 0.8
    shine: float = 1.0
    lips: float = 0.7
    rouge: float = 0.0
    circles: float = 0.3
    moles: tuple[Mole, ...] = ()


@dataclass(frozen=True)
class Hair:
    """Hair of the head.

    Attributes:
        style: one of `idlock.cast.hair.STYLES`.
        colour: linear RGB 0..1 before greying.
        grey: share of grey hairs, 0..1.
        hairline: height of the hairline over the eyes, mm, 58..84.
        temples: how far it recedes over the temples, mm, 0..26.
        volume: thickness against the style's own, 0.7..1.4.
        length: against the style's own, 0.7..1.3.
        parting: where it is parted, -1 (picture's left) .. 1.
        wave: waviness, 0..1.
    """

    style: str = "short"
    colour: Colour = (0.03, 0.015, 0.008)
    grey: float = 0.0
    hairline: float = 68.0
    temples: float = 6.0
    volume: float = 1.0
    length: float = 1.0
    parting: float = 0.3
    wave: float = 0.3


@dataclass(frozen=True)
class Beard:
    """Hair of the face.

    Attributes:
        shadow: shaved stubble seen through the skin, 0..1.
        chin: density on the chin, 0..1.
        jaw: density along jaw and cheeks, 0..1.
        lip: density of the moustache, 0..1.
        length: mm, 0..22.
    """

    shadow: float = 0.0
    chin: float = 0.0
    jaw: float = 0.0
    lip: float = 0.0
    length: float = 0.0


@dataclass(frozen=True)
class Ears:
    """Ears.

    Attributes:
        size: against the mean, 0.85..1.2.
        flare: how far they stand off, degrees, 12..45.
        lobe: length of the lobe against the mean, 0.6..1.5.
    """

    size: float = 1.0
    flare: float = 24.0
    lobe: float = 1.0


@dataclass(frozen=True)
class Clothes:
    """What is worn.

    Attributes:
        neckline: "crew", "v", "collar" or "scoop".
        colour: linear RGB 0..1.
        accent: linear RGB of the hem round the neck.
        glasses: "none", "round", "square" or "thin".
        frame: linear RGB of the glasses' frame.
    """

    neckline: str = "crew"
    colour: Colour = (0.1, 0.12, 0.16)
    accent: Colour = (0.5, 0.5, 0.5)
    glasses: str = "none"
    frame: Colour = (0.01, 0.01, 0.012)


@dataclass(frozen=True)
class Person:
    """One person: everything that stays the same from picture to picture.

    Attributes:
        seed: the number the person was drawn from; it also places hairs and pores.
        age: years, 18..80.
        masculine: 0 (typically female) .. 1 (typically male); the other
            parameters were drawn to go with it.
        build: breadth of neck and shoulders in standard deviations.
    """

    seed: int
    age: float = 30.0
    masculine: float = 0.5
    build: float = 0.0
    shape: Shape = field(default_factory=Shape)
    eyes: Eyes = field(default_factory=Eyes)
    brows: Brows = field(default_factory=Brows)
    skin: Skin = field(default_factory=Skin)
    hair: Hair = field(default_factory=Hair)
    beard: Beard = field(default_factory=Beard)
    ears: Ears = field(default_factory=Ears)
    clothes: Clothes = field(default_factory=Clothes)

    def __hash__(self) -> int:
        # All that is kept of a person is looked up by it, twenty times a picture.
        return hash(self.seed)
