"""Speed of LoRA training, as a ratio within one run.

    .venv/bin/python bench/lora.py                  # of the embedded base's size
    .venv/bin/python bench/lora.py --like sd15      # of SD 1.5's

On bases of random weights, which take as long as trained ones. Beside a plain
loop as diffusers' DreamBooth LoRA example writes it: VAE and text encoder run
every step, a LoRA on the attention layers, one AdamW, mean square of the noise.
Same base, LoRA, batch and precision; rounds of both alternate, so that other
work on the machine meets both. On a CPU the process's own time is counted.

Encoding once saves what VAE and text encoder take, and no more: at SD 1.5's size
a plain step is 1.66 times the arithmetic (torch's FlopCounterMode, 512 px: VAE
1.12, text encoder 0.01, UNet forwards and backwards 1.72 TFLOP).
"""

import argparse
import time

import numpy as np
import torch
from diffusers import DDPMScheduler

from idlock import config, device
from idlock.engines.lora import small
from idlock.engines.lora.training import denoising, optimizers
from idlock.engines.lora.training.adapter import Adapter
from idlock.engines.lora.training.examples import Example
from idlock.engines.lora.training.material import as_tensor, material
from idlock.engines.lora.training.precision import Precision
from idlock.engines.lora.training.settings import Settings
from idlock.engines.lora.training.steps import Steps

PICTURES = 8
SIZES = {
    "embedded": small.Size(
        picture=64,
        vae=(16, 48, 96),
        unet=(64, 128, 128),
        attends=(True, True, True),
        text=128,
        heads=32,
        words=48,
    ),
    "sd15": small.Size(
        picture=512,
        vae=(128, 256, 512, 512),
        unet=(320, 640, 1280, 1280),
        attends=(True, True, True, False),
        blocks=2,
        text=768,
        text_layers=12,
        heads=64,
        words=77,
    ),
}


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


class Plain:
    """A step as the example takes it."""

    def __init__(self, pipeline, adapter: Adapter, shown: list[Example], batch: int, numbers):
        self.pipeline, self.adapter, self.shown, self.batch = pipeline, adapter, shown, batch
        self.numbers = numbers
        self.noising = DDPMScheduler.from_config(pipeline.scheduler.config)
        self.optimizer = torch.optim.AdamW(adapter.parameters(), lr=1e-4)
        self.schedule = torch.optim.lr_scheduler.LambdaLR(self.optimizer, lambda _: 1.0)

    def __call__(self, number: int) -> None:
        pipeline, on = self.pipeline, self.numbers.device
        chosen = [self.shown[(number + k) % PICTURES] for k in range(self.batch)]
        pixels = as_tensor([example.picture for example in chosen]).to(on, pipeline.vae.dtype)
        with self.numbers.calculating():
            latents = pipeline.vae.encode(pixels).latent_dist.sample()
            latents = latents * pipeline.vae.config.scaling_factor
            noise = torch.randn_like(latents)
            times = torch.randint(0, 1000, (self.batch,), device=on)
            noised = self.noising.add_noise(latents, noise, times)
            words = pipeline.tokenizer(
                [example.caption for example in chosen],
                padding="max_length",
                truncation=True,
                max_length=pipeline.tokenizer.model_max_length,
                return_tensors="pt",
            ).input_ids.to(on)
            hidden = pipeline.text_encoder(words, return_dict=False)[0]
            said = pipeline.unet(noised, times, hidden, return_dict=False)[0]
        wanted = noise
        if self.noising.config.prediction_type == "v_prediction":
            wanted = self.noising.get_velocity(latents, noise, times)
        torch.nn.functional.mse_loss(said.float(), wanted.float()).backward()
        torch.nn.utils.clip_grad_norm_(self.adapter.parameters(), 1.0)
        self.optimizer.step()
        self.schedule.step()
        self.optimizer.zero_grad()


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
    asked = parser.parse_args()
    settings = config.checked({"identities": ".", "lora": {"batch": asked.batch}}, None)
    on = device.torch_device(settings)
    device.use_threads(1)
    numbers = Precision("auto", on)
    settings = Settings.of(settings["lora"])
    pipeline = small.small(SIZES[asked.like], ["photo"])
    numbers.place(pipeline)
    shown = pictures(denoising.side(pipeline), settings)
    encoded = material(pipeline, shown, [], 1.0)
    adapter = Adapter(pipeline, settings.rank, "attention", text_encoder=False, seed=0)
    plain = Plain(pipeline, adapter, shown, asked.batch, numbers)
    ours = Steps(pipeline, adapter, encoded, settings, numbers, seed=0)
    phase = settings.phases[0]
    optimizer = optimizers.optimizer(
        phase.optimizer, adapter.groups(phase.lr, settings.up_lr_ratio)
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
