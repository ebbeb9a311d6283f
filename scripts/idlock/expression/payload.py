"""Payloads of the field's expression editors, run here unchanged.

Names, ranges and defaults are those of the ComfyUI-AdvancedLivePortrait
``ExpressionEditor`` node and of the Replicate "expression editor" service.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from idlock.expression.sliders import SLIDERS, checked, within
from idlock.expression.transfer import PARTS

# name -> (low, high, default)
RATIOS = {
    "src_ratio": (0.0, 1.0, 1.0),
    "sample_ratio": (-0.2, 1.2, 1.0),
    "crop_factor": (1.5, 2.5, 1.7),
}
PICTURES = {"image": "image", "src_image": "image", "sample_image": "sample_image"}
OUTPUT = ("output_format", "output_quality")
# Links of a ComfyUI graph to things that exist only inside that graph.
LINKS = ("motion_link", "add_exp")


@dataclass(frozen=True)
class Edit:
    """What a payload asks for.

    Attributes:
        sliders: checked sliders, those at zero left out.
        src_ratio: 0..1, how much of the photo's own expression is kept.
        sample_ratio: -0.2..1.2, how much of the sample's expression is added.
        sample_parts: which part of it, one of ``transfer.PARTS``.
        crop_factor: 1.5..2.5, side of the square that takes part in an edit, in
            lengths of the face's own box; what lies beyond it stays.
        image: the source picture as the payload names it, or None.
        sample_image: the sample picture as the payload names it, or None.
        output: the payload's wishes for the file to be written.
    """

    sliders: dict[str, float] = field(default_factory=dict)
    src_ratio: float = 1.0
    sample_ratio: float = 1.0
    sample_parts: str = "OnlyExpression"
    crop_factor: float = 1.7
    image: Any = None
    sample_image: Any = None
    output: dict[str, Any] = field(default_factory=dict)


def read(payload: Mapping[str, Any]) -> Edit:
    """Read a payload as those services take it.

    Args:
        payload: its fields, or a request that carries them under ``input``
            (Replicate) or ``inputs`` (a ComfyUI node).

    Raises:
        ValueError: a field is unknown, out of range or of a wrong kind; the
            message names it, its range and the nearest valid value.
    """
    fields = _fields(payload)
    known = {*SLIDERS, *RATIOS, *PICTURES, *OUTPUT, *LINKS, "sample_parts"}
    for name in fields:
        if name not in known:
            checked({name: 0})  # an unknown slider, and its message lists the sliders
    for name in LINKS:
        if fields.get(name) is not None:
            raise ValueError(f"{name!r} links to a ComfyUI graph; give sample_image instead")
    ratios = {
        name: within(repr(name), fields.get(name, default), low, high, rest=default)
        for name, (low, high, default) in RATIOS.items()
    }
    parts = fields.get("sample_parts", Edit.sample_parts)
    if parts not in PARTS:
        raise ValueError(f"'sample_parts' takes one of {', '.join(PARTS)}, not {parts!r}")
    return Edit(
        sliders=checked({name: fields[name] for name in SLIDERS if name in fields}),
        sample_parts=parts,
        **ratios,
        **{of: fields[name] for name, of in PICTURES.items() if fields.get(name) is not None},
        output={name: fields[name] for name in OUTPUT if name in fields},
    )


def _fields(payload: Mapping[str, Any]) -> Mapping[str, Any]:
    for wrapper in ("input", "inputs"):
        if isinstance(payload, Mapping) and isinstance(payload.get(wrapper), Mapping):
            return payload[wrapper]
    if not isinstance(payload, Mapping):
        raise ValueError(f"a payload is a mapping of names to values, not {payload!r}")
    return payload
