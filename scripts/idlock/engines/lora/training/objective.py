"""What a step of training makes small."""

from collections.abc import Callable

import torch
from torch import Tensor
from torch.nn import functional

HUBER = 0.1  # where Huber's loss turns from square to straight, in units of the noise
CHARBONNIER = 1e-3


def mse(error: Tensor) -> Tensor:
    """The square."""
    return error.square()


def huber(error: Tensor) -> Tensor:
    """Square near zero and straight beyond (Huber 1964)."""
    return functional.huber_loss(error, torch.zeros_like(error), reduction="none", delta=HUBER)


def charbonnier(error: Tensor) -> Tensor:
    """The absolute value with a rounded tip (Charbonnier et al. 1994)."""
    return (error.square() + CHARBONNIER**2).sqrt() - CHARBONNIER


LOSSES: dict[str, Callable[[Tensor], Tensor]] = {
    "mse": mse,
    "huber": huber,
    "charbonnier": charbonnier,
}


def signal_to_noise(scheduler, timesteps: Tensor) -> Tensor:
    """Signal-to-noise ratio of (n,) timesteps: the ratio of powers, not of amplitudes."""
    kept = scheduler.alphas_cumprod.to(timesteps.device)[timesteps]
    return kept / (1 - kept)


def min_snr(scheduler, timesteps: Tensor, gamma: float | None) -> Tensor:
    """Weights of (n,) timesteps that keep easy ones from ruling (Hang et al. 2023).

    Args:
        scheduler: a diffusers scheduler.
        timesteps: (n,) int64.
        gamma: the ratio from which on more signal is no reason for more weight;
            None weighs all alike.
    """
    if gamma is None:
        return torch.ones(timesteps.shape, device=timesteps.device)
    ratio = signal_to_noise(scheduler, timesteps)
    most = ratio.clamp(max=gamma)
    return most / (ratio + 1 if _predicts_velocity(scheduler) else ratio)


def target(scheduler, latents: Tensor, noise: Tensor, timesteps: Tensor) -> Tensor:
    """What the network should say of noised latents: the noise, or the velocity."""
    if _predicts_velocity(scheduler):
        return scheduler.get_velocity(latents, noise, timesteps)
    return noise


def _predicts_velocity(scheduler) -> bool:
    kind = scheduler.config.prediction_type
    if kind not in ("epsilon", "v_prediction"):
        raise ValueError(f"the base predicts {kind!r}; LoRAs are trained on noise or velocity")
    return kind == "v_prediction"


def weighted(loss: Tensor, of_pixels: Tensor, of_pictures: Tensor) -> Tensor:
    """Average (n, c, h, w) losses with weights of places (n, 1, h, w) and of pictures (n,)."""
    return ((loss * of_pixels).mean(dim=(1, 2, 3)) * of_pictures).mean()
