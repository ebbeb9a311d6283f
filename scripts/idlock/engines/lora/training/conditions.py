"""Captions as the UNet takes them: encoded once where the text encoder does not learn."""

from collections.abc import Sequence
from dataclasses import dataclass

import torch
from diffusers import DiffusionPipeline
from torch import Tensor


@dataclass(frozen=True)
class Conditions:
    """Encoded captions.

    Attributes:
        hidden: (n, tokens, d) what the UNet attends to.
        pooled: (n, d2) of SDXL's second encoder, else None.
        size: side of the pictures, px, which SDXL is told as well.
    """

    hidden: Tensor
    pooled: Tensor | None
    size: int

    def at(self, rows: Tensor) -> "Conditions":
        """The conditions of some captions, by their (m,) numbers."""
        pooled = None if self.pooled is None else self.pooled[rows]
        return Conditions(self.hidden[rows], pooled, self.size)

    def arguments(self) -> dict[str, object]:
        """What the UNet is given besides latents and timesteps."""
        given: dict[str, object] = {"encoder_hidden_states": self.hidden}
        if self.pooled is not None:
            # original size, upper left corner of the crop, and size, all in px
            told = torch.tensor([self.size, self.size, 0, 0, self.size, self.size])
            given["added_cond_kwargs"] = {
                "text_embeds": self.pooled,
                "time_ids": told.to(self.pooled).repeat(len(self.pooled), 1),
            }
        return given


def encode(pipeline: DiffusionPipeline, captions: Sequence[str], size: int) -> Conditions:
    """Encode captions with the text encoder(s) of an SD 1.5 or SDXL pipeline."""
    encoded = pipeline.encode_prompt(
        list(captions),
        device=pipeline.unet.device,
        num_images_per_prompt=1,
        do_classifier_free_guidance=False,
    )
    pooled = encoded[2] if len(encoded) == 4 else None
    return Conditions(encoded[0], pooled, size)
