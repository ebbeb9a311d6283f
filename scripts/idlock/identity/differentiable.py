"""Recognisers that a loss can be taken through.

They help to train engines and never judge: a picture of an engine trained with
one is not judged by it. The small one that ships was trained on the synthetic
cast alone (`bench/fit/likeness.py`); a user's own is a TorchScript file.
"""

from itertools import pairwise
from pathlib import Path

import torch
import torch.nn.functional as F
from torch import Tensor, nn

from idlock.paths import RESOURCES

SHIPPED = RESOURCES / "stargan" / "likeness.pt"
ALIGNED = 112  # px, of what recognisers of the ArcFace kind take


class Likeness(nn.Module):
    """A small network from a face to a vector; the angle of two tells people apart.

    Attributes:
        SIDE: px, at which faces are looked at.
        LENGTH: of the vector.
    """

    SIDE, LENGTH = 64, 128

    def __init__(self):
        super().__init__()
        widths = (3, 24, 48, 96, 160)
        self.layers = nn.Sequential(
            *(
                nn.Sequential(
                    nn.Conv2d(inner, outer, 3, stride=2, padding=1),
                    nn.GroupNorm(8, outer),
                    nn.ReLU(),
                    nn.Conv2d(outer, outer, 3, padding=1, groups=outer),
                    nn.Conv2d(outer, outer, 1),
                    nn.GroupNorm(8, outer),
                    nn.ReLU(),
                )
                for inner, outer in pairwise(widths)
            )
        )
        # 4x4 places: where on a face something is, tells people apart
        self.vector = nn.Linear(widths[-1] * 16, self.LENGTH)

    def forward(self, x: Tensor) -> Tensor:
        """(B, 3, H, W) in -1..1, the frame "face" of prepared pictures, to (B, 128)."""
        if x.shape[2] != self.SIDE:
            x = F.interpolate(x, size=self.SIDE, mode="bilinear", antialias=True)
        return self.vector(self.layers(x).flatten(1))


class Exported(nn.Module):
    """A user's recogniser: a TorchScript file that takes (B, 3, 112, 112) in -1..1."""

    def __init__(self, path: Path):
        super().__init__()
        self.network = torch.jit.load(str(path), map_location="cpu")

    def forward(self, x: Tensor) -> Tensor:
        """(B, 3, H, W) in -1..1 to (B, d)."""
        x = F.interpolate(x, size=ALIGNED, mode="bilinear", antialias=x.shape[2] > ALIGNED)
        return self.network(x)


def load(path: Path | None) -> nn.Module:
    """Open a recogniser, its weights fixed: a TorchScript file, or the shipped one for None.

    Raises:
        ValueError: the file cannot be read as a recogniser.
    """
    try:
        if path is None:
            network: nn.Module = Likeness()
            network.load_state_dict(torch.load(SHIPPED, weights_only=True))
        else:
            network = Exported(path)
    except (OSError, RuntimeError) as error:
        raise ValueError(
            f"{path or SHIPPED}: not usable as a recogniser ({str(error).splitlines()[0]}); it "
            "should be a TorchScript file that takes (n, 3, 112, 112) in -1..1"
        ) from None
    return network.eval().requires_grad_(False)
