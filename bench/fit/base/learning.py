"""What both trainings share: the learning rate's course and the average of the weights."""

from collections.abc import Mapping
from typing import Any

import torch

WARM_UP = 100  # steps


def rate(step: int, settings: Mapping[str, Any]) -> float:
    """Learning rate at a step: up, level, and down to a fiftieth over the last third."""
    left = (settings["steps"] - step) / (settings["steps"] / 3)
    return settings["rate"] * min(1.0, step / WARM_UP, 0.02 + 0.98 * left)


class Average:
    """An exponential moving average of a network's weights; short memory in the beginning.

    Args:
        net: the network.
        decay: share that is kept a step, in the long run.
    """

    def __init__(self, net: torch.nn.Module, decay: float):
        self.weights = {name: w.detach().clone() for name, w in net.state_dict().items()}
        self._decay = decay
        self._steps = 0

    def follow(self, net: torch.nn.Module) -> None:
        """Take in the weights as they are after a step."""
        self._steps += 1
        keep = min(self._decay, (1 + self._steps) / (10 + self._steps))
        with torch.no_grad():
            for name, weight in net.state_dict().items():
                if weight.is_floating_point():
                    self.weights[name].lerp_(weight, 1.0 - keep)

    def give(self, net: torch.nn.Module) -> None:
        """Put the average into a network."""
        net.load_state_dict(self.weights)

    def load(self, weights: Mapping[str, torch.Tensor]) -> None:
        """Go on from a kept average, which is old enough for its full memory."""
        self.weights = dict(weights)
        self._steps = 10**6
