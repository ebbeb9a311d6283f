"""Between training and pictures, discover_seeds: with which noise a LoRA keeps its person best.

Of every seed a sketch is painted, in a few large steps, and held against the
person; seeds that look bad are given up (`halving`), and so may others be on
their way. Those that come to the end are exactly the pictures that a plain run
of the seed gives.
"""

import csv
import logging
from collections.abc import Mapping, Sequence
from io import StringIO
from math import isfinite
from pathlib import Path
from typing import Any

import numpy as np

from idlock import device
from idlock.engines.lora import halving, lock, seeds
from idlock.engines.lora.engine import Lora, engine, trained
from idlock.engines.lora.halving import Rung, Trial
from idlock.engines.lora.lock import Lock
from idlock.store import pictures, units
from idlock.store.files import whole_folder, write_text
from idlock.store.seeds import derived

log = logging.getLogger(__name__)
STAGE = "discover_seeds"
LARGEST = 2**32  # the field's tools take seeds below it


def batch(
    upstream: Mapping[str, Sequence[Path]], config: Mapping[str, Any], code: str, record: Path
) -> None:
    """Find seeds for everybody in a batch whose LoRA is trained.

    Args:
        upstream: batch records ``prepared`` and ``trained``.
        config: the checked configuration.
        code: digest of the code at work.
        record: the batch record to write.
    """
    people = units.read(upstream["prepared"])
    learnt = units.made(upstream["trained"])
    painting = engine(config)
    keys = {
        slug: units.key(
            code=code,
            wanted=config["discover"],
            run_seed=config["seed"],
            engine=dict(painting.settings),
            prepared=units.content(people[slug]),
            trained=units.content(learnt[slug]),
        )
        for slug in learnt
    }

    def work(slug: str) -> units.Outcome:
        return discover(slug, people[slug]["facts"]["identity"], painting, config)

    units.stage(STAGE, config).complete(keys, work, record)


def candidates(identity: str, config: Mapping[str, Any]) -> list[int]:
    """Return the seeds to try for a person, the same for every expression."""
    numbers = range(config["discover"]["seeds"])
    drawn = [derived(config["seed"], identity, "lora", STAGE, n) % LARGEST for n in numbers]
    return list(dict.fromkeys(drawn))


def discover(slug: str, identity: str, painting: Lora, config: Mapping[str, Any]) -> units.Outcome:
    """Find one person's seeds and write them to ``models/lora/<slug>/seeds/``."""
    wanted, results = config["discover"], Path(config["results"])
    held = lock.of(slug, config)
    painting.painter.learn(trained(config, slug))
    tried = candidates(identity, config)
    arms = [(name, seed) for name in wanted["expressions"] for seed in tried]

    def contest(at_once: int) -> tuple[list[Trial], dict[int, np.ndarray]]:
        painting.painter.batch = at_once
        return hold(painting, arms, held, wanted)

    found, _ = device.smaller_after_out_of_memory(painting.painter.batch, contest)
    trials, finals = found
    folder = seeds.folder(results, slug)
    rows = [_row(arm, trial, held) for arm, trial in zip(arms, trials, strict=True)]
    with whole_folder(folder) as temporary:
        for number, image in finals.items():
            if rows[number]["locked"]:
                pictures.write(temporary / _picture_name(rows[number], wanted), image)
        write_text(temporary / seeds.table(results, slug).name, _table(rows, wanted))
    facts = {
        "steps": sum(trial.steps for trial in trials),
        "steps_of_all": len(trials) * painting.painter.steps,
        "locked": sum(row["locked"] for row in rows),
        "best": min((row["drift"] for row in rows if row["drift"] != ""), default=None),
        "selected_by": held.recogniser.name,
    }
    log.info("%s: %s", slug, facts)
    return units.Outcome(
        outputs=sorted(path for path in folder.rglob("*") if path.is_file()), facts=facts
    )


def hold(
    painting: Lora, arms: Sequence[tuple[str, int]], held: Lock, wanted: Mapping[str, Any]
) -> tuple[list[Trial], dict[int, np.ndarray]]:
    """Let seeds compete.

    Args:
        painting: whose first phase paints.
        arms: expressions and seeds.
        held: who judges.
        wanted: the config's ``discover``.

    Returns:
        A trial per arm, its scores being drifts, and the pictures of those that
        came to the end.
    """
    contest = Contest(painting, arms, wanted["sketch"]["steps"])
    count = len(arms) // len(wanted["expressions"])
    finals: dict[int, np.ndarray] = {}

    def drifts(who: list[int]) -> list[float]:
        finals.clear()
        finals.update(zip(who, contest.pictures(who), strict=True))
        return [held.drift(finals[number]) for number in who]

    looks = rungs(count, contest.whole.steps, wanted)
    names = [name for name, _ in arms]
    trials = halving.run(names, contest.steps, looks, contest.advance, drifts)
    return trials, finals


class Contest:
    """Seeds on their way: first the sketches, then the pictures themselves.

    Args:
        painting: whose first phase paints.
        arms: expressions and seeds.
        sketch: steps of a sketch; 0 for none.
    """

    def __init__(self, painting: Lora, arms: Sequence[tuple[str, int]], sketch: int):
        start = painting.start
        asked = (
            start,
            [painting.said(name)[start.name] for name, _ in arms],
            painting.negative,
            [seed for _, seed in arms],
        )
        self.whole = painting.painter.denoising(*asked)
        self._sketch = painting.painter.denoising(*asked, steps=sketch) if sketch else None
        self._at = self._sketch or self.whole

    @property
    def steps(self) -> int:
        """Steps of a seed that comes to the end."""
        return self.whole.steps + (self._sketch.steps if self._sketch else 0)

    def advance(self, who: list[int], steps: int) -> None:
        """Take seeds on; the first steps are those of the sketches."""
        if self._sketch and self._sketch.gone(who) == self._sketch.steps:
            self._at = self.whole
        self._at.advance(who, steps)

    def pictures(self, who: list[int]) -> np.ndarray:
        """Return what is to be seen of seeds by now: (n, H, W, 3) uint8."""
        return self._at.pictures(who)


def rungs(count: int, steps: int, wanted: Mapping[str, Any]) -> list[Rung]:
    """Return when seeds are looked at: their sketches, and then on the way of ``steps``."""
    sketch, keep = wanted["sketch"], wanted["keep"]
    shares = [(look["at"], look["keep"]) for look in wanted["looks"]]
    found = halving.rungs(count, steps, shares, keep)
    if not sketch["steps"]:
        return found
    first = Rung(sketch["steps"], min(count, max(keep, round(sketch["keep"] * count))))
    later = [Rung(first.step + rung.step, rung.keep) for rung in found if rung.keep < first.keep]
    return [first, *later]


def _row(arm: tuple[str, int], trial: Trial, held: Lock) -> dict[str, Any]:
    """Describe a seed; the drift of one that was given up is empty."""
    *previews, last = trial.scores
    ended = trial.ended and isfinite(last)
    return {
        "expression": arm[0],
        "seed": arm[1],
        "steps": trial.steps,
        "drift": round(last, 6) if ended else "",
        "locked": bool(ended and last <= held.line),
        "previews": " ".join(f"{p:.4f}" for p in (previews if trial.ended else trial.scores)),
        "selected_by": held.recogniser.name,
    }


def _picture_name(row: Mapping[str, Any], wanted: Mapping[str, Any]) -> str:
    name = f"verify_seed_{row['seed']}_drift_{row['drift']:.4f}.png"
    return name if row["expression"] == wanted["expressions"][0] else f"{row['expression']}/{name}"


def _table(rows: Sequence[Mapping[str, Any]], wanted: Mapping[str, Any]) -> str:
    """Return the rows as CSV: by expression, and the best first."""

    def rank(row: Mapping[str, Any]) -> tuple:
        drift = row["drift"] if row["drift"] != "" else float("inf")
        return wanted["expressions"].index(row["expression"]), drift, -row["steps"]

    text = StringIO()
    table = csv.DictWriter(text, seeds.COLUMNS, lineterminator="\n")
    table.writeheader()
    table.writerows(sorted(rows, key=rank))
    return text.getvalue()
