"""Prompts as the networks read them: encoded once, shared by every picture that says the same."""

from collections.abc import Sequence
from typing import Any

import torch

# what `encode_prompt` of Stable Diffusion gives (the first two) and of SDXL
PARTS = (
    "prompt_embeds",
    "negative_prompt_embeds",
    "pooled_prompt_embeds",
    "negative_pooled_prompt_embeds",
)

Words = dict[str, torch.Tensor]  # part -> (n, ...), a row a picture; arguments of a pipeline


@torch.inference_mode()
def encoded(pipeline: Any, prompts: Sequence[str], negative: str) -> Words:
    """Encode a prompt per picture; equal ones are encoded once.

    Each is encoded alone: its digits then do not hang on what else is asked for.

    Args:
        pipeline: a diffusers pipeline of Stable Diffusion or SDXL.
        prompts: of each picture.
        negative: what none of them shall show.
    """
    known = {prompt: _alone(pipeline, prompt, negative) for prompt in dict.fromkeys(prompts)}
    return {
        name: torch.cat([known[prompt][name] for prompt in prompts])
        for name in next(iter(known.values()))
    }


def _alone(pipeline: Any, prompt: str, negative: str) -> Words:
    found = pipeline.encode_prompt(
        prompt=prompt,
        device=pipeline.unet.device,
        num_images_per_prompt=1,
        do_classifier_free_guidance=True,
        negative_prompt=negative,
    )
    return dict(zip(PARTS, found, strict=False))


def conditions(said: Words, side: int) -> dict[str, Any]:
    """Return what a UNet takes beside latents and time, without and with the prompt: (2n, ...).

    Args:
        said: prompts of n pictures.
        side: of the pictures, px.
    """
    both = torch.cat([said["negative_prompt_embeds"], said["prompt_embeds"]])
    if "pooled_prompt_embeds" not in said:
        return {"encoder_hidden_states": both}
    pooled = torch.cat([said["negative_pooled_prompt_embeds"], said["pooled_prompt_embeds"]])
    # SDXL is told the size of the picture, that nothing was cut off, and the size again
    sizes = torch.tensor([[side, side, 0, 0, side, side]], dtype=both.dtype, device=both.device)
    added = {"text_embeds": pooled, "time_ids": sizes.expand(len(both), -1)}
    return {"encoder_hidden_states": both, "added_cond_kwargs": added}
