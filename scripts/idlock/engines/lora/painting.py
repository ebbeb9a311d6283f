"""Pictures from words, and pictures from pictures, many in one call of diffusers' pipelines."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, fields
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

from idlock import device
from idlock.engines.lora import words

# by the names that the field's tools give them
SAMPLERS = {
    "DPM++ 2M": DPMSolverMultistepScheduler,
    "DDIM": DDIMScheduler,
    "Euler": EulerDiscreteScheduler,
    "Euler a": EulerAncestralDiscreteScheduler,
}
ADAPTER = "person"


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

    @classmethod
    def read(cls, values: Mapping[str, Any]) -> "Phase":
        """Return the phase that a config describes."""
        return cls(**{f.name: values[f.name] for f in fields(cls) if f.name in values})


class Painter:
    """A base, with or without a person's LoRA.

    Args:
        pipeline: a text-to-image pipeline of diffusers.
        sampler: a name of `SAMPLERS`.
        steps: of denoising, for a picture from noise.
        batch: pictures at once; halved where a card's memory does not do.
    """

    def __init__(self, pipeline: Any, sampler: str, steps: int, batch: int):
        pipeline.set_progress_bar_config(disable=True)
        pipeline.scheduler = SAMPLERS[sampler].from_config(pipeline.scheduler.config)
        self.pipeline = pipeline
        self.steps = steps
        self.batch = batch
        self._from_pictures = AutoPipelineForImage2Image.from_pipe(pipeline)
        self._from_pictures.set_progress_bar_config(disable=True)

    @property
    def side(self) -> int:
        """Side of its pictures, px."""
        return self.pipeline.unet.config.sample_size * self.pipeline.vae_scale_factor

    def learn(self, folder: str, file: str) -> None:
        """Put on a person's LoRA, in place of another."""
        self.forget()
        self.pipeline.load_lora_weights(folder, weight_name=file, adapter_name=ADAPTER)

    def forget(self) -> None:
        """Take off the LoRA that is on, if there is one."""
        if self._learnt:
            self.pipeline.unload_lora_weights()

    def weigh(self, weight: float) -> None:
        """Let the LoRA that is on count so much."""
        if self._learnt:
            self.pipeline.set_adapters([ADAPTER], [weight])

    @property
    def _learnt(self) -> bool:
        return bool(self.pipeline.get_list_adapters())

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
        said = words.encoded(self.pipeline, prompts, negative)
        made, at = [], 0
        while at < len(prompts):
            done, self.batch = device.smaller_after_out_of_memory(
                self.batch, lambda size, at=at: self._some(phase, said, seeds, start, at, size)
            )
            made.append(done)
            at += len(done)
        return np.concatenate(made)

    @torch.inference_mode()
    def _some(self, phase, said, seeds, start, at, size) -> np.ndarray:
        rows = range(at, min(at + size, len(seeds)))
        generators = [
            torch.Generator(self.pipeline._execution_device).manual_seed(seeds[row]) for row in rows
        ]
        how = {
            **words.chosen(said, rows),
            "generator": generators,
            "guidance_scale": phase.guidance,
            "num_inference_steps": self.steps,
            "output_type": "np",
        }
        if start is None:
            found = self.pipeline(height=self.side, width=self.side, **how)
        else:
            shown = torch.from_numpy(start[at : at + size]).movedim(-1, 1) / 255
            # at least one step, or nothing would be painted
            strength = max(phase.strength, 1.001 / self.steps)
            found = self._from_pictures(image=shown, strength=strength, **how)
        return np.rint(found.images * 255).astype(np.uint8)
