"""A person learnt, seeds found, pictures painted in phases: the whole chain, on a random base."""

import csv
import json

import pandas as pd
import pytest
import small_lora
from PIL import Image

pytestmark = pytest.mark.slow

LITTLE = {
    "base": "base",
    "identities": ["Anna"],
    "expressions": ["happy"],
    "rank": 4,
    "batch": 2,
    "phases": [{"name": "COARSE", "lr": 1e-3, "alpha": 8, "loss": "mse", "optimizer": "AdamW"}],
    "preview": {"count": 1, "steps": 2, "expressions": ["neutral"]},
    "prior": {"pictures": 2, "steps": 2},
}
LITTLE["phases"][0] |= {"min_steps": 2, "max_steps": 3}
SETTINGS = {
    "device": "cpu",
    "lora": LITTLE,
    "generate": {"engines": ["lora"], "expressions": ["neutral", "happy"], "seeds": 1},
    "discover": {"seeds": 4, "keep": 2},
    "render": {"steps": 4},
}


def test_the_whole_chain_of_a_lora(project):
    small_lora.base().save_pretrained(project.folder / "base")
    project.write([("Anna", "cast:3/neutral/1"), ("Ben", "cast:5/neutral/1")], **SETTINGS)
    said = project.run()
    assert said.returncode == 0, said.stderr
    assert {path.name for path in (project.results / "images/lora").iterdir()} == {"Anna"}
    overview = (project.results / "report/index.html").read_text()
    assert "Pictures by lora are of Anna only" in overview
    learnt = project.results / "models/lora/Anna"
    assert (learnt / "pytorch_lora_weights.safetensors").is_file()
    with (learnt / "seeds/seeds.csv").open() as file:
        rows = list(csv.DictReader(file))
    assert len(rows) == 4
    assert {row["selected_by"] for row in rows} == {"dlib"}
    pictures = sorted((project.results / "images/lora/Anna").rglob("*.png"))
    assert [path.parent.name for path in pictures] == ["happy", "neutral"]
    for path in pictures:
        about = json.loads(path.with_suffix(".json").read_text())
        assert about["made_with"]["selected_by"] == ["dlib"]
        assert about["made_with"]["drifts"][0]["phase"] == "identity"
        with Image.open(path) as image:
            assert image.size == (768, 768)
            assert "<lora:Anna:1>" in image.text["parameters"]
    scores = pd.read_csv(project.results / "scores.csv")
    assert not scores["judge_independent"].any()
    assert project.jobs() == {}

    words = "use\tname\twords\nphase\tscene\t{caption}, at sea\n"
    (project.folder / "own.tsv").write_text(words)
    project.configure(**SETTINGS, prompts="own.tsv")
    jobs = project.jobs()
    assert "train_lora" not in jobs
    # Ben, in a batch of his own, is not painted: there is no job that would find that out
    assert jobs["discover_seeds"] == jobs["generate"] == 1


def test_a_missing_piece_of_the_base_or_a_stranger_stops_the_run_before_it_starts(project):
    small_lora.base().save_pretrained(project.folder / "base")
    (project.folder / "base/vae/config.json").unlink()
    lora = LITTLE | {"identities": ["Ana"]}
    project.write([("Anna", "cast:3/neutral/1")], **SETTINGS | {"lora": lora})
    said = project.run()
    assert said.returncode != 0
    assert "base/vae/config.json is missing" in said.stdout + said.stderr
    assert "nobody is called 'Ana'; did you mean 'Anna'?" in said.stdout + said.stderr
    assert not (project.results / "prepared").exists()
