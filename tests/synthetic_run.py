"""A finished run that no engine made: records, scores and pictures of invented people.

The report sees nothing but these files, so it can be tried, and timed, at any
size without hours of work before it.
"""

import json
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import yaml

from idlock import config as configuration
from idlock.report import index, pages, thumbnails
from idlock.scores import summary
from idlock.store import batches, ledger, pictures, units
from idlock.store.files import sha256
from idlock.store.ledger import Failure

LINE = 0.071
BATCH = 32  # people
EXPRESSIONS = ("neutral", "happy", "sad", "angry", "surprised", "sleepy")
SLIDERS = {
    "happy": {"smile": 1.1, "aaa": 11.0},
    "sad": {"smile": -0.24, "eyebrow": 3.2},
    "angry": {"eyebrow": -9.5},
    "surprised": {"aaa": 30.0, "eyebrow": 9.0},
    "sleepy": {"blink": 9.0},
}
READ = ("smile", "aaa", "eyebrow", "blink")

Shared = tuple[Path, str, np.ndarray]  # a file, its digest, and what it shows


@dataclass(frozen=True)
class Run:
    """A finished run below ``results``, its config, and the batch records of its people."""

    results: Path
    config: dict[str, Any]
    batches: list[str]

    def records(self, stage: str) -> list[Path]:
        return [self.results / "records" / stage / f"{name}.json" for name in self.batches]


def build(
    folder: Path, names: Sequence[str], seeds: int, images: Sequence[np.ndarray], failures=()
) -> Run:
    """Write a run of people with every expression and seed, and one who could not be used.

    Args:
        folder: where; ``results`` appears in it.
        names: of the people.
        seeds: pictures of each expression.
        images: a few (H, W, 4) uint8 pictures, which all pictures are links to.
        failures: rows of the ledger.
    """
    results = folder / "results"
    shared = _shared(folder / "shared", images)
    random = np.random.default_rng(0)
    slugs = [f"person-{number}" for number in range(len(names))]
    grouped = batches.assign(slugs, BATCH)
    config = _config(folder, results, seeds)
    rows = []
    for batch, members in grouped.items():
        prepared, embedded = {}, {}
        for slug in members:
            number = slugs.index(slug)
            prepared[slug] = _prepared(results, slug, names[number], number, shared)
            embedded[slug] = _record({"leave_one_out": {"judge": _drifts(random, 2).tolist()}})
            rows += _pictures(results, slug, names[number], seeds, shared, random)
        _json(results / "records/prepare" / f"{batch}.json", prepared)
        _json(results / "records/embed" / f"{batch}.json", embedded)
    _scores(results, rows, [Failure(*failure) for failure in failures])
    return Run(results, config, list(grouped))


def report(
    run: Run, code: str = "code", tables: Sequence[Path] = (), exhibits: Sequence[Path] = ()
) -> Path:
    """Make the whole report of a run, and return its folder.

    Args:
        run: the run.
        code: stands for the digest of the code at work.
        tables: further CSV files to show.
        exhibits: what stages wrote of pictures and films to show.
    """
    stages = {"prepared": "prepare", "embedded": "embed", "paged": "pages"}
    stages["thumbnails"] = "thumbnails"
    upstream = {name: run.records(stage) for name, stage in stages.items()}
    for number in range(len(run.batches)):
        of_batch = {name: records[number] for name, records in upstream.items()}
        pages.batch(
            {name: [of_batch[name]] for name in ("prepared", "embedded")},
            run.config,
            code,
            {"record": of_batch["paged"], "thumbnails": of_batch["thumbnails"]},
        )
    shown = {"tables": tables, "exhibits": exhibits}
    index.assemble(upstream | shown, run.config, run.results / "report")
    return run.results / "report"


def _config(folder: Path, results: Path, seeds: int) -> dict[str, Any]:
    path = folder / "config.yaml"
    wanted = {"expressions": list(EXPRESSIONS), "seeds": seeds}
    values = {"identities": "people.tsv", "results": str(results), "generate": wanted}
    path.write_text(yaml.safe_dump(values))
    return configuration.read(path)


def _shared(folder: Path, images: Sequence[np.ndarray]) -> list[Shared]:
    made = []
    for number, image in enumerate(images):
        path = folder / f"{number}.png"
        pictures.write(path, image)
        made.append((path, sha256(path), image))
    return made


def _prepared(results, slug, name, number, shared) -> dict[str, Any]:
    photo = {
        "name": "photo",
        "photo": name,
        "source": name,
        "consent": name,
        "quality": {"interocular": 160.0, "sharpness": 500.0},
        "pose": {"yaw": 2.0, "pitch": -3.0},
        "background": "kept",
    }
    path = results / "prepared" / slug / "photo.png"
    digest, _ = _link(shared[number % len(shared)], path)
    _json(path.with_suffix(".json"), photo)
    facts = {
        "identity": name,
        "anchor": "photo",
        "groups": {"group": "ab"[number % 2]},
        "photos": [photo],
    }
    return _record(facts, {path.relative_to(results).as_posix(): [1, digest]})


def _pictures(results, slug, name, seeds, shared, random) -> list[dict[str, Any]]:
    rows = []
    for expression in EXPRESSIONS:
        for seed in range(seeds):
            path = results / "images/parametric" / slug / expression / f"seed_{seed}.png"
            digest, image = _link(shared[len(rows) % len(shared)], path)
            thumbnails.keep(results, slug, image, digest)  # as the generate stage does
            strength = 1 + 0.15 * seed / seeds
            sliders = {k: round(strength * v, 3) for k, v in SLIDERS.get(expression, {}).items()}
            _json(path.with_suffix(".json"), {"sliders": sliders, "picture_sha256": digest})
            rows.append(_row(results, path, name, expression, seed, sliders, random))
    return rows


def _row(results, path, name, expression, seed, sliders, random) -> dict[str, Any]:
    drift = float(_drifts(random, 1)[0])
    hit = random.random() < 0.9
    read = {f"read_{key}": sliders.get(key, 0.0) + random.normal(0, 0.3) for key in READ}
    more = {f"structure_{part}": random.random() for part in ("eyes", "nose", "jaw", "skin")}
    return {
        "identity": name,
        "engine": "parametric",
        "expression": expression,
        "seed": seed,
        "picture": path.relative_to(results).as_posix(),
        "source": "photo",
        "selected_by": "",
        "judge": "dlib",
        "judge_independent": True,
        "drift": drift,
        "line": LINE,
        "locked": drift <= LINE,
        "expression_asked": expression,
        "expression_read": expression if hit else "neutral",
        "expression_hit": hit or expression == "neutral",
        "expression_intensity": random.random(),
        **read,
        **more,
    }


def _drifts(random: np.random.Generator, count: int) -> np.ndarray:
    return 0.03 * random.lognormal(0, 0.5, count)


def _scores(results: Path, rows, failures) -> None:
    scores = pd.DataFrame(rows)
    scores.to_parquet(results / "scores.parquet", index=False)
    ledger.write(results / "failures.csv", failures)
    _json(results / "summary.json", summary(scores, failures))


def _link(made: Shared, path: Path) -> tuple[str, np.ndarray]:
    path.parent.mkdir(parents=True, exist_ok=True)
    path.hardlink_to(made[0])
    return made[1:]


def _record(facts, outputs=None) -> dict[str, Any]:
    return {"key": units.key(), "outputs": outputs or {}, "failures": [], "facts": facts}


def _json(path: Path, value: Any) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(json.dumps(value))
