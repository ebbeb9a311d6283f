"""LPIPS (Zhang et al. 2018, "The Unreasonable Effectiveness of Deep Features", eq. 1), AlexNet.

torchmetrics brings the learned weights of the five layers, version 0.1, but
builds AlexNet through torchvision, which idlock does without; so the network
stands here (Krizhevsky 2014, "One weird trick", as torchvision lays it out), and
the user brings its weights.
"""

from collections.abc import Sequence
from functools import cached_property
from pathlib import Path

import numpy as np
import torch
import torchmetrics
from torch import nn
from torch.nn import functional

from idlock import perceptual

HEADS = Path(torchmetrics.__file__).parent / "functional/image/lpips_models/alex.pth"
# mean and deviation of ImageNet, for values in -1..1
SHIFT = (-0.030, -0.088, -0.188)
SCALE = (0.458, 0.448, 0.450)
TAPS = (1, 4, 7, 9, 11)  # the five rectified layers
LEAST = 1e-8  # under the root of a length

Activations = list[torch.Tensor]


class AlexNet(nn.Module):
    """The convolutions of AlexNet."""

    def __init__(self):
        super().__init__()
        self.features = nn.Sequential(
            nn.Conv2d(3, 64, 11, stride=4, padding=2), nn.ReLU(), nn.MaxPool2d(3, 2),
            nn.Conv2d(64, 192, 5, padding=2), nn.ReLU(), nn.MaxPool2d(3, 2),
            nn.Conv2d(192, 384, 3, padding=1), nn.ReLU(),
            nn.Conv2d(384, 256, 3, padding=1), nn.ReLU(),
            nn.Conv2d(256, 256, 3, padding=1), nn.ReLU(),
        )  # fmt: skip

    def forward(self, pictures: torch.Tensor) -> Activations:
        """Return the rectified layers of (n, 3, h, w) pictures."""
        found = []
        for number, layer in enumerate(self.features):
            pictures = layer(pictures)
            if number in TAPS:
                found.append(pictures)
        return found


class Lpips:
    """The distance of two pictures of one size, 0 for equal ones.

    Args:
        path: AlexNet's weights, as torchvision publishes them.
    """

    def __init__(self, path: Path):
        self._path = path

    def activations(self, rgb: np.ndarray) -> Activations:
        """Look at a (h, w, 3) uint8 picture: five (c, h, w) maps of unit length per place."""
        picture = torch.from_numpy(rgb.astype(np.float32).transpose(2, 0, 1)[None]) / 127.5 - 1
        shift, scale = (torch.tensor(v).view(1, 3, 1, 1) for v in (SHIFT, SCALE))
        with torch.inference_mode():
            layers = self._network((picture - shift) / scale)
            lengths = [(layer.square().sum(dim=1, keepdim=True) + LEAST).sqrt() for layer in layers]
            return [(layer / length)[0] for layer, length in zip(layers, lengths, strict=True)]

    def between(self, first: Activations, second: Activations) -> float:
        """Return the distance of two pictures that were looked at."""
        with torch.inference_mode():
            parts = [
                functional.conv2d((a - b).square()[None], head).mean()
                for a, b, head in zip(first, second, self._heads, strict=True)
            ]
            return float(sum(parts))

    @cached_property
    def _network(self) -> AlexNet:
        return perceptual.load(AlexNet(), self._path)

    @cached_property
    def _heads(self) -> Sequence[torch.Tensor]:
        weights = torch.load(HEADS, map_location="cpu", weights_only=True)
        return [weights[f"lin{number}.model.1.weight"] for number in range(len(TAPS))]
