"""The training pictures in the form that steps take: encoded by the VAE once, not every step."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import torch
from diffusers import DiffusionPipeline
from torch import Tensor
from torch.nn import functional

from idlock.engines.lora.training.examples import Example

AT_ONCE = 4  # pictures that the VAE encodes together


@dataclass(frozen=True)
class Material:
    """Encoded training pictures, all on the training's device.

    Attributes:
        latents: (n, c, h, w), the middle of the VAE's posterior, in the UNet's scale.
            Small autoencoders have a wide one; a base that was trained on the middle
            would have to learn its noise instead of the person.
        weights: (n, 1, h, w), of the places of a picture, 1 on average.
        of_pictures: (n,), of the pictures.
        captions: the distinct captions.
        caption: (n,) int64, the number of each picture's.
        own: how many are of the person; those of the class come after them.
    """

    latents: Tensor
    weights: Tensor
    of_pictures: Tensor
    captions: list[str]
    caption: Tensor
    own: int


def scaled(vae, latents: Tensor) -> Tensor:
    """Return the VAE's latents in the scale the UNet works in."""
    shift = getattr(vae.config, "shift_factor", None) or 0.0
    return (latents - shift) * vae.config.scaling_factor


def as_tensor(pictures: Sequence[np.ndarray]) -> Tensor:
    """Return (n, 3, size, size) float32 in -1..1 of (size, size, 3) uint8 pictures."""
    stacked = torch.from_numpy(np.stack(pictures).astype(np.float32))
    return stacked.permute(0, 3, 1, 2) / 127.5 - 1


@torch.no_grad()
def material(
    pipeline: DiffusionPipeline, own: Sequence[Example], prior: Sequence[Example], weight: float
) -> Material:
    """Encode what is to be learnt.

    Args:
        pipeline: its VAE encodes.
        own: of the person.
        prior: of the class.
        weight: of the pictures of the class.
    """
    everything, device, vae = [*own, *prior], pipeline.unet.device, pipeline.vae
    encoded = []
    for start in range(0, len(everything), AT_ONCE):
        pictures = [example.picture for example in everything[start : start + AT_ONCE]]
        posterior = vae.encode(as_tensor(pictures).to(device, vae.dtype)).latent_dist
        encoded.append(scaled(vae, posterior.mean.float()))
    latents = torch.cat(encoded)
    places = torch.from_numpy(np.stack([example.weight for example in everything]))[:, None]
    places = functional.interpolate(places, latents.shape[-2:], mode="area").to(device)
    captions = sorted({example.caption for example in everything})
    return Material(
        latents=latents,
        weights=places / places.mean(dim=(2, 3), keepdim=True),
        of_pictures=torch.tensor([1.0] * len(own) + [weight] * len(prior), device=device),
        captions=captions,
        caption=torch.tensor([captions.index(example.caption) for example in everything]),
        own=len(own),
    )
