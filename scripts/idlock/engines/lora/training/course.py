"""The course of a training: phases one after another, each until it has converged.

All that decides how it goes on is in `Course.state`; so a training that was
killed anywhere goes on as if nothing had happened, bit for bit on a CPU.
"""

import logging
import math
from collections.abc import Callable
from pathlib import Path
from typing import Any

from idlock.engines.lora.training import denoising, optimizers, saving
from idlock.engines.lora.training.saving import Kept
from idlock.engines.lora.training.settings import Settings
from idlock.engines.lora.training.steps import Steps
from idlock.engines.lora.training.witness import Look, Witness
from idlock.problems import BadInput
from idlock.training.convergence import Finding, Watch
from idlock.training.trace import Trace

log = logging.getLogger(__name__)
COLUMNS = (
    *("step", "phase", "alpha", "loss", "validation", "slope", "slope_low", "slope_high", "p"),
    *("drift", "copying"),
)
OnStep = Callable[[int], None]


class Course:
    """A training under way.

    Args:
        steps: takes the steps.
        witness: sees whether previews show the person; None for nobody.
        settings: of the training.
        folder: of ``training.pt`` and ``convergence.csv``.
        fingerprint: digest of all that decides the training; a state of another
            training is not gone on with.
        on_step: told the number of every step that is done.
    """

    def __init__(
        self,
        steps: Steps,
        witness: Witness | None,
        settings: Settings,
        folder: Path,
        fingerprint: str,
        on_step: OnStep = lambda step: None,
    ):
        self.steps = steps
        self.witness = witness
        self.settings = settings
        self.folder = folder
        self.fingerprint = fingerprint
        self.on_step = on_step
        self.step = 0
        self.number = 0
        self.began = 0
        self.best: Kept | None = None
        self.before = math.nan  # drift of the base's own previews
        self.reasons: list[str] = []
        self._resumed = self._resume()
        trace = folder / "convergence.csv"
        if not self._resumed:
            trace.unlink(missing_ok=True)
        self.trace = Trace(trace, COLUMNS, self.step)

    @property
    def state_file(self) -> Path:
        """Where the state lies."""
        return self.folder / "training.pt"

    def run(self) -> Kept:
        """Train to the end, and return the LoRA to keep."""
        if not self._resumed:
            self._start_phase()
            if self.witness is not None:
                look = self._previewed(self.witness)
                self.before = look.drift
                self.trace.add(step=0, phase=self.phase.name, **vars(look))
        while self.number < len(self.settings.phases):
            self._one_step()
        return self._kept()

    def _one_step(self) -> None:
        self.step += 1
        within = self.step - self.began
        phase = self.phase
        row: dict[str, Any] = {"step": self.step, "phase": phase.name, "alpha": phase.alpha}
        row["loss"] = self.steps.take(self.step, phase, self.optimizer)
        if not math.isfinite(row["loss"]):
            raise BadInput(
                f"the loss of step {self.step} ({phase.name}) is not a number",
                "lower lora.phases' lr or lora.up_lr_ratio, or train in precision: fp32",
            )
        last = within >= phase.max_steps
        reason = None
        if within % self.settings.look_every == 0 or last:
            row |= self._look()
        if within % self.settings.check_every == 0 or last:
            row["validation"] = self.steps.validate()
            row |= _figures(self.watch.check(within, row["validation"]))
            reason = self.watch.ended(within)
        self.trace.add(**row)
        if reason:
            self._end_phase(reason)
        if reason or self.step % self.settings.save_every == 0:
            self._save()
        self.on_step(self.step)

    @property
    def phase(self):
        """The phase at work."""
        return self.settings.phases[self.number]

    def _start_phase(self) -> None:
        """Set the LoRA's alpha; start an optimizer and a watch that remember nothing."""
        settings, phase = self.settings, self.phase
        # nothing to keep at the start: the up-matrices are zero
        self.steps.adapter.set_alpha(phase.alpha, settings.rescale)
        groups = self.steps.adapter.groups(phase.lr, settings.up_lr_ratio)
        self.optimizer = optimizers.optimizer(phase.optimizer, groups)
        best = self.best.drift if self.best else math.inf
        self.watch = Watch(settings.rule, phase.min_steps, phase.max_steps, best)
        self.began = self.step

    def _end_phase(self, reason: str) -> None:
        said = f"{self.phase.name} {reason}"
        log.info("step %d: %s", self.step, said)
        self.reasons.append(said)
        if self.watch.finding().state == "rising" and self.best is not None:
            self.steps.adapter.restore(self.best.tensors, self.best.alpha)
            log.info("step %d: going on from step %d, the best so far", self.step, self.best.step)
        self.number += 1
        if self.number < len(self.settings.phases):
            self._start_phase()

    def _look(self) -> dict[str, float]:
        """Let the witness see previews, and keep the LoRA if it is the best so far."""
        if self.witness is None:
            return {}
        look = self._previewed(self.witness)
        copied = look.copying > self.settings.copy_limit
        self.watch.look(math.nan if copied else look.drift)
        adapter = self.steps.adapter
        found = Kept(self.step, look.drift, look.copying, copied, adapter.alpha, adapter.tensors())
        if found.better_than(self.best):
            self.best = found
        return dict(vars(look))

    def _previewed(self, witness: Witness) -> Look:
        wanted = self.settings.preview
        expressions = [wanted.expressions[n % len(wanted.expressions)] for n in range(wanted.count)]
        previews = denoising.pictures(
            self.steps.pipeline,
            [self.settings.own_caption(expression) for expression in expressions],
            self.steps.seed,
            wanted.steps,
            wanted.guidance,
            self.steps.precision,
        )
        return witness.look(previews)

    def _kept(self) -> Kept:
        """Choose the LoRA to keep: the best that was seen, else the last."""
        if self.best is not None:
            if self.best.copied:
                log.warning("every preview copies a training picture: fewer steps, or more photos")
            if self.best.drift >= self.before:
                log.warning("no step brought the previews nearer to the person than the base is")
            log.info(
                "kept: step %d of %d, drift %.4f (the base's own %.4f)",
                *(self.best.step, self.step, self.best.drift, self.before),
            )
            return self.best
        log.info("kept: the last step, %d; nobody looked at previews", self.step)
        adapter = self.steps.adapter
        return Kept(self.step, math.nan, math.nan, False, adapter.alpha, adapter.tensors())

    def _save(self) -> None:
        over = self.number == len(self.settings.phases)
        best = self.best
        state = saving.State(
            fingerprint=self.fingerprint,
            step=self.step,
            number=self.number,
            began=self.began,
            reasons=list(self.reasons),
            before=self.before,
            alpha=self.steps.adapter.alpha,
            tensors=self.steps.adapter.tensors(),
            optimizer={} if over else self.optimizer.state_dict(),
            watch={} if over else self.watch.state(),
            precision=self.steps.precision.state(),
            best=best and dict(vars(best)) | {"tensors": dict(best.tensors)},
        )
        saving.save(self.state_file, state)

    def _resume(self) -> bool:
        """Go on from the saved state, if there is one."""
        saved = saving.load(self.state_file, self.fingerprint)
        if saved is None:
            return False
        self.step, self.number = saved.step, saved.number
        self.reasons, self.before = saved.reasons, saved.before
        self.best = saved.best and Kept(**saved.best)
        if self.number < len(self.settings.phases):
            self._start_phase()
            self.optimizer.load_state_dict(saved.optimizer)
            self.watch.restore(saved.watch)
        self.steps.adapter.restore(saved.tensors, saved.alpha)
        self.steps.precision.restore(saved.precision)
        self.began = saved.began
        log.info("going on after step %d", self.step)
        return True


def _figures(finding: Finding) -> dict[str, float]:
    if math.isnan(finding.slope):
        return {}
    return {
        "slope": finding.slope,
        "slope_low": finding.low,
        "slope_high": finding.high,
        "p": finding.p,
    }
