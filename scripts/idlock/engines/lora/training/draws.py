"""What is random about a step, as a function of the training's seed and the step's number.

No generator runs through a training, so there is none whose state a killed one
would have to find again; and a card draws what a CPU draws.
"""

import hashlib
from dataclasses import dataclass

import torch
from torch import Tensor

from idlock.engines.lora.training.material import Material

VALIDATION_PICTURES = 3
VALIDATION_TIMES = (0.15, 0.4, 0.65, 0.9)  # of the schedule, from clean to noise


@dataclass(frozen=True)
class Draw:
    """A batch.

    Attributes:
        rows: (b,) int64, which pictures.
        timesteps: (b,) int64.
        noise: (b, c, h, w), what is added.
    """

    rows: Tensor
    timesteps: Tensor
    noise: Tensor


def generator(*parts: object) -> torch.Generator:
    """A generator that depends on ``parts`` and on nothing else."""
    digest = hashlib.sha256("\x1f".join(map(str, parts)).encode()).digest()
    return torch.Generator().manual_seed(int.from_bytes(digest[:8], "big") >> 1)


def of_step(
    material: Material, batch: int, prior_share: float, times: int, seed: int, step: int
) -> Draw:
    """Draw the batch of a step.

    Args:
        material: to draw from.
        batch: pictures.
        prior_share: how much of it is of the class, where there are such pictures.
        times: timesteps of the base's schedule.
        seed: of the training.
        step: its number.
    """
    random = generator(seed, "step", step)
    of_class = len(material.latents) - material.own
    prior = min(round(batch * prior_share), batch - 1) if of_class else 0
    rows = torch.cat(
        [
            _rows(material.own, batch - prior, random),
            material.own + _rows(of_class, prior, random),
        ]
    )
    # a time in each of ``batch`` equal parts of the schedule: same mean, less noise
    places = (torch.arange(batch) + torch.rand(batch, generator=random)) / batch
    places = places[torch.randperm(batch, generator=random)]
    shape = (batch, *material.latents.shape[1:])
    return Draw(
        rows,
        (places * times).long().clamp(max=times - 1),
        torch.randn(shape, generator=random),
    )


def of_validation(material: Material, times: int, seed: int) -> Draw:
    """Draw what every validation of a training looks at: the person, over all times."""
    count = min(material.own, VALIDATION_PICTURES)
    rows = torch.linspace(0, material.own - 1, count).round().long()
    rows = rows.repeat_interleave(len(VALIDATION_TIMES))
    timesteps = torch.tensor([round(time * (times - 1)) for time in VALIDATION_TIMES]).repeat(count)
    shape = (len(rows), *material.latents.shape[1:])
    noise = torch.randn(shape, generator=generator(seed, "validation"))
    return Draw(rows, timesteps, noise)


def _rows(count: int, wanted: int, random: torch.Generator) -> Tensor:
    """Draw ``wanted`` of ``count`` numbers, none twice before all were there."""
    rounds = -(-wanted // count) if wanted else 0
    picked = [torch.randperm(count, generator=random) for _ in range(rounds)]
    return torch.cat([*picked, torch.empty(0, dtype=torch.long)])[:wanted]
