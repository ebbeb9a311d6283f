"""The training loop: steps, what is learnt of them, the best on people held out.

A training that is killed goes on from its last saved state and ends with the
same bytes: batches depend on the number of their step alone, and so does the
weight of the diversity loss.
"""

import logging
from collections.abc import Mapping
from dataclasses import asdict, dataclass
from pathlib import Path
from statistics import fmean
from typing import Any

import torch

from idlock.engines.stargan import losses, nets
from idlock.engines.stargan.collection import Drawing
from idlock.engines.stargan.settings import CHECKPOINT
from idlock.engines.stargan.step import Trainer
from idlock.training import state
from idlock.training.trace import Trace

log = logging.getLogger(__name__)

FORM = torch.channels_last  # faster on cards and, for these networks, on CPUs
HELD_OUT_BATCHES = 6
SCORED = ("cycle", "identity", "paired")


@dataclass(frozen=True)
class Course:
    """How long a training goes on.

    Attributes:
        steps: how many in all.
        told_every: steps of which the trace holds the mean.
        saved_every: steps after which the state is saved and the held-out score
            taken; a multiple of ``told_every``.
    """

    steps: int
    told_every: int = 50
    saved_every: int = 500

    def __post_init__(self):
        if self.saved_every % self.told_every:
            raise ValueError("saved_every has to be a multiple of told_every")


def fit(
    trainer: Trainer, training: Drawing, held_out: Drawing, course: Course, folder: Path
) -> dict[str, float]:
    """Train, or go on training, and leave the best networks in ``folder``.

    Args:
        trainer: what is trained.
        training: what with.
        held_out: people that nothing is learnt of; the checkpoint that is kept
            is the one that does best on them.
        course: how long.
        folder: for ``nets_ema.ckpt`` (the best moving average),
            ``convergence.csv`` and ``state/``.

    Returns:
        ``step`` and ``held_out`` of the checkpoint kept.
    """
    kept = folder / "state" / "training.pt"
    begun, best = 0, {"step": -1, "held_out": float("inf")}
    saved = state.load(kept) if kept.is_file() else {}
    if saved and saved["of"] == _of(trainer, training):
        trainer.restore(saved["trainer"])
        begun, best = saved["step"], saved["best"]
        log.info("goes on after step %d", begun)
    elif saved:
        log.info("%s is of other settings; the training begins anew", kept)
    trace = Trace(folder / "convergence.csv", _columns(trainer), since=begun)
    place = next(trainer.nets.generator.parameters())
    seen: dict[str, list[float]] = {}
    for step in range(begun, course.steps):
        told = trainer.step(training.batch(step).to(place.device, FORM), step)
        for name, loss in told.items():
            seen.setdefault(name, []).append(loss.item())
        done = step + 1
        if done % course.told_every and done != course.steps:
            continue
        row, seen = {name: fmean(values) for name, values in seen.items()}, {}
        if done % course.saved_every == 0 or done == course.steps:
            found = score(trainer, held_out)
            row |= found
            if found["held_out"] < best["held_out"]:
                best = {"step": done, "held_out": found["held_out"]}
                nets.save(folder / CHECKPOINT, trainer.average)
        trace.add(step=done, diversity_weight=trainer.recipe.diversity_at(done), **row)
        log.info("step %d of %d: %s", done, course.steps, _short(row))
        if "held_out" in row:
            kept_state = {"trainer": trainer.state(), "step": done, "best": best}
            state.save(kept, kept_state | {"of": _of(trainer, training)})
    return best


@torch.no_grad()
def score(trainer: Trainer, held_out: Drawing) -> dict[str, float]:
    """Measure the moving average, with styles from references, on people held out.

    Returns:
        The mean ``held_out_<loss>`` of each loss that can be taken, and their
        sum ``held_out``; less is better.
    """
    made, sums = trainer.average, {}
    place = next(made.generator.parameters()).device
    for number in range(HELD_OUT_BATCHES):
        batch = held_out.batch(number).to(place, FORM)
        content = made.generator.content(batch.real, made.masks(batch.real))
        own = made.style_encoder(batch.real, batch.real_domain)
        fake = made.generator.styled(content, made.style_encoder(batch.reference, batch.target))
        back = made.generator(fake, own, made.masks(fake))
        found = {"cycle": losses.distance(back, batch.real)}
        if trainer.recogniser is not None:
            vectors = (trainer.recogniser(x) for x in (fake, batch.real))
            found["identity"] = losses.identity(*vectors)
        if batch.paired is not None:
            same = made.generator.styled(content, own)
            found["paired"] = losses.paired(fake, same, batch.paired, batch.real)
        for name, value in found.items():
            sums[name] = sums.get(name, 0.0) + value.item() / HELD_OUT_BATCHES
    return {f"held_out_{name}": value for name, value in sums.items()} | {
        "held_out": sum(sums.values())
    }


def _of(trainer: Trainer, training: Drawing) -> dict[str, Any]:
    """Return what a state has to have been trained with to be gone on from."""
    return {
        **asdict(trainer.nets.architecture),
        **asdict(trainer.recipe),
        "batch": training.size,
        "seed": training.seed,
        "pictures": len(training.sources),
        "weights": sorted(trainer.nets.state()["discriminator"]),
    }


def _columns(trainer: Trainer) -> list[str]:
    judged = [
        f"{way}_discriminator_{name}"
        for way in ("latent", "reference")
        for name in ("real", "fake", "r1")
    ]
    made = [
        f"{way}_{name}"
        for way in ("latent", "reference")
        for name in ("adversary", "style", "diversity", "cycle", "identity", "paired")
    ]
    scored = [f"held_out_{name}" for name in SCORED]
    return ["step", "diversity_weight", *judged, *made, *scored, "held_out"]


def _short(row: Mapping[str, float]) -> str:
    return ", ".join(f"{name} {value:.3f}" for name, value in row.items())
