"""What both trainings share: their course, kept in a file, and the average of the weights."""

import logging
import time
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

import torch

from idlock.training import state

log = logging.getLogger(__name__)
WARM_UP = 100  # steps
SAVED_EVERY = 120  # seconds


def learn(
    name: str,
    nets: torch.nn.Module,
    optimizer: torch.optim.Optimizer,
    loss_of: Callable[[int], torch.Tensor],
    settings: Mapping[str, Any],
    path: Path,
) -> None:
    """Train, or go on with training, networks in place; in the end they are their average.

    Args:
        name: of the training, for the log.
        nets: what learns.
        optimizer: of their parameters.
        loss_of: the loss of a step by its number, on which its draws depend and
            nothing else: so there is no random state to keep.
        settings: ``steps``, ``rate``, ``average``.
        path: where the state of the training is kept.
    """
    average = Average(nets, settings["average"])
    done = 0
    if path.is_file():
        kept = state.load(path)
        nets.load_state_dict(kept["nets"])
        optimizer.load_state_dict(kept["optimizer"])
        average.load(kept["average"])
        done = kept["step"]
    saved, lost = time.monotonic(), []
    for step in range(done + 1, settings["steps"] + 1):
        for group in optimizer.param_groups:
            group["lr"] = rate(step, settings)
        loss = loss_of(step)
        loss.backward()
        torch.nn.utils.clip_grad_norm_(nets.parameters(), 1.0)
        optimizer.step()
        optimizer.zero_grad(set_to_none=True)
        average.follow(nets)
        lost.append(loss.detach())
        if step == settings["steps"] or time.monotonic() - saved > SAVED_EVERY:
            log.info("%s step %d: loss %.4f", name, step, torch.stack(lost).mean())
            kept = {"nets": nets.state_dict(), "optimizer": optimizer.state_dict()}
            state.save(path, kept | {"average": average.weights, "step": step})
            saved, lost = time.monotonic(), []
    average.give(nets)
    nets.eval()


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
