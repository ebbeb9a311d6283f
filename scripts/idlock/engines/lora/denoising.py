"""Pictures on their way from noise, each of which can be stopped, looked at and taken on.

A pipeline of diffusers goes from noise to picture in one call. Choosing seeds
needs to stop in the middle, go on with some, and end where the pipeline would
have ended: so every picture has a scheduler and a generator of its own, while
the UNet works on many at once.
"""

import copy
from collections.abc import Sequence
from typing import Any

import numpy as np
import torch

from idlock.engines.lora import words as spoken
from idlock.engines.lora.words import Words


class Denoising:
    """Pictures of one pipeline, from the noise of their seeds.

    Args:
        pipeline: a text-to-image pipeline of diffusers; its scheduler is copied.
        words: prompts, a row a picture.
        seeds: of the noise, one a picture.
        steps: the whole way.
        guidance: scale of the classifier-free guidance.
        batch: pictures that the networks work on at once.
    """

    def __init__(
        self,
        pipeline: Any,
        words: Words,
        seeds: Sequence[int],
        steps: int,
        guidance: float,
        batch: int,
    ):
        self._pipeline = pipeline
        self._words = words
        self._guidance = guidance
        self._batch = batch
        device = pipeline._execution_device
        start = copy.deepcopy(pipeline.scheduler)
        start.set_timesteps(steps, device=device)
        self.timesteps = start.timesteps
        self._schedulers = [copy.deepcopy(start) for _ in seeds]
        self._generators = [torch.Generator(device).manual_seed(seed) for seed in seeds]
        self._latents = torch.cat([self._noise(generator) for generator in self._generators])
        self._clean = torch.zeros_like(self._latents)
        self._at = [0] * len(seeds)

    @property
    def steps(self) -> int:
        """Calls of the UNet on the whole way of a picture."""
        return len(self.timesteps)

    def advance(self, who: Sequence[int], steps: int) -> None:
        """Take some of the pictures, which have come equally far, on by so many steps."""
        for rows in _chunks(who, self._batch):
            self._take_on(rows, steps)

    def predicted(self, who: Sequence[int]) -> np.ndarray:
        """Return the pictures that the last step foresaw: (n, H, W, 3) uint8.

        After the last step it is the picture itself, as the pipeline gives it.
        """
        done = [self._at[row] == self.steps for row in who]
        latents = [(self._latents if d else self._clean)[row] for d, row in zip(done, who)]  # noqa: B905
        return decoded(self._pipeline, torch.stack(latents), self._batch)

    def _noise(self, generator: torch.Generator) -> torch.Tensor:
        pipeline = self._pipeline
        side = pipeline.unet.config.sample_size * pipeline.vae_scale_factor
        channels, dtype = pipeline.unet.config.in_channels, pipeline.unet.dtype
        # the scheduler's own scale of noise, for which it has to know its steps
        pipeline.scheduler.set_timesteps(len(self.timesteps), device=generator.device)
        return pipeline.prepare_latents(1, channels, side, side, dtype, generator.device, generator)

    @torch.inference_mode()
    def _take_on(self, rows: list[int], steps: int) -> None:
        pipeline = self._pipeline
        latents = self._latents[rows]
        side = tuple(n * pipeline.vae_scale_factor for n in latents.shape[-2:])
        conditions = spoken.conditions(pipeline, spoken.chosen(self._words, rows), side)
        at = self._at[rows[0]]
        for time in self.timesteps[at : at + steps]:
            seen = torch.cat(
                [
                    self._schedulers[row].scale_model_input(latents[n : n + 1], time)
                    for n, row in enumerate(rows)
                ]
            )
            without, with_prompt = pipeline.unet(
                torch.cat([seen, seen]), time, **conditions, return_dict=False
            )[0].chunk(2)
            noise = without + self._guidance * (with_prompt - without)
            self._clean[rows] = self._foreseen(seen, noise, time)
            latents = torch.cat(
                [self._step(row, noise[n : n + 1], time, latents[n : n + 1]) for n, row in enumerate(rows)]
            )
        self._latents[rows] = latents
        for row in rows:
            self._at[row] += steps

    def _step(self, row, noise, time, latents) -> torch.Tensor:
        more = self._pipeline.prepare_extra_step_kwargs(self._generators[row], 0.0)
        return self._schedulers[row].step(noise, time, latents, **more, return_dict=False)[0]

    def _foreseen(
        self, seen: torch.Tensor, output: torch.Tensor, time: torch.Tensor
    ) -> torch.Tensor:
        """Return the clean latents that a UNet's output speaks of (Ho et al. 2020, eq. 15).

        Args:
            seen: latents as the UNet sees them, of variance 1.
            output: what it said of them.
            time: when.
        """
        config = self._pipeline.scheduler.config
        kept = self._pipeline.scheduler.alphas_cumprod.to(seen)[time.long()]
        if config.prediction_type == "epsilon":
            return (seen - (1 - kept).sqrt() * output) / kept.sqrt()
        if config.prediction_type == "v_prediction":  # Salimans and Ho 2022
            return kept.sqrt() * seen - (1 - kept).sqrt() * output
        return output  # the clean latents themselves


@torch.inference_mode()
def decoded(pipeline: Any, latents: torch.Tensor, batch: int) -> np.ndarray:
    """Return the pictures of (n, c, h, w) latents: (n, H, W, 3) uint8 sRGB."""
    vae = pipeline.vae
    made = []
    for rows in latents.split(batch):
        picture = vae.decode(rows / vae.config.scaling_factor, return_dict=False)[0]
        made.append(pipeline.image_processor.postprocess(picture, output_type="np"))
    return np.rint(np.concatenate(made) * 255).astype(np.uint8)


def _chunks(who: Sequence[int], size: int) -> list[list[int]]:
    return [list(who[at : at + size]) for at in range(0, len(who), size)]
