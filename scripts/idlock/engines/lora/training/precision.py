"""Which numbers a training calculates with."""

from collections.abc import Iterator
from contextlib import AbstractContextManager, contextmanager, nullcontext
from typing import Any

import torch
from diffusers import DiffusionPipeline
from torch import Tensor

from idlock.engines.lora.training.adapter import TEXT_ENCODERS

DTYPES = {"fp32": torch.float32, "bf16": torch.bfloat16, "fp16": torch.float16}


class Precision:
    """Numbers of the base's networks; the LoRA and the VAE stay in float32.

    Args:
        name: ``fp32``, ``bf16``, ``fp16``, or ``auto``: bf16 on a card that has it,
            fp16 on another, fp32 on a CPU.
        device: of the training.

    Raises:
        ValueError: half precision on a CPU, which would be slow and inexact.
    """

    def __init__(self, name: str, device: torch.device):
        if name == "auto":
            name = _best(device)
        if device.type == "cpu" and name != "fp32":
            raise ValueError(f"precision {name} needs a GPU; write fp32 or auto for a CPU")
        self.name = name
        self.device = device
        # fp16 gradients are so small that they vanish unless they are scaled up
        self._scaler = torch.amp.GradScaler(device.type, enabled=name == "fp16")

    def place(self, pipeline: DiffusionPipeline) -> None:
        """Bring a pipeline's networks to the device."""
        for name in ("unet", *TEXT_ENCODERS):
            part = getattr(pipeline, name, None)
            if part is not None:
                _to(part, self.device, DTYPES[self.name])
        _to(pipeline.vae, self.device, torch.float32)

    def calculating(self) -> AbstractContextManager:
        """Calculate in this precision inside."""
        if self.name == "fp32":
            return nullcontext()
        return torch.autocast(self.device.type, DTYPES[self.name])

    def backward(self, loss: Tensor) -> None:
        """Add the loss's gradients to those there are."""
        self._scaler.scale(loss).backward()

    def step(self, optimizer: torch.optim.Optimizer, clip: float) -> None:
        """Take an optimizer's step, with gradients no longer than ``clip`` together."""
        self._scaler.unscale_(optimizer)
        learnt = [parameter for group in optimizer.param_groups for parameter in group["params"]]
        torch.nn.utils.clip_grad_norm_(learnt, clip)
        self._scaler.step(optimizer)
        self._scaler.update()

    def state(self) -> dict[str, Any]:
        """What has to be kept for a training to go on from."""
        return self._scaler.state_dict()

    def restore(self, state: dict[str, Any]) -> None:
        """Go on from `state`."""
        if state:
            self._scaler.load_state_dict(state)


@contextmanager
def channels_last(network: torch.nn.Module) -> Iterator[None]:
    """Have a network's weights lie as convolutions are fastest inside, and as usual afterwards.

    A quarter less time for a step, on CPUs as on cards; but the order of sums is
    another, so whoever comes next shall find the usual one.
    """
    network.to(memory_format=torch.channels_last)
    try:
        yield
    finally:
        network.to(memory_format=torch.contiguous_format)


def _to(part: torch.nn.Module, device: torch.device, dtype: torch.dtype) -> None:
    part.to(device).eval()
    if part.dtype != dtype:  # diffusers warns of every cast, needed or not
        part.to(dtype)


def _best(device: torch.device) -> str:
    if device.type != "cuda":
        return "fp32"
    return "bf16" if torch.cuda.is_bf16_supported() else "fp16"
