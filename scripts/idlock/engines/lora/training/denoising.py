"""Pictures by a pipeline, for looking at: few steps, many at once, always the same noise."""

from collections.abc import Sequence

import numpy as np
import torch
from diffusers import DDIMScheduler, DiffusionPipeline
from torch import Tensor

from idlock.engines.lora.training import draws
from idlock.engines.lora.training.precision import Precision


def side(pipeline: DiffusionPipeline) -> int:
    """Side of a pipeline's pictures, px."""
    return pipeline.unet.config.sample_size * pipeline.vae_scale_factor


@torch.no_grad()
def pictures(
    pipeline: DiffusionPipeline,
    captions: Sequence[str],
    seed: int,
    steps: int,
    guidance: float,
    precision: Precision,
) -> np.ndarray:
    """Make a picture per caption.

    Args:
        pipeline: SD 1.5 or SDXL, as it is now; its scheduler is left alone.
        captions: what to show.
        seed: of the noise of all of them.
        steps: of denoising (DDIM, Song et al. 2021: no noise is added on the way).
        guidance: classifier-free guidance scale.
        precision: to calculate with.

    Returns:
        (n, size, size, 3) uint8 sRGB.
    """
    latent = (pipeline.unet.config.in_channels, *[pipeline.unet.config.sample_size] * 2)
    noise = torch.randn((len(captions), *latent), generator=draws.generator(seed, "pictures"))
    usual = pipeline.scheduler
    pipeline.scheduler = DDIMScheduler.from_config(usual.config)
    pipeline.set_progress_bar_config(disable=True)
    try:
        with precision.calculating():
            made = pipeline(
                list(captions),
                latents=noise.to(pipeline.unet.device, pipeline.unet.dtype),
                num_inference_steps=steps,
                guidance_scale=guidance,
                output_type="latent",
            ).images
    finally:
        pipeline.scheduler = usual
    return np.stack([_decoded(pipeline.vae, one) for one in made])


def _decoded(vae, latents: Tensor) -> np.ndarray:
    """Return the (size, size, 3) uint8 picture of (c, h, w) latents."""
    shift = getattr(vae.config, "shift_factor", None) or 0.0
    at_vae = latents[None].to(vae.dtype) / vae.config.scaling_factor + shift
    shown = (vae.decode(at_vae).sample[0].float() / 2 + 0.5).clamp(0, 1) * 255
    return shown.round().permute(1, 2, 0).to("cpu", torch.uint8).numpy()
