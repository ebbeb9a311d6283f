"""What the training minimises, term by term.

Adversary, R1, style, diversity and cycle after Choi et al. 2020 (R1: Mescheder
et al. 2018). Identity and paired are this project's.
"""

import torch
import torch.nn.functional as F
from torch import Tensor

SQUARED = 4.0  # weight of squares beside absolute distances
ITSELF = 0.3  # weight of the pictures themselves beside the change between them
EMPHASIS = 8.0  # weight of a pixel that changes from black to white, over one that stays


def adversary(logits: Tensor, *, real: bool) -> Tensor:
    """Cross entropy of (B,) logits, non-saturating."""
    return F.softplus(-logits if real else logits).mean()


def r1(logits: Tensor, x: Tensor) -> Tensor:
    """Half the squared gradient of (B,) logits by the real pictures they belong to."""
    (gradient,) = torch.autograd.grad(logits.sum(), x, create_graph=True)
    return 0.5 * gradient.square().sum(dim=(1, 2, 3)).mean()


def distance(a: Tensor, b: Tensor) -> Tensor:
    """Mean absolute difference."""
    return (a - b).abs().mean()


def identity(vectors: Tensor, of_source: Tensor) -> Tensor:
    """One minus the cosine of (B, d) identity vectors, mean."""
    return 1.0 - F.cosine_similarity(vectors, of_source).mean()


def paired(x: Tensor, same: Tensor, truth: Tensor, source: Tensor) -> Tensor:
    """Distance to the picture that should have come out.

    What counts most is the change: the source with the difference of the picture
    made and the source made again. It is squared, so that a network still unsure
    where something moves begins with its mean, where an absolute distance would
    begin with nothing (the median). Pixels that the expression changes count more:
    they are few, and without them there is no expression. The two pictures
    themselves count as well, because what moves between them is looked for
    (`movement`).

    Args:
        x: what was made, (B, 3, H, W).
        same: the source made again, in its own style.
        truth: what should have come out.
        source: what it was made from.
    """
    error = source + x - same - truth
    weight = 1 + EMPHASIS * 0.5 * (truth - source).abs().amax(dim=1, keepdim=True)
    itself = distance(x, truth) + distance(same, source)
    return (weight * (SQUARED * error.square() + error.abs())).mean() + ITSELF * itself
