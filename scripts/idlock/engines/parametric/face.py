"""One photo's face, set up once, edited as often as wanted."""

from collections.abc import Mapping
from dataclasses import dataclass
from functools import cached_property

import cv2
import numpy as np

from idlock.engines.parametric import turn
from idlock.engines.parametric.anatomy import Frame
from idlock.engines.parametric.carry import Carry
from idlock.engines.parametric.eye import Eye
from idlock.engines.parametric.glasses import Glasses
from idlock.engines.parametric.inside import Gap, Inside
from idlock.engines.parametric.lean import Lean
from idlock.engines.parametric.mouth import WIDEST_JAW, Jaw, Lips, Parting
from idlock.engines.parametric.muscles import Muscles
from idlock.engines.parametric.patch import Patch, box_of, sample
from idlock.engines.parametric.pulls import pulls
from idlock.engines.parametric.region import reach
from idlock.engines.parametric.skin import Skin
from idlock.expression import rest
from idlock.expression.sliders import SLIDERS, checked, within
from idlock.faces.shape import opaque


@dataclass(frozen=True)
class Warp:
    """Where the pixels of the patch come from.

    Attributes:
        skull: float32 (h, w, 2), source (x, y) of the hard parts, which only the
            head's turn moves.
        skin: float32 (h, w, 2), source of the soft face, lids not yet moved.
        gap: where the lips part, or None where they cannot.
    """

    skull: np.ndarray
    skin: np.ndarray
    gap: Gap | None


class Face:
    """A face in a photo, ready to be edited.

    Soft parts (skin, lips, lids) follow the muscles, hard parts (eyeballs,
    teeth, glasses) the skull; lips and lids are layers in front of the eyes and
    teeth, glasses in front of everything.

    Args:
        image: uint8 (H, W, 3) RGB or (H, W, 4) RGBA.
        landmarks: (68, 2) pixels, iBUG order.
        mask: (H, W) bool, or numbers counted as set above half their largest:
            where the person is. Without it an alpha channel is taken.
        crop_factor: side of the square that takes part, in lengths of the face's
            box: a leaning head takes what lies further out no longer along. None
            for as far as is needed.

    Raises:
        ValueError: the image, the landmarks or the mask have a wrong shape, type
            or values.
    """

    def __init__(
        self,
        image: np.ndarray,
        landmarks: np.ndarray,
        mask: np.ndarray | None = None,
        crop_factor: float | None = None,
    ) -> None:
        _check_image(image)
        frame = Frame.of(landmarks)
        self._image = image.copy()
        self._landmarks = np.array(landmarks, np.float64)
        room = np.inf if crop_factor is None else crop_factor * _half_box(frame, landmarks)
        self._lean = Lean.of(frame, image.shape[:2], room)
        self._patch = Patch.around(image, frame, np.asarray(landmarks, np.float64))
        corner = np.array(self._patch.corner, np.float64)
        points = np.asarray(landmarks, np.float64) - corner
        frame = frame.moved(-corner)
        grid = self._patch.grid
        self._glasses = Glasses.find(frame, points, self._patch.rgb)
        self._rgb = rgb = self._glasses.bare if self._glasses else self._patch.rgb
        person = _person(image, mask)
        # An alpha channel moves along with its head; a mask says what has to stay.
        self._may_lean = None if mask is None else person.astype(bool)
        self._cut_out = (
            mask is None
            and person is not None
            and turn.is_cut_out(Frame.of(landmarks), self._landmarks, image[..., 3])
        )
        person = None if person is None else self._patch.cut(person).astype(bool)
        free = reach(frame, points, rgb, grid, person)
        self._unit = frame.unit
        self._free = grid.spread(free)
        self._region = self._free > 0
        if person is not None:
            self._region &= person
        self._pixels = np.stack(
            np.meshgrid(*(np.arange(n, dtype=np.float32) for n in rgb.shape[1::-1])), -1
        )
        self._lips = Lips.find(frame, points, rgb)
        self._muscles = Muscles(frame, points, grid, free, self._lips.is_open)
        self._jaw = Jaw(self._lips, grid, self._muscles.follow, free)
        self._inside = Inside(self._lips, frame, points, rgb)
        self._eyes = [Eye(frame, points, rgb, left) for left in (True, False)]
        self._skin = Skin(frame, points, rgb.shape[:2], self._free)

    @property
    def region(self) -> np.ndarray:
        """Bool (H, W): the only pixels that an edit can change, unless the head leans."""
        where = np.zeros((*self._image.shape[:2], 1), bool)
        self._patch.paste(where, self._region[..., None], self._region)
        return where[..., 0]

    @property
    def leaning(self) -> np.ndarray:
        """Bool (H, W): the only pixels that an edit can change that leans, or turns a cut-out."""
        where = self._lean.region
        if self._cut_out:
            where |= self._turn.region
        return where | self.region if self._may_lean is None else where & self._may_lean

    @cached_property
    def _turn(self) -> turn.Turn:
        return turn.Turn(Frame.of(self._landmarks), self._landmarks, self._image.shape[:2])

    @cached_property
    def own(self) -> dict[str, float]:
        """Sliders of the expression that the photo shows, zero being an average resting face."""
        found = rest.expression(opaque(self._image), self._landmarks)
        found.pop("aaa", None)  # the lips themselves say how far they are open
        if self._lips.is_open:
            found["aaa"] = min(self._lips.gap / WIDEST_JAW, 1.0) * SLIDERS["aaa"].high
        return found

    def edit(self, sliders: Mapping[str, float], src_ratio: float = 1.0) -> np.ndarray:
        """The photo with another expression, of the photo's shape and type.

        Args:
            sliders: values by name; see ``idlock.expression.sliders``.
            src_ratio: 0..1, how much is kept of the expression that the photo
                shows by itself; the rest is neutralised, as far as ``own`` measures it.

        Raises:
            ValueError: a slider or ``src_ratio`` is unknown, out of range or not finite.
        """
        wanted = checked(sliders)
        pulled = self._pulls(wanted, src_ratio)
        result = self._image.copy()
        if any(end[:-1] not in self._carried for end in pulled):
            self._express(result, wanted, pulled)
        for carry in self._carries(wanted):
            carry.move(result, self._may_lean)
        return result

    @property
    def _carried(self) -> tuple[str, ...]:
        """The sliders that take the whole head along, hair and all."""
        return ("rotate_roll", *turn.SLIDERS) if self._cut_out else ("rotate_roll",)

    def _carries(self, wanted: Mapping[str, float]) -> list[Carry]:
        """What the whole head does after its face is done, in order."""
        carries = [self._turn.carry(wanted)] if self._cut_out else []
        return [carry for carry in (*carries, self._lean.carry(wanted)) if carry is not None]

    def _pulls(self, wanted: Mapping[str, float], src_ratio: float) -> dict[str, float]:
        """How far every end is pulled: what is wanted, less what is let go of the photo's own."""
        let_go = 1 - within("src_ratio", src_ratio, 0, 1, rest=1)
        released = {name: let_go * value for name, value in self.own.items()} if let_go else {}
        return pulls(wanted, released)

    def _express(
        self, result: np.ndarray, wanted: Mapping[str, float], pulled: Mapping[str, float]
    ) -> None:
        """Paint the face with checked sliders, the lean apart, into ``result`` (H, W, 3 or 4)."""
        parting = Parting.of(pulled, self._lips.gap)
        warp = self._warp(wanted, pulled, parting)
        picture = sample(self._rgb, warp.skin)
        hard = np.zeros(picture.shape[:2], np.float32)
        if warp.gap is not None:
            box = box_of(warp.gap.near(0.02))
            hard[box] = self._inside.paint(
                picture[box],
                warp.skull[box],
                warp.skin[box],
                warp.gap.cut(box),
                parting.apart,
            )
        for eye in self._eyes:
            box, look = eye.box(warp.skin), eye.look(pulled)
            if look.still and not np.any(warp.skin[box] - self._pixels[box]):
                continue
            hard[box] = eye.paint(picture[box], warp.skin[box], warp.skull[box], look)
        ratio = self._skin.ratio(pulled, warp.skin)
        if ratio is not None:
            picture *= ratio + hard[..., None] * (1 - ratio)
        if self._glasses is not None:
            self._glasses.lay(picture, warp.skull, self._pixels, self._free)
        values = np.clip(np.rint(picture), 0, 255).astype(np.uint8)
        self._patch.paste(result, values, self._region)

    def displacement(
        self, sliders: Mapping[str, float], src_ratio: float = 1.0
    ) -> tuple[np.ndarray, np.ndarray]:
        """The skin's backward warp, for proofs.

        Args:
            sliders: values by name.
            src_ratio: as for ``edit``.

        Returns:
            float32 (H, W, 2): add it to a pixel's (x, y) to get where its skin,
            or hair of a head that leans, comes from; and bool (H, W): the
            declared layers, where lips or lids part or meet and the warp may jump.

        Raises:
            ValueError: a slider is unknown, out of range or not finite.
        """
        wanted = checked(sliders)
        pulled = self._pulls(wanted, src_ratio)
        warp = self._warp(wanted, pulled, Parting.of(pulled, self._lips.gap))
        source, layers = warp.skin.copy(), np.zeros(self._region.shape, np.uint8)
        if warp.gap is not None:
            layers |= warp.gap.near(2.0 / self._unit).astype(np.uint8)
        for eye in self._eyes:
            box = eye.box(warp.skin)
            offset, near = eye.offset(warp.skin[box], eye.look(pulled))
            source[box] += offset
            layers[box] |= near.astype(np.uint8)
        layers = cv2.dilate(layers, np.ones((3, 3), np.uint8)).astype(bool)
        field = np.zeros((*self._image.shape[:2], 2), np.float32)
        where = np.zeros((*self._image.shape[:2], 1), bool)
        self._patch.paste(field, source - self._pixels, self._region)
        self._patch.paste(where, layers[..., None], self._region)
        near = where[..., 0]
        for carry in self._carries(wanted):
            field, near = carry.onto(field, near)
        return field, near

    def _warp(
        self, wanted: Mapping[str, float], pulled: Mapping[str, float], parting: Parting
    ) -> Warp:
        grid = self._patch.grid
        pose = self._muscles.pose({} if self._cut_out else wanted)
        soft = self._muscles.skin(pulled)
        skull = self._pixels + grid.spread(grid.flow_back(pose)) if pose.any() else self._pixels
        muscles = self._pixels + grid.spread(grid.flow_back(pose + soft))
        if not (parting.moves or self._lips.is_open):
            return Warp(skull, muscles, None)
        above, below = (
            muscles + grid.at(grid.flow_back(layer), muscles)
            for layer in self._jaw.velocities(parting)
        )
        columns, _ = self._lips.coordinates(muscles)
        upper = self._lips.edge(self._lips.upper, columns) - self._lips.coordinates(above)[1]
        lower = self._lips.coordinates(below)[1] - self._lips.edge(self._lips.lower, columns)
        skin = np.where((upper > lower)[..., None], above, below)
        return Warp(skull, skin, Gap(upper, lower, columns))


def _half_box(frame: Frame, landmarks: np.ndarray) -> float:
    """Half the longer side of the box around the landmarks, face units."""
    return float(np.ptp(frame.to_face(landmarks), axis=0).max()) / 2


def _check_image(image: np.ndarray) -> None:
    if not isinstance(image, np.ndarray) or image.dtype != np.uint8:
        kind = getattr(image, "dtype", type(image).__name__)
        raise ValueError(f"the image must be a uint8 array, not {kind}")
    if image.ndim != 3 or image.shape[2] not in (3, 4) or 0 in image.shape:
        raise ValueError(f"the image must be (H, W, 3) or (H, W, 4), not {image.shape}")


def _person(image: np.ndarray, mask: np.ndarray | None) -> np.ndarray | None:
    """The mask as uint8 0 or 1, or the alpha channel as one, or None."""
    if mask is None:
        return (image[..., 3] > 127).astype(np.uint8) if image.shape[2] == 4 else None
    mask = np.asarray(mask)
    if mask.shape != image.shape[:2]:
        raise ValueError(f"the mask must be {image.shape[:2]} like the image, not {mask.shape}")
    numbers = mask.astype(np.float64)
    if not np.isfinite(numbers).all():
        raise ValueError("the mask must be finite numbers")
    return (numbers > numbers.max() / 2).astype(np.uint8)
