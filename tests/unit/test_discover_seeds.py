"""Seeds: found for a third of the price, as good as if all had been finished, and used."""

import json
from dataclasses import dataclass

import numpy as np
import pytest
import small_lora

from idlock import discover_seeds, identity
from idlock.engines import Request
from idlock.engines.lora import engine, halving, seeds
from idlock.engines.lora.lock import Lock
from idlock.store import units
from idlock.store.files import write_json


@dataclass(frozen=True)
class Brightness(Lock):
    """Holds pictures against nothing but light, which the random base settles early."""

    def drift(self, image):
        return float(image.mean() / 255)


BRIGHT = Brightness(identity.recogniser("dlib"), np.ones(128), line=1.0)
WANTED = {
    "seeds": 12,
    "keep": 2,
    "expressions": ["neutral", "happy"],
    "sketch": {"steps": 0, "keep": 0.5},
    "looks": [{"at": 0.34, "keep": 0.34}, {"at": 0.67, "keep": 0.17}],
}


@pytest.fixture(scope="module")
def anna(tmp_path_factory):
    return small_lora.run(
        tmp_path_factory.mktemp("run"), discover=WANTED, render={"steps": 6, "batch": 4}
    )


@pytest.fixture(scope="module")
def painting(anna):
    painting = engine.engine(anna)
    painting.painter.learn(engine.trained(anna, "anna"))
    return painting


@pytest.mark.parametrize("sketch", [0, 3], ids=["looks", "sketches"])
def test_the_finished_seeds_are_the_pictures_of_plain_runs(anna, painting, sketch):
    tried = discover_seeds.candidates("Anna", anna)
    assert len(tried) == 12 and max(tried) < 2**32
    arms = [(name, seed) for name in WANTED["expressions"] for seed in tried]
    wanted = WANTED | {"sketch": {"steps": sketch, "keep": 0.5}}
    trials, finals = discover_seeds.hold(painting, arms, BRIGHT, wanted)
    start = painting.start
    prompts = [painting.said(name)[start.name] for name, _ in arms]
    plain = painting.painter.paint(start, prompts, painting.negative, [seed for _, seed in arms])
    assert sorted(finals) == [number for number, trial in enumerate(trials) if trial.ended]
    for number, image in finals.items():
        assert np.array_equal(image, plain[number])
    spent = sum(trial.steps for trial in trials)
    looks = [halving.Rung(2, 4), halving.Rung(4, 2)]
    if sketch:
        looks = [halving.Rung(3, 6), *(halving.Rung(3 + r.step, r.keep) for r in looks)]
    assert discover_seeds.rungs(12, 6, wanted) == looks
    assert spent == 2 * halving.cost(12, sketch + 6, looks)
    for name in WANTED["expressions"]:
        mine = [number for number, (group, _) in enumerate(arms) if group == name]
        assert sum(trials[number].ended for number in mine) == 2
        best = min(BRIGHT.drift(plain[number]) for number in mine)
        # the random base's light is nearly settled early
        assert min(BRIGHT.drift(finals[n]) for n in mine if n in finals) <= best + 0.01


def records(anna, folder):
    """Batch records as the stages before write them."""
    made = {"key": "", "outputs": {"a": [1, "b"]}, "failures": [], "facts": {"identity": "Anna"}}
    for name in ("prepared", "trained"):
        write_json(folder / f"{name}.json", {"anna": made})
    write_json(folder / "prepared.json", {"anna": made, "bert": made})
    return {name: [folder / f"{name}.json"] for name in ("prepared", "trained")}


def test_the_stage_writes_a_table_and_locked_pictures_and_the_engine_uses_them(
    anna, tmp_path, monkeypatch
):
    monkeypatch.setattr(discover_seeds.lock, "of", lambda slug, config: BRIGHT)
    record = tmp_path / "record.json"
    discover_seeds.batch(records(anna, tmp_path), anna, "code", record)
    about = units.read([record])
    assert list(about) == ["anna"]
    facts = about["anna"]["facts"]
    assert facts["locked"] == 4 and facts["steps"] < facts["steps_of_all"]
    found = seeds.read(tmp_path.parent / "none", "anna")
    assert found == []
    from pathlib import Path

    results = Path(anna["results"])
    rows = seeds.read(results, "anna")
    assert [row["expression"] for row in rows] == ["neutral"] * 2 + ["happy"] * 2
    assert float(rows[0]["drift"]) <= float(rows[1]["drift"])
    folder = seeds.folder(results, "anna")
    best = rows[0]
    assert (folder / f"verify_seed_{best['seed']}_drift_{float(best['drift']):.4f}.png").is_file()
    assert len(list(folder.glob("happy/verify_seed_*.png"))) == 2
    requests = [Request(name, {}, n, 100) for name in ("neutral", "sad") for n in (0, 2)]
    made = engine.engine(anna).pictures(small_lora.source(anna), requests)
    noise = [picture.made_with["noise"] for picture in made]
    assert noise[0]["seed"] == int(best["seed"]) and noise[0]["from"] == "discovered"
    assert noise[1] == {"seed": 100, "from": "derived"}
    assert noise[2]["for"] == "neutral"  # none were sought for sad
    before = {p: p.read_bytes() for p in folder.rglob("*") if p.is_file()}
    (results / "records/discover_seeds/units/anna.json").unlink()
    discover_seeds.batch(records(anna, tmp_path), anna, "code", record)
    assert {p: p.read_bytes() for p in folder.rglob("*") if p.is_file()} == before


def test_without_a_face_nothing_is_locked(anna, tmp_path):
    """The random base shows none."""
    config = json.loads(json.dumps(anna))
    config["discover"] |= {"seeds": 3, "expressions": ["neutral"], "looks": []}
    config["discover"]["sketch"] = {"steps": 2, "keep": 0.34}
    config["seed"] = 7
    discover_seeds.batch(records(config, tmp_path), config, "code", tmp_path / "record.json")
    facts = units.read([tmp_path / "record.json"])["anna"]["facts"]
    assert facts["locked"] == 0 and facts["best"] is None
