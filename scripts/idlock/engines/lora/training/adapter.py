"""The trainable part: low-rank additions to a base that itself never changes."""

import math
from collections.abc import Mapping
from typing import Any

import torch
from diffusers import DiffusionPipeline
from peft import LoraConfig
from peft.tuners.lora import LoraLayer
from torch import Tensor, nn

NAME = "person"
ATTENTION = ["to_q", "to_k", "to_v", "to_out.0"]
FEED_FORWARD = ["ff.net.0.proj", "ff.net.2"]
CONVOLUTIONS = ["conv1", "conv2", "conv_shortcut", "proj_in", "proj_out", "time_emb_proj"]
TARGETS = {
    "attention": ATTENTION,
    "attention+feedforward": ATTENTION + FEED_FORWARD,
    "all": ATTENTION + FEED_FORWARD + CONVOLUTIONS,
}
TEXT_TARGETS = ["q_proj", "k_proj", "v_proj", "out_proj"]
TEXT_ENCODERS = ("text_encoder", "text_encoder_2")


class Adapter:
    """A LoRA on a pipeline's UNet and, if wanted, its text encoders.

    It adds ``alpha / rank * up @ down`` to each targeted layer. A fresh one adds
    nothing, its up-matrices being zero. Its weights are float32 whatever the
    base is in.

    Args:
        pipeline: its weights are frozen from here on; `remove` takes the LoRA off.
        rank: of the LoRA.
        targets: a key of `TARGETS`.
        text_encoder: whether the text encoders are learnt as well.
        seed: of the down-matrices.
    """

    def __init__(
        self, pipeline: DiffusionPipeline, rank: int, targets: str, text_encoder: bool, seed: int
    ):
        self.rank = rank
        self.targets = targets
        self.alpha = float(rank)
        self.parts = {"unet": pipeline.unet} | {
            name: getattr(pipeline, name)
            for name in TEXT_ENCODERS
            if text_encoder and getattr(pipeline, name, None) is not None
        }
        for name in ("unet", "vae", *TEXT_ENCODERS):
            if getattr(pipeline, name, None) is not None:
                getattr(pipeline, name).requires_grad_(False)
        with torch.random.fork_rng(devices=[]):  # drawn anew below
            for name, part in self.parts.items():
                part.add_adapter(self._config(name), NAME)
        self.layers = {
            f"{name}.{path}": layer
            for name, part in self.parts.items()
            for path, layer in part.named_modules()
            if isinstance(layer, LoraLayer)
        }
        random = torch.Generator().manual_seed(seed)
        for layer in self.layers.values():
            down, up = self._matrices(layer)
            # Kaiming's uniform one with a = sqrt 5, as peft and kohya have it
            bound = 1.0 / math.sqrt(down[0].numel())
            drawn = torch.empty(down.shape).uniform_(-bound, bound, generator=random)
            down.data = drawn.to(down.device)
            up.data = torch.zeros(up.shape, device=up.device)

    def _config(self, part: str) -> LoraConfig:
        targets = TARGETS[self.targets] if part == "unet" else TEXT_TARGETS
        return LoraConfig(r=self.rank, lora_alpha=self.rank, target_modules=targets)

    @staticmethod
    def _matrices(layer: LoraLayer) -> tuple[nn.Parameter, nn.Parameter]:
        return layer.lora_A[NAME].weight, layer.lora_B[NAME].weight

    def groups(self, lr: float, up_lr_ratio: float) -> list[dict[str, Any]]:
        """The trainable parameters as groups for an optimizer."""
        pairs = [self._matrices(layer) for layer in self.layers.values()]
        return [
            {"params": [down for down, _ in pairs], "lr": lr},
            {"params": [up for _, up in pairs], "lr": lr * up_lr_ratio},
        ]

    def parameters(self) -> list[nn.Parameter]:
        """The trainable parameters."""
        return [matrix for layer in self.layers.values() for matrix in self._matrices(layer)]

    def set_alpha(self, alpha: float, rescale: bool) -> None:
        """Change alpha.

        Args:
            alpha: the new one.
            rescale: make the up-matrices larger where alpha gets smaller, so that
                the network's output stays what it was. Without it the LoRA's
                effect changes by ``alpha / old alpha`` at once.
        """
        for layer in self.layers.values():
            layer.lora_alpha[NAME] = alpha
            layer.scaling[NAME] = alpha / self.rank
            if rescale:
                self._matrices(layer)[1].data *= self.alpha / alpha
        self.alpha = alpha

    def tensors(self) -> dict[str, Tensor]:
        """Copies of all matrices, on the CPU, named as in diffusers' LoRA files."""
        found = {}
        for path, layer in self.layers.items():
            down, up = self._matrices(layer)
            found[f"{path}.lora_A.weight"] = down.detach().to("cpu", torch.float32, copy=True)
            found[f"{path}.lora_B.weight"] = up.detach().to("cpu", torch.float32, copy=True)
        return found

    def restore(self, tensors: Mapping[str, Tensor], alpha: float) -> None:
        """Put back what `tensors` gave under an alpha."""
        self.set_alpha(alpha, rescale=False)
        for path, layer in self.layers.items():
            for matrix, key in zip(self._matrices(layer), ("lora_A", "lora_B"), strict=True):
                matrix.data.copy_(tensors[f"{path}.{key}.weight"])

    def remove(self) -> None:
        """Take the LoRA off; the pipeline is what it was before."""
        from diffusers.utils import recurse_remove_peft_layers  # noqa: PLC0415

        for name, part in self.parts.items():
            if name == "unet":
                part.unload_lora()
            else:
                recurse_remove_peft_layers(part)
                part._hf_peft_config_loaded = False  # transformers' own mark
