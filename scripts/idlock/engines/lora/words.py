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

    Args:
        pipeline: a diffusers pipeline of Stable Diffusion or SDXL.
        prompts: of each picture.
        negative: what none of them shall show.
    """
    different = list(dict.fromkeys(prompts))
    found = pipeline.encode_prompt(
        prompt=different,
        device=pipeline._execution_device,
        num_images_per_prompt=1,
        do_classifier_free_guidance=True,
        negative_prompt=[negative] * len(different),
    )
    rows = [different.index(prompt) for prompt in prompts]
    return {name: part[rows] for name, part in zip(PARTS, found, strict=False)}


def chosen(words: Words, rows: Sequence[int]) -> Words:
    """Return the words of some of the pictures."""
    return {name: part[list(rows)] for name, part in words.items()}


def conditions(pipeline: Any, words: Words, size: tuple[int, int]) -> dict[str, Any]:
    """Return what a UNet takes beside latents and time, without and with the prompt: (2n, ...).

    Args:
        pipeline: whose UNet.
        words: of n pictures.
        size: height and width of the pictures, px.
    """
    both = torch.cat([words["negative_prompt_embeds"], words["prompt_embeds"]])
    if "pooled_prompt_embeds" not in words:
        return {"encoder_hidden_states": both}
    pooled = torch.cat([words["negative_pooled_prompt_embeds"], words["pooled_prompt_embeds"]])
    # SDXL is told the size of the picture, that nothing was cut off, and the size again
    times = torch.tensor([[*size, 0, 0, *size]], dtype=both.dtype, device=both.device)
    added = {"text_embeds": pooled, "time_ids": times.expand(len(both), -1)}
    return {"encoder_hidden_states": both, "added_cond_kwargs": added}
