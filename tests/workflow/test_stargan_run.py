"""A small StarGAN is trained and used in a run, as a user would."""

import csv

import pytest
import small_stargan
from small_stargan import TRAINING


@pytest.fixture
def photos(tmp_path):
    return small_stargan.photos(tmp_path / "photos", ("neutral", "happy"))


@pytest.mark.slow
def test_a_model_is_trained_used_and_shown(project, photos):
    stargan = {"checkpoint": "train", "matrix": 1, "train": TRAINING | {"data": "photos"}}
    wanted = {"engines": ["stargan"], "expressions": ["neutral", "happy", "wink"], "seeds": 1}
    project.write([("cast", "cast:3/neutral/1")], generate=wanted, stargan=stargan)
    said = project.run()
    assert said.returncode == 0, said.stderr
    results = project.results
    rows = list(csv.DictReader((results / "scores.csv").open()))
    assert [row["expression"] for row in rows] == ["happy", "neutral"]  # wink is no domain
    assert {row["selected_by"] for row in rows} == {"likeness"}
    assert (results / "models/stargan/photos/convergence.csv").is_file()
    report = results / "report"
    assert (report / "exhibits/matrix.png").is_file()
    assert (report / "exhibits/interpolation.mp4").is_file()
    assert 'src="exhibits/interpolation.mp4"' in (report / "index.html").read_text()
    assert project.jobs() == {}

    project.configure(generate=wanted, stargan=stargan | {"strength": 0.5})
    jobs = project.jobs()
    assert "train_stargan" not in jobs
    assert {"generate", "stargan_matrix"} <= set(jobs)
    project.configure(generate=wanted, stargan=stargan | {"matrix": 2})
    jobs = project.jobs()
    assert not {"train_stargan", "generate"} & set(jobs)
    assert "stargan_matrix" in jobs


def test_a_size_that_is_no_power_of_two_stops_before_anything_runs(project, photos):
    stargan = {"checkpoint": "train", "train": TRAINING | {"data": "photos", "size": 768}}
    project.write(
        [("cast", "cast:3/neutral/1")], generate={"engines": ["stargan"]}, stargan=stargan
    )
    said = project.run()
    assert said.returncode != 0
    assert "a size of 768 px" in said.stdout + said.stderr
    assert not project.results.exists()
