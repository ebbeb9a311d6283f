"""Writing the trained base as diffusers' folder, with what is told about it."""

from collections.abc import Mapping
from typing import Any

import torch
from captions import TOKEN, vocabulary
from diffusers import StableDiffusionPipeline

from idlock.engines.lora import base, framing
from idlock.paths import RESOURCES
from idlock.store.files import write_json

FOLDER = RESOURCES / "embedded_base"


def export(pipe: StableDiffusionPipeline, settings: Mapping[str, Any]) -> None:
    """Write the pipeline in half precision, and idlock.json, into resources/embedded_base."""
    pipe = pipe.to("cpu", torch.float16)
    for net in (pipe.unet, pipe.vae):
        net.to(memory_format=torch.contiguous_format)
    pipe.save_pretrained(FOLDER)
    write_json(
        FOLDER / base.FACTS,
        {
            "size": settings["size"]["picture"],
            "window": framing.WINDOW,
            "token": TOKEN,
            "words": vocabulary(),
            **settings["use"],
        },
    )
