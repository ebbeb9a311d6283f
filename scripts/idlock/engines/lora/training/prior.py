"""Pictures of the class: what the base makes of "a person", so that it goes on making them."""

from pathlib import Path

import numpy as np
from diffusers import DiffusionPipeline

from idlock.engines.lora.training import denoising
from idlock.engines.lora.training.examples import Example
from idlock.engines.lora.training.precision import Precision
from idlock.engines.lora.training.settings import Settings
from idlock.store import pictures
from idlock.store.files import whole_folder

AT_ONCE = 4


def made(
    pipeline: DiffusionPipeline, settings: Settings, folder: Path, precision: Precision
) -> list[Example]:
    """Return the class pictures that lie in ``folder``, made now where they do not.

    Args:
        pipeline: the base, without a LoRA.
        settings: of the training.
        folder: one per base and settings; it appears whole, so that trainings
            side by side can share it.
        precision: to calculate with.
    """
    count, wanted = settings.prior.pictures, settings.expressions or ("neutral",)
    captions = [
        settings.anybodys_caption(("neutral", *wanted)[number % (len(wanted) + 1)])
        for number in range(count)
    ]
    if count and not folder.is_dir():
        with whole_folder(folder) as temporary:
            for start in range(0, count, AT_ONCE):
                some = denoising.pictures(
                    pipeline,
                    captions[start : start + AT_ONCE],
                    seed=start,
                    steps=settings.prior.steps,
                    guidance=settings.prior.guidance,
                    precision=precision,
                )
                for number, picture in enumerate(some, start):
                    pictures.write(temporary / f"{number:04d}.png", picture)
    examples = []
    for number, caption in enumerate(captions):
        picture = pictures.read(folder / f"{number:04d}.png")
        alike, nowhere = np.ones(picture.shape[:2], np.float32), np.zeros((68, 2))
        examples.append(Example(picture, alike, alike < 0, nowhere, caption))
    return examples
