"""Seeds found by halving, against finishing every seed: denoising steps spent, and drift reached.

    .venv/bin/python bench/seeds.py [--people 900 901] [--seeds 64] [--base FOLDER]

LoRAs of held-out people of the cast are trained with the config's defaults,
then every seed is sketched and finished, and its drift measured both times. A
contest of 32 of these seeds, drawn many times, says what halving finds: its
pictures are those of plain runs to the bit (a test proves it), so
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
from idlock.engines.lora.engine import engine, trained
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
    done = training.train(
        [(source, "neutral")],
        base.opened(settings["lora"]["base"]),
        training.Settings.of(settings["lora"]),
        results / "models" / "lora" / source.slug,
        witness=recogniser("dlib"),
        seed=number,
    )
    seconds = time.process_time() - start
    print(f"person {number}: {done.steps} steps of training, {seconds:.0f} s", flush=True)
    return source.slug


def measured(
    contest: discover_seeds.Contest, held: lock.Lock, count: int, steps: list[int]
) -> tuple[np.ndarray, float]:
    """Return the (looks, seeds) drifts, and the seconds that finishing every seed takes.

    Args:
        contest: of the seeds.
        held: who measures.
        count: of the seeds.
        steps: at which they are looked at; the last is the end.
    """
    everybody, found, gone = list(range(count)), [], 0
    for step in steps:
        before = time.process_time()
        contest.advance(everybody, step - gone)
        found.append([held.drift(image) for image in contest.pictures(everybody)])
        gone, seconds = step, time.process_time() - before
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


def replayed(drifts: np.ndarray, looks: list[halving.Rung], steps: list[int]) -> float:
    """Return the drift that halving finds among seeds of these (looks, seeds) drifts."""
    replay = Replay(drifts, steps)
    trials = halving.run([0] * drifts.shape[1], steps[-1], looks, replay.advance, replay.score)
    return min(trial.scores[-1] for trial in trials if trial.ended)


def contests(drifts: np.ndarray, looks: list[halving.Rung], steps: list[int]) -> np.ndarray:
    """Return the (drawn, 2) drifts that halving and finishing all find among drawn seeds."""
    draw = np.random.default_rng(0)
    found = []
    for _ in range(DRAWN):
        some = drifts[:, draw.choice(drifts.shape[1], CONTEST, replace=False)]
        found.append((replayed(some, looks, steps), some[-1].min()))
    return np.array(found)


def person(number: int, settings: dict, seeds: int) -> dict[str, float]:
    """Measure one person."""
    slug = learnt(number, settings)
    painting, held = engine(settings), lock.of(slug, settings)
    painting.painter.learn(trained(settings, slug))
    wanted = settings["discover"]
    total = painting.painter.steps
    looks = discover_seeds.rungs(CONTEST, total, wanted)
    arms = [("neutral", seed) for seed in range(seeds)]
    contest = discover_seeds.Contest(painting, arms, wanted["sketch"]["steps"])
    steps = [*(look.step for look in looks), contest.steps]
    drifts, seconds = measured(contest, held, seeds, steps)
    print(f"person {number}: {seeds} seeds finished, {seconds:.0f} s", flush=True)
    alike = [spearmanr(row, drifts[-1]).statistic for row in np.nan_to_num(drifts[:-1], posinf=2)]
    found = contests(drifts, looks, steps)
    start = time.process_time()
    trials, _ = discover_seeds.hold(painting, arms[:CONTEST], held, wanted)
    halved = time.process_time() - start
    best = min(trial.scores[-1] for trial in trials if trial.ended)
    assert best == replayed(drifts[:, :CONTEST], looks, steps)
    return {
        "steps": halving.cost(CONTEST, contest.steps, looks) / (CONTEST * total),
        "worth": worth(drifts[-1], found[:, 0].mean()),
        "time": halved / (seconds * CONTEST / seeds),
        "same": float(np.mean(found[:, 0] == found[:, 1])),
        "halving": float(found[:, 0].mean()),
        "all": float(found[:, 1].mean()),
        "median": float(np.median(drifts[-1])),
        "alike": [round(float(value), 2) for value in alike],
    }


def worth(drifts: np.ndarray, reached: float) -> int:
    """Return how many seeds have to be finished to reach a drift, on average."""
    draw = np.random.default_rng(1)
    for count in range(1, len(drifts) + 1):
        best = [draw.choice(drifts, count, replace=False).min() for _ in range(DRAWN)]
        if np.mean(best) <= reached:
            return count
    return len(drifts)


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
            said = [
                f"person {number}, {CONTEST} seeds:",
                f"{found['steps']:.3f} of the denoising steps, {found['time']:.2f} of the time;",
                f"best drift {found['halving']:.4f}, all finished {found['all']:.4f}, median",
                f"{found['median']:.4f}; as good as {found['worth']} seeds finished;",
                f"the very best in {100 * found['same']:.0f} %;",
                f"looks tell the order with r = {found['alike']}",
            ]
            print(" ".join(said))


if __name__ == "__main__":
    main()
