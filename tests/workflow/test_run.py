"""The main job through Snakemake: what it makes, what it says, and what it does not do twice."""

import json
import shutil
import time

import numpy as np
import pandas as pd
import pytest

from idlock.identity import references
from idlock.store import pictures

pytestmark = pytest.mark.slow


def copy_of(project, tmp_path):
    """The same folder under another name, with the times of its files."""
    shutil.copytree(project.folder, tmp_path / "copy", symlinks=True)
    return type(project)(tmp_path / "copy")


def test_a_run_ends_well_and_counts(finished):
    project, said = finished
    assert said.returncode == 0, said.stdout
    last = said.stdout.strip().splitlines()[-1]
    assert "8 pictures of 2 people" in last
    assert str(project.results / "report" / "index.html") in last
    assert str(project.results / "failures.csv") in last


def test_everything_of_the_contract_is_there(finished):
    project, _ = finished
    for name in (
        "prepared/astronaut/astronaut.png",
        "prepared/astronaut/astronaut.json",
        "prepared/cast/3-neutral-2.png",
        "embeddings/astronaut.npz",
        "images/parametric/cast/happy/seed_1.png",
        "images/parametric/cast/happy/seed_1.json",
        "scores.csv",
        "scores.parquet",
        "real.csv",
        "identities.csv",
        "groups.csv",
        "confusion.parquet",
        "vectors/astronaut.npz",
        "failures.csv",
        "report/index.html",
        "report/identity/astronaut.html",
        "report/identity/bad-twins.html",
    ):
        assert (project.results / name).is_file(), name
    assert not [p for p in project.results.rglob("*") if p.name.startswith(".partial")]


def test_prepared_photos(finished):
    project, _ = finished
    folder = project.results / "prepared" / "astronaut"
    picture = pictures.read(folder / "astronaut.png")
    about = json.loads((folder / "astronaut.json").read_text())
    assert picture.shape == (768, 768, 4)
    landmarks = np.array(about["landmarks"])
    assert landmarks.shape == (68, 2)
    inside = landmarks[17:].round().astype(int)
    assert (picture[inside[:, 1], inside[:, 0], 3] == 255).all()
    share = (picture[..., 3] > 127).mean()
    assert 0.3 < share < 0.9
    back = np.array(about["back"])
    in_photo = landmarks[36] @ back[:, :2].T + back[:, 2]
    assert np.linalg.norm(in_photo - (193, 101)) < 4


def test_references_and_leave_one_out(finished):
    project, _ = finished
    reference = references.read(project.results / "embeddings" / "cast.npz")
    assert reference.photos.shape == (2, 128)
    assert np.linalg.norm(reference.vector) == pytest.approx(1)
    assert (reference.leave_one_out < 0.071).all()


def test_scores(finished):
    project, _ = finished
    scores = pd.read_csv(project.results / "scores.csv")
    for column in [
        "identity",
        "engine",
        "expression",
        "seed",
        "picture",
        "judge",
        "drift",
        "line",
        "locked",
        "second_judge",
        "second_drift",
        "expression_asked",
        "expression_read",
        "expression_hit",
        "sharpness",
    ]:
        assert column in scores, column
    assert len(scores) == 8
    assert (scores["locked"] == (scores["drift"] <= scores["line"])).all()
    of_astronaut = scores[scores["identity"] == "astronaut"].set_index(["expression", "seed"])
    assert of_astronaut.loc[("neutral", 0), "drift"] == pytest.approx(0, abs=1e-5)
    assert of_astronaut.loc[("happy", 0), "drift"] > 1e-4
    assert (project.results / scores["picture"]).map(lambda p: p.is_file()).all()
    assert len(pd.read_parquet(project.results / "scores.parquet")) == 8


def test_a_photo_handed_back_is_known_for_one(finished):
    """The neutral preset: no drift, no change of build or skin, and a copy by every measure."""
    project, _ = finished
    scores = pd.read_csv(project.results / "scores.csv")
    still = scores[(scores["expression"] == "neutral") & (scores["seed"] == 0)]
    assert still["pixel_copy"].tolist() == pytest.approx([1, 1])
    of_cast = still[still["identity"] == "cast"].iloc[0]
    assert of_cast["copy_paste"] == pytest.approx(1, abs=1e-3)
    for column in ("structure_jaw", "skin_delta_e", "au12"):
        assert still[column].abs().max() < 1e-6, column
    happy = scores[scores["expression"] == "happy"]
    assert (happy["au12"] > 0).all()
    assert (happy["sign_agreement"] > 0.5).all()
    assert scores["margin"].to_numpy() == pytest.approx(scores["line"] - scores["drift"], abs=1e-4)


def test_sums_over_people_and_real_photos_beside_them(finished):
    project, _ = finished
    people = pd.read_csv(project.results / "identities.csv").set_index("identity")
    assert people["pictures"].tolist() == [4, 4]
    assert people["rank1"].tolist() == [1, 1]
    assert people.loc["astronaut", "nearest_other"] == "cast"
    assert people.loc["cast", "real_photos"] == 2
    assert people.loc["cast", "real_drift_mean"] > 0
    assert np.isnan(people.loc["astronaut", "real_drift_mean"])
    real = pd.read_csv(project.results / "real.csv")
    assert real["identity"].tolist() == ["cast"]
    assert real["structure_jaw"].notna().all()
    matrix = pd.read_parquet(project.results / "confusion.parquet").set_index("identity")
    assert (np.diag(matrix) < matrix.to_numpy()[[0, 1], [1, 0]]).all()
    everybody = pd.read_csv(project.results / "groups.csv", keep_default_na=False)
    assert everybody["people"].tolist() == [2]


def test_neutral_is_the_photo_bit_for_bit(finished):
    project, _ = finished
    source = pictures.read(project.results / "prepared/astronaut/astronaut.png")
    neutral = pictures.read(project.results / "images/parametric/astronaut/neutral/seed_0.png")
    happy = pictures.read(project.results / "images/parametric/astronaut/happy/seed_0.png")
    assert np.array_equal(source, neutral)
    assert not np.array_equal(source, happy)


def test_sidecars_say_how_to_make_the_picture_again(finished):
    from idlock.engines import parametric

    project, _ = finished
    path = project.results / "images/parametric/cast/happy/seed_1.json"
    about = json.loads(path.read_text())
    photo = about["source"]["photo"]
    prepared = project.results / "prepared" / "cast"
    landmarks = np.array(json.loads((prepared / f"{photo}.json").read_text())["landmarks"])
    image = pictures.read(prepared / f"{photo}.png")
    again = parametric.edit(image, landmarks, about["sliders"], mask=image[..., 3])
    assert np.array_equal(again, pictures.read(path.with_suffix(".png")))
    assert about["source"]["consent"] == "test"
    assert about["seed"] == 1
    assert about["versions"]["opencv-python"]


def test_every_bad_photo_is_a_row_with_advice(finished):
    project, _ = finished
    failures = pd.read_csv(project.results / "failures.csv", keep_default_na=False)
    assert list(failures.columns) == ["identity", "photo", "stage", "reason", "advice"]
    assert set(failures["stage"]) == {"prepare"}
    assert (failures["advice"].str.len() > 10).all()
    reasons = failures[failures["photo"] != ""].set_index("photo")["reason"]
    assert set(reasons.index) == {"bomb", "cut", "empty", "noface", "twins"}
    assert "megapixels" in reasons["bomb"]
    assert "damaged" in reasons["cut"]
    assert "empty" in reasons["empty"]
    assert "no face" in reasons["noface"]
    assert "2 faces" in reasons["twins"]
    people = failures[failures["photo"] == ""]
    assert set(people["identity"]) == {f"bad-{name}" for name in reasons.index}


def test_a_second_run_does_nothing_and_says_so(finished):
    project, _ = finished
    before = {p: p.stat().st_mtime_ns for p in project.results.rglob("*") if p.is_file()}
    started = time.monotonic()
    said = project.run()
    assert time.monotonic() - started < 15
    assert said.returncode == 0
    assert "Nothing to be done" in said.stdout
    assert "8 pictures of 2 people" in said.stdout.strip().splitlines()[-1]
    assert before == {p: p.stat().st_mtime_ns for p in project.results.rglob("*") if p.is_file()}


def test_strict_fails_after_everything_else_is_finished(finished, tmp_path):
    project = copy_of(finished[0], tmp_path)
    project.configure(strict=True)
    said = project.run()
    assert said.returncode != 0
    assert "8 pictures of 2 people" in said.stdout.strip().splitlines()[-1]
    log = (project.results / "logs" / "strict.log").read_text()
    assert "bad-twins" in log
    assert (project.results / "report" / "index.html").is_file()


def test_only_what_depends_on_a_change_is_made_again(finished, tmp_path):
    project = copy_of(finished[0], tmp_path)
    batches = len(list((project.results / "records" / "prepare").glob("*-of-*.json")))
    assert project.jobs() == {}
    project.configure(line="far-1e-2")
    assert project.jobs() == {"scores": 1, "pages": batches, "report": 1}
    project.configure(report={"title": "Another"})
    assert project.jobs() == {"pages": batches, "report": 1}
    (project.folder / "mine.yaml").write_text("happy: {sliders: {smile: 0.5}}\n")
    project.configure(presets="mine.yaml")
    assert project.jobs() == {
        "generate": batches,
        "judge": batches,
        "scores": 1,
        "pages": batches,
        "report": 1,
    }


def test_adding_a_person_leaves_the_others_alone(finished, tmp_path):
    project = copy_of(finished[0], tmp_path)
    images = project.results / "images" / "parametric"
    before = {p: p.stat().st_mtime_ns for p in images.rglob("*.png")}
    sheet = project.folder / "people.tsv"
    sheet.write_text(sheet.read_text() + "new\tskimage:astronaut\t\ttest\t\n")
    said = project.run()
    assert said.returncode == 0, said.stdout
    assert "12 pictures of 3 people" in said.stdout
    assert before.items() <= {p: p.stat().st_mtime_ns for p in images.rglob("*.png")}.items()


def test_a_corrected_sheet_reaches_every_sidecar(finished, tmp_path):
    project = copy_of(finished[0], tmp_path)
    sheet = project.folder / "people.tsv"
    rows = [row for row in sheet.read_text().splitlines() if not row.startswith("bad-")]
    sheet.write_text("\n".join(rows).replace("\ttest", "\trelease of 2026") + "\n")
    said = project.run()
    assert said.returncode == 0, said.stdout
    sidecars = list((project.results / "images").rglob("*.json"))
    assert len(sidecars) == 8
    consents = {json.loads(path.read_text())["source"]["consent"] for path in sidecars}
    assert consents == {"release of 2026"}


def test_a_deleted_picture_is_made_again_and_no_other(finished, tmp_path):
    project = copy_of(finished[0], tmp_path)
    reference = project.contents()
    images = project.results / "images" / "parametric"
    gone = images / "cast" / "happy" / "seed_1.png"
    gone.unlink()
    before = {p: p.stat().st_mtime_ns for p in images.rglob("*.png")}
    said = project.run()
    assert said.returncode == 0, said.stdout
    after = {p: p.stat().st_mtime_ns for p in images.rglob("*.png")}
    assert set(after) - set(before) == {gone}
    assert before.items() <= after.items()
    assert project.contents() == reference


def test_the_same_inputs_give_the_same_bytes(finished, tmp_path):
    first = finished[0]
    again = type(first)(tmp_path)
    for name in ("people.tsv", "config.yaml"):
        shutil.copy(first.folder / name, tmp_path / name)
    said = again.run()
    assert said.returncode == 0, said.stdout
    ours, theirs = again.contents(), first.contents()
    assert set(ours) == set(theirs)
    assert [name for name in ours if ours[name] != theirs[name]] == []
