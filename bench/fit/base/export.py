"""Writing the trained base as diffusers' folder, with what is told about it."""

from collections.abc import Mapping
from typing import Any

import torch
from captions import TOKEN, vocabulary
from diffusers import StableDiffusionPipeline

from idlock.engines.lora import base, framing
from idlock.paths import RESOURCES
from idlock.store.files import read_json, sha256, write_json

FOLDER = RESOURCES / "embedded_base"


def export(pipe: StableDiffusionPipeline, settings: Mapping[str, Any]) -> None:
    """Write the pipeline in half precision, and idlock.json, into resources/embedded_base.

    Prints the digests that resources/models.yaml has to name.
    """
    pipe = pipe.to("cpu", torch.float16)
    for net in (pipe.unet, pipe.vae):
        net.to(memory_format=torch.contiguous_format)
    pipe.save_pretrained(FOLDER)
    # transformers opens a model in the precision its config names, diffusers in single precision
    config = FOLDER / "text_encoder/config.json"
    write_json(config, read_json(config) | {"dtype": "float32"})
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
    for path in sorted(FOLDER.rglob("*.safetensors")):
        path.chmod(0o644)
        print(f"{path.relative_to(RESOURCES)}: {sha256(path)}")
