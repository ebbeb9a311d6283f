"""The landmark network whose heat-maps say where edges are carried over.

After Wang et al. 2019 (adaptive wing loss) and Bulat and Tzimiropoulos 2017:
one hour-glass of depth 4 that gives 98 landmarks (the order of WFLW) and the
face's boundary, with the published names of weights. Narrower pictures are
brought to 256 px first; there is one size of this network only.
"""

import torch
import torch.nn.functional as F
from torch import Tensor, nn

from idlock.engines.stargan import masks

SIDE = 256  # px, at which faces are looked at
LANDMARKS = 98
WIDTH = 256
DEPTH = 4


class WithPlaces(nn.Module):
    """A convolution that also sees where it is: row, column, distance from the middle."""

    def __init__(self, inner: int, outer: int, kernel: int, stride: int = 1):
        super().__init__()
        self.conv = nn.Conv2d(inner + 3, outer, kernel, stride, kernel // 2)

    def forward(self, x: Tensor) -> Tensor:
        """(B, inner, H, W) to (B, outer, H', W')."""
        height, width = x.shape[2:]
        rows = torch.linspace(-1, 1, height, dtype=x.dtype, device=x.device)
        columns = torch.linspace(-1, 1, width, dtype=x.dtype, device=x.device)
        row, column = torch.meshgrid(rows, columns, indexing="ij")
        away = torch.hypot(row, column)
        places = torch.stack([row, column, away / away.max()])
        return self.conv(torch.cat([x, places.expand(len(x), -1, -1, -1)], dim=1))


class ConvBlock(nn.Module):
    """Three convolutions, each on the one before; all three are seen at the end."""

    def __init__(self, inner: int, outer: int):
        super().__init__()
        half, quarter = outer // 2, outer // 4
        self.bn1, self.conv1 = _before(inner, half)
        self.bn2, self.conv2 = _before(half, quarter)
        self.bn3, self.conv3 = _before(quarter, quarter)
        if inner == outer:
            self.downsample = nn.Identity()
        else:
            self.downsample = nn.Sequential(
                nn.BatchNorm2d(inner), nn.ReLU(), nn.Conv2d(inner, outer, 1, bias=False)
            )

    def forward(self, x: Tensor) -> Tensor:
        """(B, inner, H, W) to (B, outer, H, W)."""
        first = self.conv1(F.relu(self.bn1(x)))
        second = self.conv2(F.relu(self.bn2(first)))
        third = self.conv3(F.relu(self.bn3(second)))
        return torch.cat([first, second, third], dim=1) + self.downsample(x)


def _before(inner: int, outer: int) -> tuple[nn.BatchNorm2d, nn.Conv2d]:
    return nn.BatchNorm2d(inner), nn.Conv2d(inner, outer, 3, padding=1, bias=False)


class HourGlass(nn.Module):
    """The picture halved four times and doubled again, every size seen on the way back."""

    def __init__(self):
        super().__init__()
        self.coordconv = WithPlaces(WIDTH, WIDTH, 1)
        for level in range(DEPTH, 0, -1):
            for place in ("b1", "b2", "b3") if level > 1 else ("b1", "b2", "b2_plus", "b3"):
                self.add_module(f"{place}_{level}", ConvBlock(WIDTH, WIDTH))

    def forward(self, x: Tensor) -> Tensor:
        """(B, 256, H, W) to the same."""
        return self._level(DEPTH, self.coordconv(x))

    def _level(self, level: int, x: Tensor) -> Tensor:
        small = self.get_submodule(f"b2_{level}")(F.avg_pool2d(x, 2))
        small = self._level(level - 1, small) if level > 1 else self.b2_plus_1(small)
        small = self.get_submodule(f"b3_{level}")(small)
        return self.get_submodule(f"b1_{level}")(x) + F.interpolate(small, scale_factor=2.0)


class FAN(nn.Module):
    """The landmark network."""

    def __init__(self):
        super().__init__()
        self.conv1 = WithPlaces(3, 64, 7, stride=2)
        self.bn1 = nn.BatchNorm2d(64)
        self.conv2 = ConvBlock(64, 128)
        self.conv3 = ConvBlock(128, 128)
        self.conv4 = ConvBlock(128, WIDTH)
        self.m0 = HourGlass()
        self.top_m_0 = ConvBlock(WIDTH, WIDTH)
        self.conv_last0 = nn.Conv2d(WIDTH, WIDTH, 1)
        self.bn_end0 = nn.BatchNorm2d(WIDTH)
        self.l0 = nn.Conv2d(WIDTH, LANDMARKS + 1, 1)

    def forward(self, x: Tensor) -> Tensor:
        """Return (B, 99, 64, 64) heat-maps, the last the boundary, of (B, 3, 256, 256) in 0..1."""
        x = F.avg_pool2d(self.conv2(F.relu(self.bn1(self.conv1(x)))), 2)
        x = self.top_m_0(self.m0(self.conv4(self.conv3(x))))
        return self.l0(F.relu(self.bn_end0(self.conv_last0(x))))

    @torch.no_grad()
    def get_heatmap(self, x: Tensor) -> tuple[Tensor, Tensor]:
        """Return the two masks for the generator, each (B, 1, 256, 256) in 0..1.

        Args:
            x: (B, 3, H, W) in -1..1, any size.
        """
        shown = F.interpolate(x, size=SIDE, mode="bilinear") * 0.5 + 0.5
        heat = self(shown)[:, :LANDMARKS]
        heat = F.interpolate(heat, size=SIDE, mode="bilinear", align_corners=True)
        return masks.of_face(heat)
