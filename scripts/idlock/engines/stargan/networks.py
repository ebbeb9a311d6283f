"""Generator, mapping network, style encoder and discriminator, with the published names.

After Choi et al. 2020, StarGAN v2: Diverse Image Synthesis for Multiple Domains.
Pictures are (B, 3, H, W) float in -1..1, domains (B,) int64, styles (B, style_dim).
"""

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import pairwise

import torch
import torch.nn.functional as F
from torch import Tensor, nn

from idlock.engines.stargan.architecture import Architecture
from idlock.engines.stargan.blocks import SLOPE, InstanceNorm, ResidualBlock, StyledBlock

# Sizes, px, at which edges are carried over, and which of the two masks says where.
EDGES = {32: 0, 64: 1, 128: 1}


class HighPass(nn.Module):
    """What a pixel has more of than its eight neighbours."""

    def __init__(self, weight: float):
        super().__init__()
        kernel = torch.full((3, 3), -1.0)
        kernel[1, 1] = 8.0
        self.register_buffer("filter", kernel / weight)

    def forward(self, x: Tensor) -> Tensor:
        """(B, C, H, W) to the same."""
        channels = x.shape[1]
        kernel = self.filter.to(x.dtype).expand(channels, 1, 3, 3)
        return F.conv2d(x, kernel, padding=1, groups=channels)


@dataclass(frozen=True, eq=False)
class Content:
    """What the generator takes from a picture, whatever the style it is given next.

    Attributes:
        features: (B, C, h, w), the innermost ones.
        edges: side in px -> (B, C, side, side), edges to carry over.
    """

    features: Tensor
    edges: dict[int, Tensor]


class Generator(nn.Module):
    """A picture and a style to a picture: its content in the style.

    Args:
        of: the sizes.
    """

    def __init__(self, of: Architecture):
        super().__init__()
        steps, (_, inmost) = of.steps(of.halvings), of.steps(of.halvings)[-1]
        carried = of.w_hpf > 0

        def styled(inner: int, outer: int, double: bool) -> StyledBlock:
            return StyledBlock(inner, outer, of.style_dim, double=double, shortcut=not carried)

        self.from_rgb = nn.Conv2d(3, of.first, 3, padding=1)
        self.encode = nn.ModuleList(
            [ResidualBlock(*step, normalise=True, halve=True) for step in steps]
            + [ResidualBlock(inmost, inmost, normalise=True) for _ in range(2)]
        )
        self.decode = nn.ModuleList(
            [styled(inmost, inmost, double=False) for _ in range(2)]
            + [styled(outer, inner, double=True) for inner, outer in reversed(steps)]
        )
        self.to_rgb = nn.Sequential(
            InstanceNorm(of.first), nn.LeakyReLU(SLOPE), nn.Conv2d(of.first, 3, 1)
        )
        if carried:
            self.hpf = HighPass(of.w_hpf)

    def forward(self, x: Tensor, s: Tensor, masks: Sequence[Tensor] | None = None) -> Tensor:
        """Return pictures ``x`` in the styles ``s``.

        Args:
            x: (B, 3, H, W).
            s: (B, style_dim).
            masks: two (B, 1, h, w) in 0..1, where edges are carried over; see `fan`.
        """
        return self.styled(self.content(x, masks), s)

    def content(self, x: Tensor, masks: Sequence[Tensor] | None = None) -> Content:
        """Take the content out of pictures, once for any number of styles; see `forward`."""
        x, edges = self.from_rgb(x), {}
        for block in self.encode:
            side = x.shape[2]
            if masks is not None and side in EDGES:
                mask = F.interpolate(masks[EDGES[side]], size=side, mode="bilinear")
                edges[side] = self.hpf(mask * x)
            x = block(x)
        return Content(x, edges)

    def styled(self, content: Content, s: Tensor) -> Tensor:
        """Return contents in the styles ``s`` (B, style_dim)."""
        x = content.features
        for block in self.decode:
            x = block(x, s)
            if x.shape[2] in content.edges:
                x = x + content.edges[x.shape[2]]
        return self.to_rgb(x)


class MappingNetwork(nn.Module):
    """Noise to a style of a domain."""

    def __init__(self, of: Architecture):
        super().__init__()
        width = of.hidden
        self.shared = _rectified([of.latent_dim, width, width, width, width])
        self.unshared = nn.ModuleList(
            nn.Sequential(*_rectified([width] * 4), nn.Linear(width, of.style_dim))
            for _ in range(of.num_domains)
        )

    def forward(self, z: Tensor, y: Tensor) -> Tensor:
        """(B, latent_dim) and domains (B,) to (B, style_dim)."""
        return _chosen(self.unshared, self.shared(z), y)


class StyleEncoder(nn.Module):
    """A picture to its style as a domain sees it."""

    def __init__(self, of: Architecture):
        super().__init__()
        trunk, width = _trunk(of)
        self.shared = nn.Sequential(*trunk, nn.LeakyReLU(SLOPE))
        self.unshared = nn.ModuleList(nn.Linear(width, of.style_dim) for _ in range(of.num_domains))

    def forward(self, x: Tensor, y: Tensor) -> Tensor:
        """(B, 3, H, W) and domains (B,) to (B, style_dim)."""
        return _chosen(self.unshared, self.shared(x).flatten(1), y)


class MinibatchDeviation(nn.Module):
    """One more channel: how much the pictures of a batch differ (Karras et al. 2018)."""

    def forward(self, x: Tensor) -> Tensor:
        """(B, C, H, W) to (B, C + 1, H, W)."""
        spread = x.float().var(dim=0, correction=0).add(1e-8).sqrt().mean()
        return torch.cat([x, spread.to(x.dtype).expand(len(x), 1, *x.shape[2:])], dim=1)


class Discriminator(nn.Module):
    """A picture to how real it looks in a domain, as a logit.

    Args:
        of: the sizes.
        spectral: whether the largest gain of every layer is held at 1 (Miyato et al. 2018).
        deviation: whether it is told how much the pictures of a batch differ.
    """

    def __init__(self, of: Architecture, *, spectral: bool = False, deviation: bool = False):
        super().__init__()
        trunk, width = _trunk(of, more=int(deviation))
        if deviation:
            trunk[-2] = nn.Sequential(trunk[-2], MinibatchDeviation())
        self.main = nn.Sequential(*trunk, nn.LeakyReLU(SLOPE), nn.Conv2d(width, of.num_domains, 1))
        if spectral:
            layers = [m for m in self.modules() if isinstance(m, nn.Conv2d)]
            for layer in layers:
                nn.utils.parametrizations.spectral_norm(layer)

    def forward(self, x: Tensor, y: Tensor) -> Tensor:
        """(B, 3, H, W) and domains (B,) to (B,)."""
        return self.main(x).flatten(1).gather(1, y[:, None])[:, 0]


def _trunk(of: Architecture, more: int = 0) -> tuple[list[nn.Module], int]:
    """Return the layers from a picture down to one pixel, and its number of channels.

    Args:
        of: the sizes.
        more: channels that the last layer sees beyond those of the blocks.
    """
    steps = of.steps(of.img_size.bit_length() - 3)
    width = steps[-1][1]
    blocks = [ResidualBlock(*step, halve=True) for step in steps]
    return [
        nn.Conv2d(3, of.first, 3, padding=1),
        *blocks,
        nn.LeakyReLU(SLOPE),
        nn.Conv2d(width + more, width, 4),
    ], width


def _rectified(widths: Sequence[int]) -> nn.Sequential:
    """Return linear layers of these widths, each with a rectifier behind it."""
    layers: list[nn.Module] = []
    for inner, outer in pairwise(widths):
        layers += [nn.Linear(inner, outer), nn.ReLU()]
    return nn.Sequential(*layers)


def _chosen(branches: nn.ModuleList, h: Tensor, y: Tensor) -> Tensor:
    """Return for each row of (B, width) what the branch of its domain makes of it."""
    every = torch.stack([branch(h) for branch in branches], dim=1)
    return every[torch.arange(len(y), device=y.device), y]
