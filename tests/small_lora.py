"""A small base of random weights, and LoRAs of random weights for it, as a run has them."""

from pathlib import Path

import torch
from diffusers import DiffusionPipeline
from peft import LoraConfig
from peft.utils import get_peft_model_state_dict

from idlock import cast, config, faces
from idlock.engines import Source
from idlock.engines.lora.engine import LORA
from idlock.engines.lora.small import Size, small
from idlock.faces import align
from idlock.store import pictures
from idlock.store.files import write_json

WORDS = ("photo", "of", "sks", "person", "happy", "neutral", "smiling")
TARGETS = ["to_q", "to_k", "to_v", "to_out.0"]
PERSON = 3
CAPTION = "photo of sks person, {expression}"


def base(*, sdxl: bool = False) -> DiffusionPipeline:
    """The base, 64 px."""
    return small(Size(words=48), WORDS, sdxl=sdxl)


def lora(pipeline: DiffusionPipeline, folder: Path, seed: int = 1) -> Path:
    """Write a LoRA of random weights for a pipeline, which is not of use any more."""
    pipeline.unet.add_adapter(LoraConfig(r=4, lora_alpha=4, target_modules=TARGETS))
    random = torch.Generator().manual_seed(seed)
    for name, weights in pipeline.unet.named_parameters():
        if "lora_B" in name:
            weights.data = 0.3 * torch.randn(weights.shape, generator=random)
    layers = get_peft_model_state_dict(pipeline.unet)
    type(pipeline).save_lora_weights(folder, unet_lora_layers=layers)
    return folder / LORA


def run(folder: Path, slug: str = "anna", **settings) -> dict:
    """Lay out a run in which a person is prepared and learnt, and return its config."""
    results = folder / "results"
    if not (folder / "base").exists():
        base().save_pretrained(folder / "base")
    shown = cast.render(PERSON, "neutral", 512)
    aligned = align.align(shown.image, shown.landmarks)
    photo = results / "prepared" / slug / "photo.png"
    pictures.write(photo, aligned.rgb)
    write_json(photo.with_suffix(".json"), {"landmarks": aligned.landmarks.tolist()})
    lora(base(), results / "models" / "lora" / slug)
    values = {
        "identities": "people.tsv",
        "results": str(results),
        "device": "cpu",
        "generate": {"engines": ["lora"], "expressions": ["neutral", "happy"], "seeds": 2},
        "lora": {"base": str(folder / "base"), "caption": CAPTION},
        "render": {"steps": 4},
        **settings,
    }
    return config.checked(values, None)


def source(settings: dict, slug: str = "anna") -> Source:
    """The photo that pictures are made from."""
    image = pictures.read(Path(settings["results"]) / "prepared" / slug / "photo.png")
    return Source("Anna", slug, "photo", image, faces.landmarks(image))
