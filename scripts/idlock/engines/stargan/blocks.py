"""The residual blocks that all networks are made of, with the published names of weights.

After Choi et al. 2020, StarGAN v2. Sums of two paths are divided by the square
root of two, so that a block keeps the variance of what goes through it.
"""

import math

import torch
import torch.nn.functional as F
from torch import Tensor, nn

from idlock.engines.stargan import resampling

SLOPE = 0.2  # of the leaky rectifier
ROOT_HALF = math.sqrt(0.5)


def active(x: Tensor) -> Tensor:
    """The leaky rectifier."""
    return F.leaky_relu(x, SLOPE)


class InstanceNorm(nn.Module):
    """Instance normalisation with a learned scale and shift per channel."""

    def __init__(self, channels: int):
        super().__init__()
        self.weight = nn.Parameter(torch.ones(channels))
        self.bias = nn.Parameter(torch.zeros(channels))

    def forward(self, x: Tensor) -> Tensor:
        """(B, C, H, W) to the same."""
        pictures = len(x)
        return resampling.normalised(
            x, self.weight.expand(pictures, -1), self.bias.expand(pictures, -1)
        )


class AdaptiveNorm(nn.Module):
    """Instance normalisation whose scale and shift come from a style (Huang and Belongie 2017)."""

    def __init__(self, style_dim: int, channels: int):
        super().__init__()
        self.fc = nn.Linear(style_dim, 2 * channels)

    def forward(self, x: Tensor, style: Tensor) -> Tensor:
        """(B, C, H, W) and (B, style_dim) to (B, C, H, W)."""
        scale, shift = self.fc(style).chunk(2, dim=1)
        return resampling.normalised(x, 1 + scale, shift)


class ResidualBlock(nn.Module):
    """Norm, rectifier, convolution, twice; beside it a shortcut.

    Args:
        inner: channels coming in; the first convolution keeps them.
        outer: channels going out.
        normalise: whether there are norms.
        halve: whether the picture is halved, after the first convolution.
    """

    def __init__(self, inner: int, outer: int, *, normalise: bool = False, halve: bool = False):
        super().__init__()
        self.halve = halve
        self.conv1 = nn.Conv2d(inner, inner, 3, padding=1)
        self.conv2 = nn.Conv2d(inner, outer, 3, padding=1)
        self.norm1 = InstanceNorm(inner) if normalise else nn.Identity()
        self.norm2 = InstanceNorm(inner) if normalise else nn.Identity()
        self.conv1x1 = nn.Conv2d(inner, outer, 1, bias=False) if inner != outer else nn.Identity()

    def forward(self, x: Tensor) -> Tensor:
        """(B, inner, H, W) to (B, outer, H, W), or half of H and W."""
        shown = active(self.norm1(x))
        if self.halve:
            shown = resampling.convolved_halved(shown, self.conv1)
            x = resampling.halved(x)
        else:
            shown = self.conv1(shown)
        return (self.conv1x1(x) + self.conv2(active(self.norm2(shown)))) * ROOT_HALF


class StyledBlock(nn.Module):
    """Adaptive norm, rectifier, convolution, twice; beside it a shortcut.

    Args:
        inner: channels coming in.
        outer: channels going out, from the first convolution on.
        style_dim: length of a style.
        double: whether the picture is doubled, before the first convolution.
        shortcut: False where the generator carries edges over another way; the
            shortcut's weights are then there, as published, and not used.
    """

    def __init__(self, inner: int, outer: int, style_dim: int, *, double: bool, shortcut: bool):
        super().__init__()
        self.double, self.shortcut = double, shortcut
        self.conv1 = nn.Conv2d(inner, outer, 3, padding=1)
        self.conv2 = nn.Conv2d(outer, outer, 3, padding=1)
        self.norm1 = AdaptiveNorm(style_dim, inner)
        self.norm2 = AdaptiveNorm(style_dim, outer)
        self.conv1x1 = nn.Conv2d(inner, outer, 1, bias=False) if inner != outer else nn.Identity()

    def forward(self, x: Tensor, style: Tensor) -> Tensor:
        """(B, inner, H, W) and (B, style_dim) to (B, outer, H, W), or twice H and W."""
        shown = active(self.norm1(x, style))
        if self.double:
            shown = resampling.doubled_convolved(shown, self.conv1)
        else:
            shown = self.conv1(shown)
        shown = self.conv2(active(self.norm2(shown, style)))
        if not self.shortcut:
            return shown
        x = self.conv1x1(x)
        return (shown + (resampling.doubled(x) if self.double else x)) * ROOT_HALF
