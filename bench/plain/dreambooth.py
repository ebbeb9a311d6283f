"""A step of training as diffusers' DreamBooth LoRA example takes it: what ours is held against.

VAE and text encoder run every step; a LoRA on the attention layers, one AdamW,
mean square of the noise.
"""

from collections.abc import Sequence
from typing import Any

import torch
from diffusers import DDPMScheduler

from idlock.engines.lora.training.adapter import Adapter
from idlock.engines.lora.training.examples import Example
from idlock.engines.lora.training.material import as_tensor
from idlock.engines.lora.training.precision import Precision


class Plain:
    """Takes steps.

    Args:
        pipeline: with the adapter on.
        adapter: what learns.
        shown: what is learnt.
        batch: pictures a step.
        numbers: to calculate with.
    """

    def __init__(
        self,
        pipeline: Any,
        adapter: Adapter,
        shown: Sequence[Example],
        batch: int,
        numbers: Precision,
    ):
        self.pipeline, self.adapter, self.shown, self.batch = pipeline, adapter, shown, batch
        self.numbers = numbers
        self.noising = DDPMScheduler.from_config(pipeline.scheduler.config)
        self.optimizer = torch.optim.AdamW(adapter.parameters(), lr=1e-4)
        self.schedule = torch.optim.lr_scheduler.LambdaLR(self.optimizer, lambda _: 1.0)

    def __call__(self, number: int) -> None:
        """Take a step, by its number."""
        pipeline, on = self.pipeline, self.numbers.device
        chosen = [self.shown[(number + k) % len(self.shown)] for k in range(self.batch)]
        pixels = as_tensor([example.picture for example in chosen]).to(on, pipeline.vae.dtype)
        with self.numbers.calculating():
            latents = pipeline.vae.encode(pixels).latent_dist.sample()
            latents = latents * pipeline.vae.config.scaling_factor
            noise = torch.randn_like(latents)
            times = torch.randint(0, 1000, (self.batch,), device=on)
            noised = self.noising.add_noise(latents, noise, times)
            hidden = pipeline.text_encoder(self._words(chosen).to(on), return_dict=False)[0]
            said = pipeline.unet(noised, times, hidden, return_dict=False)[0]
        wanted = noise
        if self.noising.config.prediction_type == "v_prediction":
            wanted = self.noising.get_velocity(latents, noise, times)
        torch.nn.functional.mse_loss(said.float(), wanted.float()).backward()
        torch.nn.utils.clip_grad_norm_(self.adapter.parameters(), 1.0)
        self.optimizer.step()
        self.schedule.step()
        self.optimizer.zero_grad()

    def _words(self, chosen: Sequence[Example]) -> torch.Tensor:
        tokenizer = self.pipeline.tokenizer
        return tokenizer(
            [example.caption for example in chosen],
            padding="max_length",
            truncation=True,
            max_length=tokenizer.model_max_length,
            return_tensors="pt",
        ).input_ids
