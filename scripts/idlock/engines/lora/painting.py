"""Pictures from words, and pictures from pictures, many in one call of diffusers' pipelines."""

import logging
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import torch
from diffusers import (
    AutoPipelineForImage2Image,
    DDIMScheduler,
    DPMSolverMultistepScheduler,
    EulerAncestralDiscreteScheduler,
    EulerDiscreteScheduler,
)
from peft.tuners.lora import LoraLayer

from idlock import device
from idlock.engines.lora import words
from idlock.engines.lora.denoising import Denoising, chunks, filled, noise
from idlock.problems import BadInput

# by the names that the field's tools give them
SAMPLERS = {
    "DPM++ 2M": DPMSolverMultistepScheduler,
    "DDIM": DDIMScheduler,
    "Euler": EulerDiscreteScheduler,
    "Euler a": EulerAncestralDiscreteScheduler,
}
PERSON = "person"  # what the LoRA that is on is called


@dataclass(frozen=True)
class Phase:
    """One pass over a picture.

    Attributes:
        name: of the phase, and of its prompt.
        lora: weight of the person's LoRA.
        guidance: scale of the classifier-free guidance (CFG).
        strength: 0..1, how much of the picture before is painted anew; with 1
            nothing of it is left, so a phase of strength 1 starts from noise.
        rescue: 0..1, share of the first phase's picture that is blended in
            where the person would be lost.
    """

    name: str
    lora: float
    guidance: float
    strength: float
    rescue: float = 0.0


class Painter:
    """A base, with or without a person's LoRA.

    Args:
        pipeline: a text-to-image pipeline of diffusers, which is the painter's own from here on.
        sampler: a name of `SAMPLERS`.
        steps: of denoising, for a picture from noise.
        batch: pictures at once; halved where a card's memory does not do.
    """

    def __init__(self, pipeline: Any, sampler: str, steps: int, batch: int):
        pipeline.scheduler = SAMPLERS[sampler].from_config(pipeline.scheduler.config)
        # a third less time for convolutions, on CPUs as on cards
        pipeline.unet.to(memory_format=torch.channels_last)
        pipeline.vae.to(memory_format=torch.channels_last)
        self._from_words = pipeline
        self._from_pictures = AutoPipelineForImage2Image.from_pipe(pipeline)
        for each in (self._from_words, self._from_pictures):
            each.set_progress_bar_config(disable=True)
        self.steps = steps
        self.batch = batch
        self._bare: dict[torch.nn.Parameter, torch.Tensor] = {}

    @property
    def side(self) -> int:
        """Side of its pictures, px."""
        return self._from_words.unet.config.sample_size * self._from_words.vae_scale_factor

    def learn(self, file: Path) -> None:
        """Put on a person's LoRA, in place of another.

        Raises:
            BadInput: it is damaged, or was made for another base.
        """
        self.forget()
        pipeline = self._from_words
        # it warns of every LoRA that leaves the text encoder as it is
        logging.getLogger("diffusers.loaders.lora_base").setLevel(logging.ERROR)
        try:
            pipeline.load_lora_weights(file.parent, weight_name=file.name, adapter_name=PERSON)
        except Exception as error:
            # safetensors, diffusers and peft each have errors of their own
            first = str(error).strip().split("\n")[0]
            raise BadInput(
                f"{file}: not a LoRA for this base ({type(error).__name__}: {first})",
                "train it anew on the base that the config names, or name the base it was made for",
            ) from error
        self._bare = {w: w.detach().clone() for w in self._weights()}

    def forget(self) -> None:
        """Take off the LoRA that is on, if there is one."""
        if self._bare:
            self._strip()
            self._from_words.unload_lora_weights()
            self._bare = {}

    def weigh(self, weight: float) -> None:
        """Let the LoRA that is on count so much.

        It is added into the base's weights, which saves its own matrices at
        every step, and always from the same bare weights, or rounding errors
        of the phases before would be part of the picture.
        """
        if self._bare:
            self._strip()
            self._from_words.set_adapters([PERSON], [weight])
            self._from_words.fuse_lora(adapter_names=[PERSON])

    def _strip(self) -> None:
        if self._from_words.num_fused_loras:
            self._from_words.unfuse_lora()
        for weights, bare in self._bare.items():
            weights.data.copy_(bare)

    def _weights(self) -> list[torch.nn.Parameter]:
        """The base's weights to which the LoRA adds."""
        parts = self._from_words.components.values()
        return [
            layer.get_base_layer().weight
            for part in parts
            if isinstance(part, torch.nn.Module)
            for layer in part.modules()
            if isinstance(layer, LoraLayer)
        ]

    def paint(
        self,
        phase: Phase,
        prompts: Sequence[str],
        negative: str,
        seeds: Sequence[int],
        start: np.ndarray | None = None,
    ) -> np.ndarray:
        """Paint a picture per prompt.

        Args:
            phase: how.
            prompts: one a picture; equal ones are encoded once.
            negative: what none shall show.
            seeds: one a picture.
            start: (n, H, W, 3) uint8 to go on from; None to start from noise.

        Returns:
            (n, side, side, 3) uint8 sRGB.
        """
        self.weigh(phase.lora)
        said = words.encoded(self._from_words, prompts, negative)

        def all_of_them(batch: int) -> np.ndarray:
            rows = chunks(range(len(prompts)), batch)
            return np.concatenate([self._some(phase, said, seeds, start, r, batch) for r in rows])

        made, self.batch = device.smaller_after_out_of_memory(self.batch, all_of_them)
        return made

    def denoising(
        self,
        phase: Phase,
        prompts: Sequence[str],
        negative: str,
        seeds: Sequence[int],
        steps: int | None = None,
    ) -> Denoising:
        """Begin the pictures that `paint` would paint from noise, to be stopped on the way.

        With other ``steps`` than the painter's they are sketches of these pictures.
        """
        self.weigh(phase.lora)
        said = words.encoded(self._from_words, prompts, negative)
        steps = steps or self.steps
        return Denoising(self._from_words, said, seeds, steps, phase.guidance, self.batch)

    @torch.inference_mode()
    def _some(self, phase, said, seeds, start, rows, batch) -> np.ndarray:
        """Paint the pictures ``rows``, in a batch of always the same size (see `Denoising`)."""
        everybody = [*rows, *[rows[-1]] * (batch - len(rows))]
        how: Mapping[str, Any] = {
            **{name: filled(part[rows], batch) for name, part in said.items()},
            "generator": [noise(seeds[row]) for row in everybody],
            "guidance_scale": phase.guidance,
            "num_inference_steps": self.steps,
            "output_type": "np",
        }
        if start is None:
            found = self._from_words(height=self.side, width=self.side, **how)
        else:
            shown = torch.from_numpy(start[rows]).movedim(-1, 1) / 255
            # a step at least, or nothing would be painted
            strength = max(phase.strength, 1.001 / self.steps)
            found = self._from_pictures(image=filled(shown, batch), strength=strength, **how)
        return np.rint(found.images[: len(rows)] * 255).astype(np.uint8)
