"""The bones and soft parts of a head, as numbers."""

from dataclasses import dataclass, fields


@dataclass(frozen=True)
class Shape:
    """Bones and soft parts, each in standard deviations from the mean head (about -2.5..2.5).

    A positive value is the larger, wider, higher, further forward one; where
    the name does not say it, `idlock.cast.identity` does.
    """

    head_width: float = 0.0
    head_height: float = 0.0
    face_length: float = 0.0
    face_depth: float = 0.0
    forehead_slope: float = 0.0
    temples: float = 0.0
    jaw_width: float = 0.0
    jaw_angle: float = 0.0
    chin_length: float = 0.0
    chin_width: float = 0.0
    chin_forward: float = 0.0
    cheekbones: float = 0.0
    fullness: float = 0.0
    eye_spacing: float = 0.0
    eye_size: float = 0.0
    eye_tilt: float = 0.0
    eye_depth: float = 0.0
    brow_ridge: float = 0.0
    brow_height: float = 0.0
    nose_length: float = 0.0
    nose_width: float = 0.0
    nose_bridge: float = 0.0
    bridge_width: float = 0.0
    nose_forward: float = 0.0
    tip_up: float = 0.0
    tip_size: float = 0.0
    nose_hump: float = 0.0
    nostrils: float = 0.0
    mouth_width: float = 0.0
    upper_lip: float = 0.0
    lower_lip: float = 0.0
    cupid_bow: float = 0.0
    philtrum_length: float = 0.0
    philtrum_depth: float = 0.0
    lip_corners: float = 0.0
    muzzle: float = 0.0
    mouth_side: float = 0.0
    crooked_nose: float = 0.0
    crooked_mouth: float = 0.0
    crooked_eyes: float = 0.0
    crooked_jaw: float = 0.0
    crooked_cheeks: float = 0.0

    def items(self) -> list[tuple[str, float]]:
        """Names and values, in a fixed order."""
        return [(field.name, getattr(self, field.name)) for field in fields(self)]
