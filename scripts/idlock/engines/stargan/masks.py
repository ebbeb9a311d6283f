"""Heat-maps of 98 landmarks to the two masks that say where edges are carried over.

Which landmarks count, how far each part is moved and how much it is narrowed
are the published figures (facts of the architecture: weights trained with them
need them). Landmarks are in the order of WFLW.
"""

import torch
from torch import Tensor

FAINT = 0.1  # heat below which a map counts as empty

CHIN, BROWS, NOSE, NOSTRILS = slice(8, 25), slice(33, 51), slice(51, 55), slice(55, 60)
EYES, LIPS = slice(60, 76), slice(76, 96)
UPPER_LIP, LOWER_LIP, INNER_LIPS = slice(77, 82), slice(83, 88), slice(88, 96)
# the face's outline above the chin, and the ends of brows and lips
UNUSED = [*range(0, 8), *range(25, 33), 33, 46, 76, 82]
# part -> rows (of 256) its heat rises by, and the power that narrows it
MOVES = (
    (CHIN, 0, 3),
    (BROWS, -7, 2),
    (NOSTRILS, 8, 4),
    (UPPER_LIP, -8, 4),
    (LOWER_LIP, 8, 4),
    (INNER_LIPS, -2, 3),
)


def of_face(heat: Tensor) -> tuple[Tensor, Tensor]:
    """Return the masks of the whole face, and of eyes and nose only.

    Args:
        heat: (B, 98, 256, 256).

    Returns:
        Two (B, 1, 256, 256) in 0..1.
    """
    heat = _levelled(torch.where(heat < FAINT, 0.0, heat))
    for part, rows, power in MOVES:
        heat[:, part] = _raised(heat[:, part], rows) ** power
    heat[:, UNUSED] = 0
    heat[:, NOSE.start + 1 : NOSE.stop] = _raised(heat[:, NOSE.start + 1 : NOSE.stop], 4)
    eyes = heat[:, EYES]
    heat[:, EYES] = _raised(eyes, -8) ** 3 + _raised(eyes, -24)
    whole = heat.sum(dim=1, keepdim=True)
    inner = heat[:, NOSE.start : EYES.stop].sum(dim=1, keepdim=True)
    # outline, brows and lips move with the expression; what is left beside them stays whole
    inner = inner + heat[:, LIPS.stop :].sum(dim=1, keepdim=True)
    return _in_range(whole), _in_range(inner)


def _levelled(heat: Tensor) -> Tensor:
    """Stretch every map to 0..1."""
    low, high = (of(heat, dim=(2, 3), keepdim=True) for of in (torch.amin, torch.amax))
    return (heat - low) / (high - low + 1e-6)


def _raised(heat: Tensor, rows: int) -> Tensor:
    """Move maps up by ``rows``; what leaves at the top comes in at the bottom."""
    return heat.roll(-rows, dims=2)


def _in_range(mask: Tensor) -> Tensor:
    return mask.nan_to_num(nan=0.0).clamp(0, 1)
