"""Seeds found by halving, against finishing every seed: denoising steps spent, and drift reached.

    .venv/bin/python bench/seeds.py [--people 900 901] [--seeds 64] [--base FOLDER]

LoRAs of held-out people of the cast are trained with the config's defaults,
then every seed is finished and its drift measured on the way, at the shipped
looks. A contest of 32 of these seeds, drawn many times, then says what halving
finds: its pictures are those of plain runs to the bit (a test proves it), so
nothing has to be painted again. One contest is run for real, for its time: the
processor's, so that other work on the machine does not count.
"""

import argparse
import tempfile
import time
from pathlib import Path

import numpy as np
from scipy.stats import spearmanr

from idlock import cast, config, discover_seeds, faces
from idlock.engines import Source
from idlock.engines.lora import base, halving, lock, training
from idlock.engines.lora.engine import Lora, engine
from idlock.faces import align, matte
from idlock.identity import recogniser
from idlock.store import pictures
from idlock.store.files import write_json

CONTEST = 32
DRAWN = 2000


def prepared(number: int, folder: Path) -> Source:
    """One photo of a person of the cast, as the workflow prepares it."""
    shown = cast.render(cast.person(number), "neutral", 1024)
    aligned = align.align(shown.image, faces.landmarks(shown.image))
    image = matte.cut_out(aligned.rgb, aligned.landmarks, matte.segmenter(None), aligned.inside)
    path = folder / f"person-{number}" / "photo.png"
    pictures.write(path, image)
    write_json(path.with_suffix(".json"), {"landmarks": aligned.landmarks.tolist()})
    return Source(str(number), f"person-{number}", "photo", image, aligned.landmarks)


def learnt(number: int, settings: dict) -> str:
    """Train a person's LoRA, and return where it lies."""
    results = Path(settings["results"])
    source = prepared(number, results / "prepared")
    start = time.process_time()
    trained = training.train(
        [(source, "neutral")],
        base.opened(settings["lora"]["base"]),
        training.Settings.of(settings["lora"]),
        results / "models" / "lora" / source.slug,
        witness=recogniser("dlib"),
        seed=number,
    )
    print(
        f"person {number}: {trained.steps} steps of training, {time.perf_counter() - start:.0f} s"
    )
    return source.slug


def measured(
    painting: Lora, held: lock.Lock, seeds: list[int], steps: list[int]
) -> tuple[np.ndarray, float]:
    """Return the (looks, seeds) drifts on the way, and the seconds without the early looks."""
    start = painting.start
    prompt = painting.said("neutral")[start.name]
    everybody = list(range(len(seeds)))
    begun = painting.painter.denoising(start, [prompt] * len(seeds), painting.negative, seeds)
    found, gone, seconds = [], 0, 0.0
    for step in steps:
        before = time.process_time()
        begun.advance(everybody, step - gone)
        painted = time.process_time()
        found.append([held.drift(image) for image in begun.pictures(everybody)])
        gone, looked = step, time.process_time()
        seconds += (looked if step == steps[-1] else painted) - before
    return np.array(found), seconds


class Replay:
    """A contest among seeds whose drifts are known."""

    def __init__(self, drifts: np.ndarray, steps: list[int]):
        self._drifts = dict(zip(steps, drifts, strict=True))
        self._gone = 0

    def advance(self, who: list[int], steps: int) -> None:
        self._gone += steps

    def score(self, who: list[int]) -> np.ndarray:
        return self._drifts[self._gone][who]


def contests(drifts: np.ndarray, looks, steps: list[int], count: int) -> np.ndarray:
    """Return the drifts (drawn, 2) that halving and finishing all find, among ``count`` seeds."""
    draw = np.random.default_rng(0)
    found = []
    for _ in range(DRAWN):
        some = draw.choice(drifts.shape[1], count, replace=False)
        replay = Replay(drifts[:, some], steps)
        trials = halving.run([0] * count, steps[-1], looks, replay.advance, replay.score)
        best = min(trial.scores[-1] for trial in trials if trial.ended)
        found.append((best, drifts[-1, some].min()))
    return np.array(found)


def person(number: int, settings: dict, seeds: int) -> dict[str, float]:
    """Measure one person."""
    slug = learnt(number, settings)
    painting, held = engine(settings), lock.of(slug, settings)
    painting.painter.learn(
        Path(settings["results"]) / f"models/lora/{slug}/{training.export.DIFFUSERS}"
    )
    wanted = settings["discover"]
    shares = [(look["at"], look["keep"]) for look in wanted["looks"]]
    total = painting.painter.steps
    looks = halving.rungs(CONTEST, total, shares, wanted["keep"])
    steps = [*(look.step for look in looks), total]
    drifts, seconds = measured(painting, held, list(range(seeds)), steps)
    print(f"person {number}: {seeds} seeds finished, {seconds:.0f} s", flush=True)
    alike = [spearmanr(row, drifts[-1]).statistic for row in np.nan_to_num(drifts[:-1], posinf=2)]
    found = contests(drifts, looks, steps, CONTEST)
    start = time.process_time()
    arms = [("neutral", seed) for seed in range(CONTEST)]
    trials, _ = discover_seeds.hold(painting, arms, held, wanted)
    halved = time.process_time() - start
    best = min(trial.scores[-1] for trial in trials if trial.ended)
    assert best == contests_once(drifts[:, :CONTEST], looks, steps)
    return {
        "steps": halving.cost(CONTEST, total, looks) / (CONTEST * total),
        "time": halved / (seconds * CONTEST / seeds),
        "same": float(np.mean(found[:, 0] == found[:, 1])),
        "halving": float(found[:, 0].mean()),
        "all": float(found[:, 1].mean()),
        "median": float(np.median(drifts[-1])),
        "alike": [round(float(value), 2) for value in alike],
    }


def contests_once(drifts: np.ndarray, looks, steps: list[int]) -> float:
    replay = Replay(drifts, steps)
    trials = halving.run([0] * drifts.shape[1], steps[-1], looks, replay.advance, replay.score)
    return min(trial.scores[-1] for trial in trials if trial.ended)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--people", type=int, nargs="+", default=[900])
    parser.add_argument("--seeds", type=int, default=64)
    parser.add_argument("--base", default="resources/embedded_base")
    known = parser.parse_args()
    with tempfile.TemporaryDirectory() as folder:
        settings = config.checked(
            {
                "identities": ".",
                "results": folder,
                "device": "cpu",
                "generate": {"engines": ["lora"]},
                "lora": {"base": known.base},
            },
            None,
        )
        for number in known.people:
            found = person(number, settings, known.seeds)
            print(
                f"person {number}, {CONTEST} seeds: {found['steps']:.3f} of the denoising steps, "
                f"{found['time']:.2f} of the time; best drift {found['halving']:.4f} against "
                f"{found['all']:.4f} of all finished (median {found['median']:.4f}), the very same "
                f"seed in {100 * found['same']:.0f} %; looks tell the order with r = "
                f"{found['alike']}"
            )


if __name__ == "__main__":
    main()
