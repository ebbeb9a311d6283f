"""The stage that learns people: records, what lies beside a LoRA, and bad input."""

import json
import logging
import shutil

import numpy as np
import pytest

from idlock import cast, config, plan, train_lora
from idlock.engines.lora import small
from idlock.faces import align
from idlock.problems import InvalidInput
from idlock.store import pictures
from idlock.store.files import read_json, sha256, write_json

WORDS = ["photo", "of", "a", "sks", "person", "happy", "neutral", "grey", "background"]
FILES = [
    "convergence.csv",
    "kohya.safetensors",
    "pytorch_lora_weights.safetensors",
    "training.json",
]
PHASE = {"name": "COARSE", "lr": 1e-4, "alpha": 8, "loss": "mse", "optimizer": "AdamW"}


@pytest.fixture(scope="module")
def run(tmp_path_factory):
    """A run in which Ada is prepared and Bob's photos were refused; its config and records."""
    folder = tmp_path_factory.mktemp("run")
    size = small.Size(vae=(8, 16), unet=(16, 32), picture=32)
    small.small(size, WORDS).save_pretrained(folder / "base")
    results = folder / "results"
    shown = cast.render(1000, "neutral", 512)
    aligned = align.align(shown.image, shown.landmarks)
    alpha = np.full(aligned.rgb.shape[:2], 255, np.uint8)
    photo = results / "prepared" / "Ada" / "a.png"
    pictures.write(photo, np.dstack([aligned.rgb, alpha]))
    write_json(photo.with_suffix(".json"), {"landmarks": aligned.landmarks.tolist()})
    told = {"name": "a", "expression": "", "sha256": sha256(photo)}
    prepared = results / "records" / "prepare" / "0001-of-0001.json"
    ada = {"identity": "Ada", "anchor": "a", "photos": [told]}
    bob = {"identity": "Bob", "anchor": None, "photos": []}
    write_json(
        prepared,
        {
            "Ada": {"key": "1", "outputs": {"prepared/Ada/a.png": [1, "x"]}, "facts": ada},
            "Bob": {"key": "2", "outputs": {}, "facts": bob},
        },
    )
    lora = {
        "base": str(folder / "base"),
        "phases": [PHASE | {"min_steps": 2, "max_steps": 2}],
        "expressions": ["happy"],
        "preview": {"count": 1, "steps": 2},
        "prior": {"pictures": 2, "steps": 2},
    }
    values = {"identities": "p.tsv", "results": str(results), "device": "cpu", "lora": lora}
    return config.checked(values, None), prepared


def learnt(run, slug, **changes):
    settings, prepared = run
    record = prepared.parents[1] / "train_lora" / f"{slug}.json"
    train_lora.person(slug, [prepared], settings | changes, "code", record)
    return json.loads(record.read_text())


def test_a_person_is_learnt_once_and_said_by_whom(run, caplog):
    with caplog.at_level(logging.WARNING):
        record = learnt(run, "Ada")["Ada"]
    assert "chooses among the checkpoints and judges" in caplog.text
    results = run[1].parents[2]
    made = sorted(name.rsplit("/", 1)[1] for name in record["outputs"])
    assert made == FILES
    about = read_json(results / "models/lora/Ada/training.json")
    assert about["selected_by"] == ["dlib"]
    assert about["reasons"] == record["facts"]["reasons"]
    assert about["base"]["name"] == "base"
    assert len(list((results / "models/lora-prior").glob("*/*.png"))) == 2
    before = {path: path.stat().st_mtime_ns for path in results.rglob("models/lora/Ada/*")}
    learnt(run, "Ada")
    assert {path: path.stat().st_mtime_ns for path in before} == before


def test_who_failed_preparation_is_left_out(run):
    assert learnt(run, "Bob") == {}
    assert learnt(run, "Nobody") == {}


def test_the_second_judge_chooses_where_there_is_one(run):
    settings, _ = run
    assert train_lora.witness_name(settings) == "dlib"
    assert train_lora.witness_name(settings | {"second_judge": "edgeface_xs"}) == "edgeface_xs"
    own = {"lora": settings["lora"] | {"witness": "mobilefacenet_128d"}}
    assert train_lora.witness_name(settings | own) == "mobilefacenet_128d"


def test_a_base_with_a_missing_piece_is_named_before_anything_runs(run, tmp_path):
    broken = tmp_path / "base"
    shutil.copytree(run[0]["lora"]["base"], broken)
    (broken / "unet" / "diffusion_pytorch_model.safetensors").unlink()
    (tmp_path / "people.tsv").write_text(
        "identity\tphoto\texpression\tconsent\tsource\nAda\tcast:1000/neutral\t\ttest\t\n"
    )
    values = {
        "identities": str(tmp_path / "people.tsv"),
        "generate": {"engines": ["lora"]},
        "lora": {"base": str(broken), "witness": "nobody"},
    }
    with pytest.raises(InvalidInput) as caught:
        plan.make(values, [])
    assert any("diffusion_pytorch_model.safetensors is missing" in p for p in caught.value.problems)
    assert any(problem.startswith("lora.witness: ") for problem in caught.value.problems)
