"""A stage that breaks off for one person costs that person alone, whatever follows."""

import pandas as pd
import pytest
import torch
import yaml

from idlock import embed, generate, judge, perceptual, plan, prepare, scores
from idlock.perceptual import inception, lpips
from idlock.problems import BadInput
from idlock.report import index, pages
from idlock.store import ledger

pytestmark = pytest.mark.slow
PEOPLE = ("anna", "bert")


@pytest.fixture
def config(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    rows = [f"{name}\tcast:{n}/neutral\ttest\n" for n, name in enumerate(PEOPLE, start=3)]
    (tmp_path / "people.tsv").write_text("identity\tphoto\tconsent\n" + "".join(rows))
    settings = {
        "identities": "people.tsv",
        "generate": {"expressions": ["happy"], "seeds": 1},
        "prepare": {"background": "keep"},
    }
    (tmp_path / "config.yaml").write_text(yaml.safe_dump(settings))
    return plan.make(settings, [tmp_path / "config.yaml"])


def run(whole, folder):
    """All stages of everybody, one after another in this process."""
    config = whole.config
    names = ("prepare", "embed", "generate", "judge", "thumbnails", "pages")
    at = {name: folder / "results/records" / name / "0001-of-0001.json" for name in names}
    prepare.batch(list(whole.people.values()), config, "", at["prepare"])
    embed.batch([at["prepare"]], config, "", at["embed"])
    generate.batch("parametric", [at["prepare"]], config, "", at["generate"], lambda *_: None)
    first = {"prepared": [at["prepare"]], "embedded": [at["embed"]], "generated": [at["generate"]]}
    judge.batch(first, config, "", at["judge"])
    results = folder / "results"
    tables = ("identities.csv", "groups.csv", "sets.csv", "real.csv", "confusion.parquet")
    outputs = {name.split(".")[0]: results / name for name in tables}
    outputs |= {
        "scores": results / "scores.csv", "parquet": results / "scores.parquet",
        "failures": results / "failures.csv", "summary": results / "summary.json",
    }  # fmt: skip
    scores.collect({**first, "trained": [], "judged": [at["judge"]]}, config, outputs)
    records = {"thumbnails": at["thumbnails"], "record": at["pages"]}
    pages.batch({k: first[k] for k in ("prepared", "embedded")}, config, "", records)
    upstream = {
        **first, "paged": [at["pages"]], "thumbnails": [at["thumbnails"]],
        "tables": [results / name for name in tables], "exhibits": [],
    }  # fmt: skip
    index.assemble(upstream, config, results / "report")
    return results


@pytest.mark.parametrize(
    ("stage", "work", "error", "reason"),
    [
        (embed, "embed_person", ValueError("a zero vector"), "a zero vector"),
        (generate, "generate_person", BadInput("it gave up", "try another photo"), "it gave up"),
        (judge, "judge_person", ZeroDivisionError("division by 0"), "division by 0"),
    ],
    ids=["embed", "generate", "judge"],
)
def test_the_others_go_on(config, tmp_path, monkeypatch, stage, work, error, reason):
    whole = getattr(stage, work)

    def breaks_off(slug, *more):
        if slug == "anna":
            raise error
        return whole(slug, *more)

    monkeypatch.setattr(stage, work, breaks_off)
    results = run(config, tmp_path)
    assert list(pd.read_csv(results / "scores.csv")["identity"]) == ["bert"]
    failures = ledger.read(results / "failures.csv")
    assert {failure.identity for failure in failures} == {"anna"}
    assert any(reason in failure.reason for failure in failures)
    assert "anna" in (results / "report" / "index.html").read_text()


def test_networks_in_the_models_folder_measure(config, tmp_path):
    models = tmp_path / "models"
    models.mkdir()
    torch.manual_seed(0)
    torch.save(lpips.AlexNet().state_dict(), models / perceptual.ALEXNET)
    torch.save(inception.Inception().state_dict(), models / perceptual.INCEPTION)
    results = run(config, tmp_path)
    scores_ = pd.read_csv(results / "scores.csv")
    assert (scores_["lpips"] > 0).all()
    compared = pd.read_csv(results / "sets.csv").iloc[0]
    assert compared[["engine", "photos", "pictures"]].tolist() == ["parametric", 2, 2]
    assert compared["note"].startswith("not measured: fewer than 20")


def test_missing_networks_are_named(config, tmp_path):
    results = run(config, tmp_path)
    assert "lpips" not in pd.read_csv(results / "scores.csv")
    assert perceptual.INCEPTION in pd.read_csv(results / "sets.csv")["note"][0]
