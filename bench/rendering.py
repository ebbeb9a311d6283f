"""Seeds x expressions at once, against a loop of diffusers' own pipeline, in one run.

    .venv/bin/python bench/rendering.py            # on the CPU, the embedded base's size
    .venv/bin/python bench/rendering.py --large    # on a card, the size of SD 1.5

Weights are random: time does not hang on them. Both sides make the same
pictures (told by their largest difference), with the same LoRA, sampler, steps
and precision, on one thread. On the CPU times are the process's own, so that
other work on the machine does not count. Memory is each side's own peak, in a
process of its own.
"""

import argparse
import json
import resource
import subprocess
import sys
import tempfile
import time
from pathlib import Path

import numpy as np
import torch
from peft import LoraConfig
from peft.utils import get_peft_model_state_dict
from plain.bases import SIZES

from idlock.engines.lora.engine import LORA
from idlock.engines.lora.painting import SAMPLERS, Painter, Phase
from idlock.engines.lora.small import small

WORDS = ("photo", "of", "a", "sks", "person", "happy", "sad", "neutral", "smiling", "blurred")
EXPRESSIONS = ("neutral", "happy, smiling", "sad", "angry")
SEEDS = 2
PROMPTS = [f"photo of a sks person, {name}" for name in EXPRESSIONS for _ in range(SEEDS)]
NEGATIVE = "blurred"
PHASE = Phase("identity", lora=1.0, guidance=5.8, strength=1.0)
SAMPLER, STEPS, BATCH, RANK, ROUNDS = "DPM++ 2M", 20, 4, 8, 2


def base(large: bool):
    pipe = small(SIZES["sd15" if large else "embedded"], WORDS)
    return pipe.to("cuda", torch.float16) if large else pipe


def lora(folder: Path, large: bool) -> None:
    """Write a LoRA of random weights, on all attention layers."""
    pipe = small(SIZES["sd15" if large else "embedded"], WORDS)
    targets = ["to_q", "to_k", "to_v", "to_out.0"]
    pipe.unet.add_adapter(LoraConfig(r=RANK, lora_alpha=RANK, target_modules=targets))
    random = torch.Generator().manual_seed(1)
    for name, weights in pipe.unet.named_parameters():
        if "lora_B" in name:
            weights.data = 0.05 * torch.randn(weights.shape, generator=random)
    layers = get_peft_model_state_dict(pipe.unet)
    type(pipe).save_lora_weights(folder, unet_lora_layers=layers)


def one_by_one(folder: Path, large: bool):
    """A loop as diffusers' documentation writes it."""
    pipe = base(large)
    pipe.scheduler = SAMPLERS[SAMPLER].from_config(pipe.scheduler.config)
    pipe.load_lora_weights(folder)

    def paint() -> np.ndarray:
        return np.stack(
            [
                pipe(
                    prompt,
                    negative_prompt=NEGATIVE,
                    num_inference_steps=STEPS,
                    guidance_scale=PHASE.guidance,
                    generator=torch.Generator(pipe.unet.device).manual_seed(seed),
                    output_type="np",
                ).images[0]
                for seed, prompt in enumerate(PROMPTS)
            ]
        )

    return paint


def at_once(folder: Path, large: bool):
    painter = Painter(base(large), SAMPLER, STEPS, 2 * BATCH if large else BATCH)
    painter.learn(folder / LORA)
    return lambda: painter.paint(PHASE, PROMPTS, NEGATIVE, range(len(PROMPTS))) / 255


SIDES = {"one by one": one_by_one, "at once": at_once}


def clock(large: bool) -> float:
    if large:
        torch.cuda.synchronize()
    return time.perf_counter() if large else time.process_time()


def side(name: str, folder: Path, large: bool) -> dict[str, float]:
    """Time one side and measure its memory."""
    torch.set_num_threads(1)
    paint = SIDES[name](folder, large)
    found, times = paint(), []  # the first round warms up
    for _ in range(ROUNDS):
        start = clock(large)
        found = paint()
        times.append(clock(large) - start)
    np.save(folder / f"{name}.npy", found)
    peak = torch.cuda.max_memory_allocated() if large else 1024 * _resident_kb()
    return {"seconds": min(times), "peak_mb": peak / 2**20}


def _resident_kb() -> int:
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--large", action="store_true")
    parser.add_argument("--side", nargs=2, help=argparse.SUPPRESS)
    known = parser.parse_args()
    if known.side:
        print(json.dumps(side(known.side[0], Path(known.side[1]), known.large)))
        return
    with tempfile.TemporaryDirectory() as folder:
        lora(Path(folder), known.large)
        found = {}
        for name in SIDES:
            large = ["--large"] if known.large else []
            command = [sys.executable, __file__, *large, "--side", name, folder]
            said = subprocess.run(command, check=True, capture_output=True, text=True).stdout
            found[name] = json.loads(said.splitlines()[-1])
            print(
                f"{name:10} {found[name]['seconds'] / len(PROMPTS) * 1000:6.0f} ms a picture, "
                f"peak {found[name]['peak_mb']:.0f} MB"
            )
        apart = np.abs(
            np.load(Path(folder) / "one by one.npy") - np.load(Path(folder) / "at once.npy")
        )
        print(f"largest difference of the pictures: {255 * apart.max():.1f} of 255")
    ratio = found["one by one"]["seconds"] / found["at once"]["seconds"]
    print(f"{SEEDS} seeds x {len(EXPRESSIONS)} expressions: {ratio:.2f} times as fast at once")


if __name__ == "__main__":
    main()
