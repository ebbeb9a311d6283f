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
from torch import Tensor

from idlock.engines.lora import words
from idlock.engines.lora.words import Words


class Denoising:
    """Pictures of one pipeline, from the noise of their seeds.

    The networks are always shown ``batch`` pictures, the last one repeated where
    there are fewer: the order of sums hangs on the shape of what is summed, so a
    picture would else come out a little different in other company.

    Args:
        pipeline: a text-to-image pipeline of diffusers.
        said: prompts, a row a picture.
        seeds: of the noise, one a picture.
        steps: the whole way.
        guidance: scale of the classifier-free guidance.
        batch: pictures that the networks work on at once.
    """

    def __init__(
        self,
        pipeline: Any,
        said: Words,
        seeds: Sequence[int],
        steps: int,
        guidance: float,
        batch: int,
    ):
        self._pipeline = pipeline
        self._said = said
        self._guidance = guidance
        self._batch = batch
        pipeline.scheduler.set_timesteps(steps, device=pipeline.unet.device)
        self._times = pipeline.scheduler.timesteps.clone()
        self._schedulers = [copy.deepcopy(pipeline.scheduler) for _ in seeds]
        self._generators = [noise(seed) for seed in seeds]
        self._latents = torch.cat([self._noise(generator) for generator in self._generators])
        self._foreseen = torch.zeros_like(self._latents)
        self._gone = [0] * len(seeds)

    @property
    def steps(self) -> int:
        """Calls of the UNet on the whole way of a picture."""
        return len(self._times)

    def gone(self, who: Sequence[int]) -> int:
        """Steps that some of the pictures have gone, which have come equally far."""
        return self._gone[who[0]]

    def advance(self, who: Sequence[int], steps: int) -> None:
        """Take some of the pictures, which have come equally far, on by so many steps."""
        for rows in chunks(who, self._batch):
            self._take_on(rows, steps)

    def pictures(self, who: Sequence[int]) -> np.ndarray:
        """Return the pictures that the last step foresaw: (n, H, W, 3) uint8.

        At the end of the way it is the picture itself, as the pipeline gives it.
        """
        latents = [
            (self._latents if self._gone[row] == self.steps else self._foreseen)[row] for row in who
        ]
        return decoded(self._pipeline, torch.stack(latents), self._batch)

    def _noise(self, generator: torch.Generator) -> Tensor:
        unet = self._pipeline.unet
        side = unet.config.sample_size * self._pipeline.vae_scale_factor
        return self._pipeline.prepare_latents(
            1, unet.config.in_channels, side, side, unet.dtype, unet.device, generator
        )

    @torch.inference_mode()
    def _take_on(self, rows: list[int], steps: int) -> None:
        latents, gone = self._latents[rows], self._gone[rows[0]]
        side = latents.shape[-1] * self._pipeline.vae_scale_factor
        said = {name: filled(part[rows], self._batch) for name, part in self._said.items()}
        given = words.conditions(said, side)
        for time in self._times[gone : gone + steps]:
            seen = self._scaled(rows, latents, time)
            output = self._guided(filled(seen, self._batch), time, given)[: len(rows)]
            self._foreseen[rows] = self._clean(seen, output, time)
            latents = self._stepped(rows, output, time, latents)
        self._latents[rows] = latents
        for row in rows:
            self._gone[row] += steps

    def _scaled(self, rows: list[int], latents: Tensor, time: Tensor) -> Tensor:
        each = zip(rows, latents.split(1), strict=True)
        return torch.cat([self._schedulers[r].scale_model_input(one, time) for r, one in each])

    def _guided(self, seen: Tensor, time: Tensor, given: dict[str, Any]) -> Tensor:
        both = self._pipeline.unet(torch.cat([seen, seen]), time, **given, return_dict=False)[0]
        without, with_prompt = both.chunk(2)
        return without + self._guidance * (with_prompt - without)

    def _stepped(self, rows: list[int], output: Tensor, time: Tensor, latents: Tensor) -> Tensor:
        result = []
        for row, found, one in zip(rows, output.split(1), latents.split(1), strict=True):
            more = self._pipeline.prepare_extra_step_kwargs(self._generators[row], 0.0)
            step = self._schedulers[row].step
            result.append(step(found, time, one, **more, return_dict=False)[0])
        return torch.cat(result)

    def _clean(self, seen: Tensor, output: Tensor, time: Tensor) -> Tensor:
        """Return the clean latents that a UNet's output speaks of, reckoned in float32.

        Args:
            seen: latents as the UNet sees them, of variance 1.
            output: what it said of them.
            time: when.
        """
        scheduler = self._pipeline.scheduler
        kept = scheduler.alphas_cumprod.to(seen.device, torch.float32)[time.long()]
        kind = scheduler.config.prediction_type
        clean = output
        if kind == "epsilon":  # Ho et al. 2020, eq. 15
            clean = (seen - (1 - kept).sqrt() * output) / kept.sqrt()
        elif kind == "v_prediction":  # Salimans and Ho 2022
            clean = kept.sqrt() * seen - (1 - kept).sqrt() * output
        return clean.to(seen.dtype)


@torch.inference_mode()
def decoded(pipeline: Any, latents: Tensor, batch: int) -> np.ndarray:
    """Return the pictures of (n, c, h, w) latents: (n, H, W, 3) uint8 sRGB."""
    vae, made = pipeline.vae, []
    for some in latents.split(batch):
        shown = filled(some, batch) / vae.config.scaling_factor
        pictures = vae.decode(shown, return_dict=False)[0][: len(some)]
        made.append(pipeline.image_processor.postprocess(pictures, output_type="np"))
    return np.rint(np.concatenate(made) * 255).astype(np.uint8)


def noise(seed: int) -> torch.Generator:
    """Return the source of a picture's noise: on the CPU, and so the same on every machine."""
    return torch.Generator().manual_seed(seed)


def filled(rows: Tensor, count: int) -> Tensor:
    """Repeat the last row until there are ``count``."""
    return torch.cat([rows, rows[-1:].expand(count - len(rows), *rows.shape[1:])])


def chunks(who: Sequence[int], size: int) -> list[list[int]]:
    """Divide ``who`` into parts of ``size``, the last one smaller."""
    return [list(who[at : at + size]) for at in range(0, len(who), size)]
