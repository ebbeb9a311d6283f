"""Training of the denoiser and the text encoder on the autoencoder's latents."""

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import numpy as np
import torch
from autoencoder import laid
from captions import babble, caption
from diffusers import AutoencoderKL, StableDiffusionPipeline
from learning import learn
from pictures import Shot

FACE_AT = 0.6  # of the picture's height: between eyes and mouth


@torch.no_grad()
def latents(pictures: torch.Tensor, net: AutoencoderKL, device: str) -> torch.Tensor:
    """Encode every picture on grey and where it was taken, plain and mirrored.

    Returns:
        (2, 2, n, c, s, s) float32, not scaled: background (own, grey), mirrored, picture.
    """
    ways = []
    for grey in (False, True):
        for mirrored in (False, True):
            parts = []
            for part in pictures.split(100):
                shown = laid(part, torch.tensor(grey)).to(device)
                shown = shown.flip(-1) if mirrored else shown
                parts.append(net.encode(shown).latent_dist.mode().cpu())
            ways.append(torch.cat(parts))
    return torch.stack(ways).unflatten(0, (2, 2))


def train(
    codes: torch.Tensor,
    shots: Sequence[Shot],
    pipe: StableDiffusionPipeline,
    settings: Mapping[str, Any],
    path: Path,
    device: str,
) -> None:
    """Train, or go on with training, the denoiser and text encoder of ``pipe`` in place.

    Args:
        codes: what `latents` returns, scaled to unit variance.
        shots: the pictures behind it.
        pipe: whose parts are trained; its scheduler says what is predicted.
        settings: ``steps``, ``batch``, ``rate``, ``average``, ``empty``, ``babble``, ``grey``,
            ``snr``, ``face``.
        path: where the state of the training is kept.
        device: where it runs.
    """
    nets = torch.nn.ModuleDict({"unet": pipe.unet, "text": pipe.text_encoder}).to(device)
    pipe.unet.to(memory_format=torch.channels_last)
    nets.train()
    optimizer = torch.optim.AdamW(
        nets.parameters(), betas=(0.9, 0.99), weight_decay=0.0, fused=True
    )

    def loss_of(step: int) -> torch.Tensor:
        shown, texts = _batch(codes, shots, settings, np.random.default_rng([step, 23]))
        return _loss(pipe, shown.to(device), texts, settings, step)

    learn("denoiser", nets, optimizer, loss_of, settings, path)


def _batch(
    codes: torch.Tensor,
    shots: Sequence[Shot],
    settings: Mapping[str, Any],
    chance: np.random.Generator,
) -> tuple[torch.Tensor, list[str]]:
    """Draw (b, c, s, s) latents and what is said about them."""
    picked, texts = [], []
    for at in chance.integers(len(shots), size=settings["batch"]):
        grey, mirrored = chance.random(2) < [settings["grey"], 0.5]
        said = caption(shots[at], chance, grey=grey)
        said = "" if chance.random() < settings["empty"] else _turned(said, mirrored)
        strange = babble(chance) if chance.random() < settings["babble"] else ""
        texts.append(", ".join(filter(None, [said, strange])))
        picked.append(codes[int(grey), int(mirrored), at])
    return torch.stack(picked), texts


def _turned(said: str, mirrored: bool) -> str:
    """Swap left and right where the picture is mirrored."""
    if not mirrored:
        return said
    return said.replace("left", "<>").replace("right", "left").replace("<>", "right")


def _loss(
    pipe: StableDiffusionPipeline,
    shown: torch.Tensor,
    texts: list[str],
    settings: Mapping[str, Any],
    step: int,
) -> torch.Tensor:
    """Mean squared error of the predicted velocity.

    A picture counts alike at every level of noise (Salimans & Ho 2022, "SNR + 1"),
    but for those with so little that there is hardly anything left to do. With the weights
    of min-SNR, what is nearly all noise counts next to nothing; but there it is
    decided what a picture shows, and so whether words have a say.
    """
    chance = torch.Generator().manual_seed(step)
    noise = torch.randn(shown.shape, generator=chance).to(shown.device)
    # two of three where the whole of a picture is decided, not its grain
    times = torch.randint(1000, (2, len(shown)), generator=chance)
    times = torch.where(torch.arange(len(shown)) % 3 > 0, 350 + times[0] * 6 // 10, times[1])
    times = times.to(shown.device)
    noisy = pipe.scheduler.add_noise(shown, noise, times)
    words = tokens(pipe, texts).to(shown.device)
    made = pipe.unet(noisy, times, pipe.text_encoder(words)[0]).sample
    wanted = pipe.scheduler.get_velocity(shown, noise, times)
    kept = pipe.scheduler.alphas_cumprod.to(shown.device)[times]
    # 1 - kept is 1 / (SNR + 1)
    weight = ((settings["snr"] + 1.0) * (1.0 - kept)).clamp(max=1.0)
    place = _places(shown.shape[-1], settings["face"]).to(shown.device)
    return (weight[:, None, None, None] * place * (made - wanted).square()).mean()


def _places(side: int, face: float) -> torch.Tensor:
    """Weights (side, side), mean 1: in the middle of the face ``face`` times those at the rim."""
    at = (torch.arange(side) + 0.5) / side
    aside, down = (at - 0.5) / 0.25, (at - FACE_AT) / 0.32
    near = torch.exp(-((aside[None] ** 2 + down[:, None] ** 2) ** 2))
    weight = 1.0 + (face - 1.0) * near
    return weight / weight.mean()


def tokens(pipe: StableDiffusionPipeline, texts: list[str]) -> torch.Tensor:
    """Return (b, words) token numbers, as the pipeline itself makes them."""
    longest = pipe.tokenizer.model_max_length
    found = pipe.tokenizer(
        texts, padding="max_length", max_length=longest, truncation=True, return_tensors="pt"
    )
    return found.input_ids
