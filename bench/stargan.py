"""Speed and memory of StarGAN v2, as ratios to a plain transcription, within one run.

    .venv/bin/python bench/stargan.py [--rounds 3] [--published]

The yardstick is bench/plain/stargan.py: the published operations and training
step, one after another. Both work on the same weights and batch, in float32,
with one thread; the step is the published one with all its losses. Rounds of
the two alternate, and the shortest counts. Times are the process's own, so that
other work on the machine does not count. ``--published`` measures inference at
the published sizes, too (256 px, 43 million parameters).
"""

import argparse
import subprocess
import sys
import time
from pathlib import Path

import torch
from plain import stargan as plain

from idlock.engines.stargan import nets
from idlock.engines.stargan.architecture import Architecture
from idlock.engines.stargan.collection import Batch
from idlock.engines.stargan.step import Recipe, Trainer

SIZE, BATCH, DOMAINS, LATENT = 128, 4, 5, 16
NARROW = Architecture(SIZE, 64, DOMAINS, LATENT, 0, base=16, widest=128, hidden=128)


def batch() -> Batch:
    generator = torch.Generator().manual_seed(0)

    def drawn(*shape: int) -> torch.Tensor:
        return torch.randn(*shape, generator=generator)

    pictures = {name: drawn(BATCH, 3, SIZE, SIZE) for name in ("real", "reference", "reference2")}
    return Batch(
        **pictures,
        real_domain=torch.arange(BATCH) % DOMAINS,
        target=(torch.arange(BATCH) + 1) % DOMAINS,
        noise=drawn(BATCH, LATENT),
        noise2=drawn(BATCH, LATENT),
        paired=None,
    )


def ours_step(form: torch.memory_format):
    trainer = Trainer(nets.build(NARROW).to(memory_format=form), Recipe())
    given = batch().to(torch.device("cpu"), form)
    return lambda: trainer.step(given, 0)


def plain_step():
    state = nets.build(NARROW).state()
    loop = plain.Loop(
        {
            name: {key: value.clone().requires_grad_() for key, value in weights.items()}
            for name, weights in state.items()
        }
    )
    given = batch()
    return lambda: loop.step(given)


def inference(of: Architecture, count: int):
    """Return ours and the plain generator on the same source in ``count`` styles."""
    built = nets.build(of, landmarks=False).to(memory_format=torch.channels_last).eval()
    weights = {key: value.contiguous() for key, value in built.generator.state_dict().items()}
    x = torch.randn(1, 3, of.img_size, of.img_size, generator=torch.Generator().manual_seed(1))
    styles = torch.randn(count, of.style_dim, generator=torch.Generator().manual_seed(2))
    masks = (torch.ones(1, 1, 256, 256),) * 2 if of.w_hpf else None

    def ours() -> None:
        with torch.inference_mode():
            content = built.generator.content(x, masks)
            for style in styles:
                built.generator.styled(content, style[None])

    def plainly() -> None:
        with torch.no_grad():
            for style in styles:
                plain.generator(weights, x, style[None], masks)

    return {"ours": ours, "plain": plainly}


def shortest(tasks: dict, rounds: int) -> dict[str, float]:
    """Shortest of several rounds, in turn, seconds of processor time."""
    times = {name: float("inf") for name in tasks}
    for name, task in [(n, t) for _ in range(rounds + 1) for n, t in tasks.items()]:
        start = time.process_time()
        task()
        times[name] = min(times[name], time.process_time() - start)
    return times


def resident_mb(line: str) -> float:
    """Memory of this process, MB: now (``VmRSS``), or at its highest (``VmHWM``)."""
    status = Path("/proc/self/status").read_text()
    return int(status.split(f"{line}:")[1].split()[0]) / 1024


def memory(which: str) -> float:
    """Peak memory of a process that takes one step, MB over what it held before."""
    command = [sys.executable, __file__, "--memory", which]
    return float(subprocess.run(command, capture_output=True, text=True, check=True).stdout)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--rounds", type=int, default=3)
    parser.add_argument("--published", action="store_true")
    parser.add_argument("--memory", choices=("ours", "plain"), help=argparse.SUPPRESS)
    wanted = parser.parse_args()
    torch.set_num_threads(1)
    if wanted.memory:
        step = plain_step() if wanted.memory == "plain" else ours_step(torch.channels_last)
        Path("/proc/self/clear_refs").write_text("5")  # the highest from now on
        before = resident_mb("VmRSS")
        step()
        print(resident_mb("VmHWM") - before)
        return
    tasks = {
        "plain": plain_step(),
        "ours": ours_step(torch.channels_last),
        "ours, not channels_last": ours_step(torch.contiguous_format),
    }
    found = shortest(tasks, wanted.rounds)
    for name, seconds in found.items():
        ratio = found["plain"] / seconds
        print(f"training step, {SIZE} px, batch {BATCH}: {name:24} {seconds:6.2f} s, {ratio:.2f}x")
    print(f"memory of a step: plain {memory('plain'):.0f} MB, ours {memory('ours'):.0f} MB")
    sizes = {f"{SIZE} px, narrow": (NARROW, 1), f"{SIZE} px, narrow, 5 styles": (NARROW, 5)}
    if wanted.published:
        sizes["256 px, published"] = (Architecture(), 1)
    for name, (of, styles) in sizes.items():
        found = shortest(inference(of, styles), wanted.rounds)
        ratio = found["plain"] / found["ours"]
        print(
            f"generator, {name}: plain {found['plain']:.3f} s, ours {found['ours']:.3f} s, ", end=""
        )
        print(f"{ratio:.2f}x")


if __name__ == "__main__":
    main()
