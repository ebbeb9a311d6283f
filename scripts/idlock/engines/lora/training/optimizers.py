"""The optimizers that a phase can name."""

from collections.abc import Sequence
from typing import Any

import torch

WEIGHT_DECAY = 1e-2
CLIP = 1.0  # largest norm of all gradients together


def optimizer(name: str, groups: Sequence[dict[str, Any]]) -> torch.optim.Optimizer:
    """Start an optimizer, with no memory of steps before.

    Args:
        name: ``AdamW`` (Loshchilov and Hutter 2019) or ``AdamP`` (Heo et al. 2021),
            which takes out of a step what would only make weights longer.
        groups: parameters with their learning rates.
    """
    if name == "AdamP":
        from pytorch_optimizer import AdamP  # noqa: PLC0415  (a hundred other optimizers with it)

        return AdamP(groups, weight_decay=WEIGHT_DECAY)
    # all matrices in one pass: a LoRA has hundreds of them, and they are small
    return torch.optim.AdamW(groups, weight_decay=WEIGHT_DECAY, fused=True)
