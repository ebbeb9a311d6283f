"""Training of the autoencoder: what it loses of a face, no LoRA can bring back."""

from collections.abc import Mapping
from pathlib import Path
from typing import Any

import torch
from diffusers import AutoencoderKL
from learning import learn
from torch.nn import functional

from idlock.engines.lora.small import Size, autoencoder

QUIET, SILENT = -6.0, -14.0  # logarithm of the latents' variance, to begin with and in the end


def train(
    pictures: torch.Tensor, size: Size, settings: Mapping[str, Any], path: Path, device: str
) -> AutoencoderKL:
    """Train, or go on with training, and return the averaged autoencoder.

    Args:
        pictures: (n, 4, s, s) uint8, the last channel says where the person is.
        size: of the base.
        settings: ``steps``, ``batch``, ``rate``, ``kl``, ``average``.
        path: where the state of the training is kept.
        device: where it runs.
    """
    torch.manual_seed(0)
    net = quiet(autoencoder(size)).to(device, memory_format=torch.channels_last)
    optimizer = torch.optim.AdamW(net.parameters(), betas=(0.9, 0.99), weight_decay=0.01)

    def loss_of(step: int) -> torch.Tensor:
        chance = torch.Generator().manual_seed(step)
        shown = batch(pictures, settings["batch"], chance).to(device)
        code = net.encode(shown).latent_dist
        noise = torch.randn(code.mean.shape, generator=chance).to(device)
        loss = difference(net.decode(code.mean + code.std * noise).sample, shown)
        return loss + settings["kl"] * code.kl().mean()

    learn("autoencoder", net, optimizer, loss_of, settings, path)
    return net


@torch.no_grad()
def quiet(net: AutoencoderKL) -> AutoencoderKL:
    """Let the latents begin with little noise: at its usual 1, channels die before they matter."""
    count = net.config.latent_channels
    net.quant_conv.weight[count:] = 0.0
    net.quant_conv.bias[count:] = QUIET
    return net


def batch(pictures: torch.Tensor, count: int, chance: torch.Generator) -> torch.Tensor:
    """Draw (count, 3, s, s) float32 in -1..1: half on grey, half mirrored."""
    chosen = pictures[torch.randint(len(pictures), (count,), generator=chance)]
    coins = torch.rand((2, count, 1, 1, 1), generator=chance) < 0.5
    shown = laid(chosen, coins[0])
    shown = torch.where(coins[1], shown.flip(-1), shown)
    return shown.contiguous(memory_format=torch.channels_last)


def laid(pictures: torch.Tensor, on_grey: torch.Tensor) -> torch.Tensor:
    """Return (n, 3, s, s) in -1..1 of (n, 4, s, s) uint8; the background goes where told."""
    shown = pictures.float() / 127.5 - 1.0
    there = torch.where(on_grey, (shown[:, 3:] + 1.0) / 2.0, 1.0)
    return shown[:, :3] * there


def difference(made: torch.Tensor, wanted: torch.Tensor) -> torch.Tensor:
    """L1 of the pictures and of their detail, octave by octave (a Laplacian pyramid)."""
    total = (made - wanted).abs().mean()
    rest = made - wanted
    for _ in range(3):
        coarse = functional.avg_pool2d(rest, 2)
        total = total + (rest - functional.interpolate(coarse, scale_factor=2)).abs().mean()
        rest = coarse
    # what is left are colours and light, which detail would drown
    return total + 2.0 * rest.abs().mean()


@torch.no_grad()
def standardise(net: AutoencoderKL, codes: torch.Tensor) -> tuple[torch.Tensor, torch.Tensor]:
    """Give each channel of the latents mean 0, deviation 1 and no noise; pictures stay the same.

    The two 1x1 convolutions round the latents take it up, so that stock
    pipelines, which only know one factor for all channels, need none.

    Args:
        net: changed in place.
        codes: (n, c, s, s) latents as the network gives them now.

    Returns:
        Mean and deviation that they had, (c, 1, 1) each.
    """
    mean, deviation = codes.mean(dim=(0, 2, 3)), codes.std(dim=(0, 2, 3))
    count = len(mean)
    coming, going = net.quant_conv, net.post_quant_conv
    coming.weight[:count] /= deviation.reshape(-1, 1, 1, 1)
    coming.bias[:count] = (coming.bias[:count] - mean) / deviation
    # the other half is the logarithm of the variance: no noise, the denoiser has seen none
    coming.weight[count:] = 0.0
    coming.bias[count:] = SILENT
    going.bias += going.weight[:, :, 0, 0] @ mean
    going.weight *= deviation.reshape(1, -1, 1, 1)
    net.register_to_config(scaling_factor=1.0)
    return mean.reshape(-1, 1, 1), deviation.reshape(-1, 1, 1)
