"""Speed of LoRA training, as a ratio within one run.

    .venv/bin/python bench/lora.py                  # of the embedded base's size
    .venv/bin/python bench/lora.py --like sd15      # of SD 1.5's
    .venv/bin/python bench/lora.py --compile        # with `lora.compile`

On bases of random weights, which take as long as trained ones, beside the plain
loop of bench/plain/dreambooth.py. Same base, LoRA, batch and precision; rounds
of both alternate, so that other work on the machine meets both. On a CPU the
process's own time is counted.

Encoding once saves what VAE and text encoder take, and no more: at SD 1.5's size
a plain step is 1.66 times the arithmetic (torch's FlopCounterMode, 512 px: VAE
1.12, text encoder 0.01, UNet forwards and backwards 1.72 TFLOP).
"""

import argparse
import time

import numpy as np
import torch
from plain.bases import SIZES
from plain.dreambooth import Plain

from idlock import config, device
from idlock.engines.lora import small
from idlock.engines.lora.training import denoising, optimizers
from idlock.engines.lora.training.adapter import Adapter
from idlock.engines.lora.training.examples import Example
from idlock.engines.lora.training.material import material
from idlock.engines.lora.training.precision import Precision
from idlock.engines.lora.training.settings import Settings
from idlock.engines.lora.training.steps import Steps

PICTURES = 8


def pictures(size: int, settings: Settings) -> list[Example]:
    """Invented training pictures; what they show takes no time."""
    random = np.random.default_rng(0)
    return [
        Example(
            random.integers(0, 256, (size, size, 3), np.uint8),
            np.ones((size, size), np.float32),
            np.ones((size, size), bool),
            np.zeros((68, 2)),
            settings.own_caption(name),
        )
        for name in ("neutral", "happy") * (PICTURES // 2)
    ]


def seconds(step, steps: int, first: int, on: torch.device) -> float:
    """Seconds a step."""
    clock = time.perf_counter if on.type == "cuda" else time.process_time
    start = clock()
    for number in range(first, first + steps):
        step(number)
    if on.type == "cuda":
        torch.cuda.synchronize()
    return (clock() - start) / steps


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.split("\n", maxsplit=1)[0])
    parser.add_argument("--like", choices=list(SIZES), default="embedded")
    parser.add_argument("--batch", type=int, default=4)
    parser.add_argument("--steps", type=int, default=5, help="a round")
    parser.add_argument("--rounds", type=int, default=7)
    parser.add_argument("--compile", action="store_true", help="ours; takes minutes at first")
    asked = parser.parse_args()
    settings = config.checked(
        {"identities": ".", "lora": {"batch": asked.batch, "compile": asked.compile}}, None
    )
    on = device.torch_device(settings)
    device.use_threads(1)
    numbers = Precision("auto", on)
    settings = Settings.of(settings["lora"])
    bases = [small.small(SIZES[asked.like], ["photo"]) for _ in range(2)]
    for pipeline in bases:
        numbers.place(pipeline)
    bases[1].unet.to(memory_format=torch.channels_last)  # as it is in a training
    shown = pictures(denoising.side(pipeline), settings)
    adapters = [Adapter(base, settings.rank, "attention", False, seed=0) for base in bases]
    plain = Plain(bases[0], adapters[0], shown, asked.batch, numbers)
    encoded = material(pipeline, shown, [], 1.0)
    ours = Steps(pipeline, adapters[1], encoded, settings, numbers, seed=0)
    phase = settings.phases[0]
    optimizer = optimizers.optimizer(
        phase.optimizer, adapters[1].groups(phase.lr, settings.up_lr_ratio)
    )
    took = {"plain": [], "ours": []}
    for number in range(-1, asked.rounds):  # the first round warms up
        round_ = {
            "plain": seconds(plain, asked.steps, 0, on),
            "ours": seconds(
                lambda n: ours.take(n, phase, optimizer), asked.steps, number * asked.steps, on
            ),
        }
        for name, value in round_.items() if number >= 0 else ():
            took[name].append(value)
    ratios = np.array(took["plain"]) / np.array(took["ours"])
    weights = sum(p.numel() for p in pipeline.unet.parameters()) / 1e6
    print(
        f"{asked.like}: UNet of {weights:.1f} M, {denoising.side(pipeline)} px, "
        f"batch {asked.batch}, {numbers.name} on {on.type}"
    )
    for name, values in took.items():
        print(f"  {name}: {1 / np.median(values):.2f} steps/s")
    print(f"  ratio {np.median(ratios):.2f} ({ratios.min():.2f} to {ratios.max():.2f})")
    if on.type == "cuda":
        print(f"  peak memory {torch.cuda.max_memory_allocated() / 2**20:.0f} MB")


if __name__ == "__main__":
    main()
