"""Make resources/embedded_base from nothing, stage by stage; each goes on where it was stopped.

    .venv/bin/python bench/fit/base [render] [autoencoder] [denoiser] [export]

Settings are in settings.yaml beside this file. A GPU is used where there is one.
"""

import argparse
import logging
import tempfile
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import autoencoder
import captions
import cv2
import denoiser
import pictures
import torch
import yaml
from diffusers import StableDiffusionPipeline
from export import export

from idlock.engines.lora.small import Size, small
from idlock.training import state

SETTINGS = Path(__file__).with_name("settings.yaml")
STAGES = ("render", "autoencoder", "denoiser", "export")
WORDS = 8.0
DEVICE = "cuda" if torch.cuda.is_available() else "cpu"


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("stages", nargs="*", default=STAGES, choices=STAGES)
    parser.add_argument("--folder", type=Path, default=Path(tempfile.gettempdir()) / "idlock-base")
    parser.add_argument("--threads", type=int, default=1)
    wanted = parser.parse_args()
    logging.basicConfig(level=logging.INFO, format="%(asctime)s %(message)s")
    torch.set_num_threads(wanted.threads)
    cv2.setNumThreads(1)
    settings = yaml.safe_load(SETTINGS.read_text())
    if "render" in wanted.stages:
        pictures.render(settings["render"], wanted.folder / "pictures", wanted.threads)
    last = max(map(STAGES.index, wanted.stages))
    if last >= 1:
        pipe = learnt(settings, wanted.folder, last)
    if last == 3:
        export(pipe, settings)


def learnt(settings: Mapping[str, Any], folder: Path, last: int) -> StableDiffusionPipeline:
    """Train what stages up to number ``last`` train; what is trained already is only read."""
    size = Size(**settings["size"])
    pipe = small(size, captions.vocabulary())
    shown = pictures.load(folder / "pictures", size.picture)
    pipe.vae = autoencoder.train(
        *(shown, size, settings["autoencoder"], folder / "autoencoder.pt", DEVICE)
    )
    if last == 1:
        return pipe
    codes = encoded(shown, pipe, folder / "latents.pt")
    emphasise_words(pipe)
    shots = pictures.shots(settings["render"])
    denoiser.train(codes, shots, pipe, settings["denoiser"], folder / "denoiser.pt", DEVICE)
    return pipe


def encoded(shown: torch.Tensor, pipe: StableDiffusionPipeline, path: Path) -> torch.Tensor:
    """Return the pictures' latents, kept in a file, and make the autoencoder give them so."""
    if not path.is_file():
        state.save(path, {"codes": denoiser.latents(shown, pipe.vae, DEVICE)})
    codes = state.load(path)["codes"]
    scale = autoencoder.standardise(pipe.vae, codes.flatten(0, 2))
    return (codes - scale[0]) / scale[1]


@torch.no_grad()
def emphasise_words(pipe: StableDiffusionPipeline) -> None:
    """Let words weigh more than places in the sentence: from nothing, they are learnt sooner."""
    pipe.text_encoder.get_input_embeddings().weight *= WORDS


if __name__ == "__main__":
    main()
