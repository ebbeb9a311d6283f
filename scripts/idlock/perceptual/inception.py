"""The Inception network that KID and FID are defined with, and its 2048 features.

Architecture: Szegedy et al. 2016, "Rethinking the Inception Architecture", in
the form of TensorFlow's file of 2015-12-05 (Heusel et al. 2017), which differs
from torchvision's in how it pools: averages leave padding out, and the last
block takes a maximum. Names of weights are those of its common port to torch,
``pt_inception-2015-12-05-6726825d.pth``.
"""

from collections.abc import Sequence
from functools import cached_property
from pathlib import Path

import numpy as np
import torch
from torch import nn
from torch.nn import functional

from idlock import perceptual

SIZE = 299  # px
FEATURES = 2048


class Convolution(nn.Module):
    """A convolution without bias, normalised and rectified."""

    def __init__(self, inputs: int, outputs: int, kernel, stride: int = 1, padding=0):
        super().__init__()
        self.conv = nn.Conv2d(inputs, outputs, kernel, stride, padding, bias=False)
        self.bn = nn.BatchNorm2d(outputs, eps=0.001)

    def forward(self, x: torch.Tensor) -> torch.Tensor:
        """(n, inputs, h, w) -> (n, outputs, h', w')."""
        return functional.relu(self.bn(self.conv(x)))


def average(x: torch.Tensor) -> torch.Tensor:
    """Mean of each 3 x 3, of what lies inside the picture."""
    return functional.avg_pool2d(x, 3, 1, 1, count_include_pad=False)


class BlockA(nn.Module):
    """35 x 35: 1 x 1, 5 x 5, two 3 x 3, and a mean."""

    def __init__(self, inputs: int, pooled: int):
        super().__init__()
        self.branch1x1 = Convolution(inputs, 64, 1)
        self.branch5x5_1 = Convolution(inputs, 48, 1)
        self.branch5x5_2 = Convolution(48, 64, 5, padding=2)
        self.branch3x3dbl_1 = Convolution(inputs, 64, 1)
        self.branch3x3dbl_2 = Convolution(64, 96, 3, padding=1)
        self.branch3x3dbl_3 = Convolution(96, 96, 3, padding=1)
        self.branch_pool = Convolution(inputs, pooled, 1)

    def forward(self, x: torch.Tensor) -> torch.Tensor:
        """(n, inputs, h, w) -> (n, 224 + pooled, h, w)."""
        five = self.branch5x5_2(self.branch5x5_1(x))
        three = self.branch3x3dbl_3(self.branch3x3dbl_2(self.branch3x3dbl_1(x)))
        return torch.cat([self.branch1x1(x), five, three, self.branch_pool(average(x))], 1)


class BlockB(nn.Module):
    """35 x 35 to 17 x 17."""

    def __init__(self, inputs: int):
        super().__init__()
        self.branch3x3 = Convolution(inputs, 384, 3, stride=2)
        self.branch3x3dbl_1 = Convolution(inputs, 64, 1)
        self.branch3x3dbl_2 = Convolution(64, 96, 3, padding=1)
        self.branch3x3dbl_3 = Convolution(96, 96, 3, stride=2)

    def forward(self, x: torch.Tensor) -> torch.Tensor:
        """(n, inputs, h, w) -> (n, inputs + 480, (h - 1) / 2, (w - 1) / 2)."""
        three = self.branch3x3dbl_3(self.branch3x3dbl_2(self.branch3x3dbl_1(x)))
        return torch.cat([self.branch3x3(x), three, functional.max_pool2d(x, 3, 2)], 1)


class BlockC(nn.Module):
    """17 x 17: rows and columns of seven."""

    def __init__(self, inputs: int, inner: int):
        super().__init__()
        row, column = {"kernel": (1, 7), "padding": (0, 3)}, {"kernel": (7, 1), "padding": (3, 0)}
        self.branch1x1 = Convolution(inputs, 192, 1)
        self.branch7x7_1 = Convolution(inputs, inner, 1)
        self.branch7x7_2 = Convolution(inner, inner, **row)
        self.branch7x7_3 = Convolution(inner, 192, **column)
        self.branch7x7dbl_1 = Convolution(inputs, inner, 1)
        self.branch7x7dbl_2 = Convolution(inner, inner, **column)
        self.branch7x7dbl_3 = Convolution(inner, inner, **row)
        self.branch7x7dbl_4 = Convolution(inner, inner, **column)
        self.branch7x7dbl_5 = Convolution(inner, 192, **row)
        self.branch_pool = Convolution(inputs, 192, 1)

    def forward(self, x: torch.Tensor) -> torch.Tensor:
        """(n, inputs, h, w) -> (n, 768, h, w)."""
        once = self.branch7x7_3(self.branch7x7_2(self.branch7x7_1(x)))
        twice = self.branch7x7dbl_3(self.branch7x7dbl_2(self.branch7x7dbl_1(x)))
        twice = self.branch7x7dbl_5(self.branch7x7dbl_4(twice))
        return torch.cat([self.branch1x1(x), once, twice, self.branch_pool(average(x))], 1)


class BlockD(nn.Module):
    """17 x 17 to 8 x 8."""

    def __init__(self, inputs: int):
        super().__init__()
        self.branch3x3_1 = Convolution(inputs, 192, 1)
        self.branch3x3_2 = Convolution(192, 320, 3, stride=2)
        self.branch7x7x3_1 = Convolution(inputs, 192, 1)
        self.branch7x7x3_2 = Convolution(192, 192, (1, 7), padding=(0, 3))
        self.branch7x7x3_3 = Convolution(192, 192, (7, 1), padding=(3, 0))
        self.branch7x7x3_4 = Convolution(192, 192, 3, stride=2)

    def forward(self, x: torch.Tensor) -> torch.Tensor:
        """(n, inputs, h, w) -> (n, inputs + 512, (h - 1) / 2, (w - 1) / 2)."""
        three = self.branch3x3_2(self.branch3x3_1(x))
        seven = self.branch7x7x3_4(self.branch7x7x3_3(self.branch7x7x3_2(self.branch7x7x3_1(x))))
        return torch.cat([three, seven, functional.max_pool2d(x, 3, 2)], 1)


class BlockE(nn.Module):
    """8 x 8: widened, each 3 x 3 a row and a column side by side."""

    def __init__(self, inputs: int, pool):
        super().__init__()
        row, column = {"kernel": (1, 3), "padding": (0, 1)}, {"kernel": (3, 1), "padding": (1, 0)}
        self.branch1x1 = Convolution(inputs, 320, 1)
        self.branch3x3_1 = Convolution(inputs, 384, 1)
        self.branch3x3_2a = Convolution(384, 384, **row)
        self.branch3x3_2b = Convolution(384, 384, **column)
        self.branch3x3dbl_1 = Convolution(inputs, 448, 1)
        self.branch3x3dbl_2 = Convolution(448, 384, 3, padding=1)
        self.branch3x3dbl_3a = Convolution(384, 384, **row)
        self.branch3x3dbl_3b = Convolution(384, 384, **column)
        self.branch_pool = Convolution(inputs, 192, 1)
        self.pool = pool

    def forward(self, x: torch.Tensor) -> torch.Tensor:
        """(n, inputs, h, w) -> (n, 2048, h, w)."""
        once = self.branch3x3_1(x)
        twice = self.branch3x3dbl_2(self.branch3x3dbl_1(x))
        parts = [
            *(self.branch1x1(x), self.branch3x3_2a(once), self.branch3x3_2b(once)),
            *(self.branch3x3dbl_3a(twice), self.branch3x3dbl_3b(twice)),
            self.branch_pool(self.pool(x)),
        ]
        return torch.cat(parts, 1)


def highest(x: torch.Tensor) -> torch.Tensor:
    """Maximum of each 3 x 3."""
    return functional.max_pool2d(x, 3, 1, 1)


class Inception(nn.Module):
    """Pictures in -1..1 to features."""

    def __init__(self):
        super().__init__()
        self.Conv2d_1a_3x3 = Convolution(3, 32, 3, stride=2)
        self.Conv2d_2a_3x3 = Convolution(32, 32, 3)
        self.Conv2d_2b_3x3 = Convolution(32, 64, 3, padding=1)
        self.Conv2d_3b_1x1 = Convolution(64, 80, 1)
        self.Conv2d_4a_3x3 = Convolution(80, 192, 3)
        self.Mixed_5b, self.Mixed_5c, self.Mixed_5d = (
            BlockA(192, 32),
            BlockA(256, 64),
            BlockA(288, 64),
        )
        self.Mixed_6a = BlockB(288)
        self.Mixed_6b, self.Mixed_6c = BlockC(768, 128), BlockC(768, 160)
        self.Mixed_6d, self.Mixed_6e = BlockC(768, 160), BlockC(768, 192)
        self.Mixed_7a = BlockD(768)
        self.Mixed_7b, self.Mixed_7c = BlockE(1280, average), BlockE(2048, highest)

    def forward(self, x: torch.Tensor) -> torch.Tensor:
        """(n, 3, 299, 299) -> (n, 2048)."""
        x = self.Conv2d_2b_3x3(self.Conv2d_2a_3x3(self.Conv2d_1a_3x3(x)))
        x = self.Conv2d_4a_3x3(self.Conv2d_3b_1x1(functional.max_pool2d(x, 3, 2)))
        x = functional.max_pool2d(x, 3, 2)
        x = self.Mixed_5d(self.Mixed_5c(self.Mixed_5b(x)))
        x = self.Mixed_6c(self.Mixed_6b(self.Mixed_6a(x)))
        x = self.Mixed_6e(self.Mixed_6d(x))
        x = self.Mixed_7c(self.Mixed_7b(self.Mixed_7a(x)))
        return x.mean(dim=(2, 3))


class Features:
    """Features of pictures.

    Args:
        path: the network's weights.
    """

    def __init__(self, path: Path):
        self._path = path

    def of(self, pictures: Sequence[np.ndarray]) -> np.ndarray:
        """Return (n, 2048) float32 for (h, w, 3) uint8 pictures."""
        rows = [self._one(picture) for picture in pictures]
        return np.array(rows, np.float32).reshape(len(pictures), FEATURES)

    def _one(self, picture: np.ndarray) -> np.ndarray:
        values = torch.from_numpy(picture.astype(np.float32).transpose(2, 0, 1)[None])
        with torch.inference_mode():
            return self._network((resized(values) - 128) / 128)[0].numpy()

    @cached_property
    def _network(self) -> Inception:
        return perceptual.load(Inception(), self._path)


def resized(pictures: torch.Tensor) -> torch.Tensor:
    """Bring (n, c, h, w) to 299 px as TensorFlow 1 did, with the first pixels' corners in line.

    Every published FID and KID was measured on pictures resized like this.
    """
    for axis in (2, 3):
        size = pictures.shape[axis]
        at = torch.arange(SIZE, dtype=torch.float32) * (size / SIZE)
        low = at.floor().long().clamp(max=size - 1)
        high = (low + 1).clamp(max=size - 1)
        shape = [1, 1, 1, 1]
        shape[axis] = SIZE
        share = (at - low).view(shape)
        pictures = pictures.index_select(axis, low) * (1 - share) + (
            pictures.index_select(axis, high) * share
        )
    return pictures
