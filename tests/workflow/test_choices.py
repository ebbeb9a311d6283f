"""What a config can choose, through Snakemake: folders, models, training crops, reports."""

import json
import shutil
import subprocess
import sys
import zipfile

import cv2
import numpy as np
import pandas as pd
import pytest

from idlock.paths import RESOURCES
from idlock.runner import SNAKEFILE
from idlock.store import pictures
from idlock.store.files import read_json, write_json

pytestmark = pytest.mark.slow


@pytest.fixture
def people_folder(tmp_path, assets):
    """`<identity>/<photo>` files of two people, one of them with a space and an accent."""
    names = ("Zoë K", "002")
    photos = assets / "faces/london"
    for name, number in zip(names, ("001", "002"), strict=True):
        folder = tmp_path / "people" / name
        folder.mkdir(parents=True)
        for kind in ("neutral_front", "smiling_front"):
            (photo,) = (photos / kind).glob(f"{number}_*.jpg")
            shutil.copy(photo, folder / f"{kind}.jpg")
        (folder / "consent.txt").write_text("signed release of the London set\n")
    return names


@pytest.mark.parametrize("detector", ["dlib", "yunet", "scrfd"])
def test_a_folder_of_real_people_with_two_judges(project, assets, people_folder, detector):
    project.configure(
        identities="people",
        models=str(assets),
        second_judge="edgeface_xs",
        prepare={"detector": detector, "background": "keep"},
        generate={"expressions": ["happy", "surprised"], "seeds": 1},
    )
    said = project.run()
    assert said.returncode == 0, said.stdout
    scores = pd.read_csv(project.results / "scores.csv")
    assert set(scores["identity"]) == set(people_folder)
    assert set(scores["second_judge"]) == {"edgeface_xs"}
    assert scores["locked"].all()
    assert scores["second_locked"].all()
    assert (scores["drift"] != scores["second_drift"]).all()
    (record,) = project.results.glob("prepared/Zo*-K/neutral_front.json")
    about = json.loads(record.read_text())
    assert about["consent"] == "signed release of the London set"
    assert about["detector"] == detector


def test_lines_are_calibrated_on_ones_own_people(project):
    """`snakemake calibrate`, then a run by the line it found; another line remakes only scores."""
    people = [f"p{number}" for number in range(5)]
    rows = [(name, f"cast:{30 + n}/neutral/{s}") for n, name in enumerate(people) for s in (1, 2)]
    project.write(rows, generate={"expressions": ["happy"], "seeds": 1}, batch_size=8)
    said = subprocess.run(
        [
            *(sys.executable, "-m", "snakemake", "--snakefile", str(SNAKEFILE)),
            *("--configfile", "config.yaml", "--cores", "1", "calibrate"),
        ],
        cwd=project.folder,
        capture_output=True,
        text=True,
        check=False,
    )
    assert said.returncode == 0, said.stderr
    assert not (project.results / "images").exists()
    made = json.loads((project.results / "calibration/dlib.json").read_text())
    assert made["people_with_two_photos"] == 5
    assert made["refused"]["far-1e-2"] == "40 impostor pairs; 300 are needed"
    settings = {"generate": {"expressions": ["happy"], "seeds": 1}, "batch_size": 8}
    project.configure(**settings, calibration="results/calibration")
    said = project.run()
    assert said.returncode != 0
    assert "its set was too small (40 impostor pairs; 3000 are needed)" in said.stdout
    project.configure(**settings, calibration="results/calibration", line="eer")
    assert project.run().returncode == 0
    scores = pd.read_csv(project.results / "scores.csv")
    assert scores["line"].unique() == pytest.approx([made["lines"]["eer"]["drift"]], rel=1e-4)
    project.configure(**settings, line="far-1e-2")
    assert "judge" not in project.jobs()
    assert project.jobs()["scores"] == 1


def test_training_crops(project):
    project.write([("cast", "cast:7/neutral")], prepare={"augment": True})
    said = project.run()
    assert said.returncode == 0, said.stdout
    folder = project.results / "prepared" / "cast"
    whole = pictures.read(folder / "7-neutral.png")
    crops = {path.stem: pictures.read(path) for path in folder.glob("augmented/*.png")}
    assert all(crop.shape == whole.shape for crop in crops.values())
    # the centre crop of 60 % shows the middle of the photo, larger
    middle = whole.shape[0] / 2
    inner = slice(round(middle - 100), round(middle + 100))
    for name, share in (("7-neutral_crop-80", 0.8), ("7-neutral_crop-60", 0.6)):
        side = round(share * whole.shape[0])
        shrunk = cv2.resize(crops[name], (side, side), interpolation=cv2.INTER_AREA)
        centre = slice(round(side / 2 - 100), round(side / 2 + 100))
        difference = shrunk[centre, centre].astype(int) - whole[inner, inner]
        assert np.abs(difference).mean() < 4, name
    turned = [crops["7-neutral_turned-5"], crops["7-neutral_turned+5"]]
    assert not np.array_equal(*turned)


def test_snakemakes_own_report(finished):
    project, _ = finished
    said = subprocess.run(
        [
            *(sys.executable, "-m", "snakemake", "--snakefile", str(SNAKEFILE)),
            *("--configfile", "config.yaml", "--cores", "1", "--report", "report.zip"),
        ],
        cwd=project.folder,
        capture_output=True,
        text=True,
        check=False,
    )
    assert said.returncode == 0, said.stderr
    with zipfile.ZipFile(project.folder / "report.zip") as archive:
        names = archive.namelist()
        page = archive.read(next(n for n in names if n.endswith("report.html"))).decode()
    for category in ("Overview", "Scores", "Failures"):
        assert category in page
    assert any(name.endswith("index.html") for name in names)
    assert any(name.endswith("scores.csv") for name in names)


def test_how_strong_an_expression_may_get(project):
    """A line drawn close ends the laugh before the sliders do."""
    shipped = read_json(RESOURCES / "calibration" / "dlib.json")
    shipped["lines"]["far-1e-3"] = {"drift": 0.005}
    write_json(project.folder / "own" / "dlib.json", shipped)
    project.write(
        [("cast", "cast:7/neutral")],
        calibration="own",
        strength=["laughing"],
        prepare={"background": "keep"},
    )
    said = project.run()
    assert said.returncode == 0, said.stdout
    curve = pd.read_csv(project.results / "strength.csv")
    assert (curve["locked"] == (curve["drift"] <= 0.005)).all()
    (largest,) = set(curve["largest"])
    assert curve["bounded"].all()
    assert 0 < largest < curve["intensity"].max()
    assert curve.loc[curve["intensity"] <= largest, "locked"].all()
    nearest_beyond = curve.loc[curve["intensity"] > largest, "intensity"].min()
    assert nearest_beyond - largest <= 0.01
    page = (project.results / "report" / "identity" / "cast.html").read_text()
    assert f"laughing: up to {largest:.2f}" in page
