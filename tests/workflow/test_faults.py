"""Killed, misconfigured, interrupted: nothing is lost and nothing is half there."""

import json
import os
import signal
import subprocess
import sys
import time
from pathlib import Path

import cv2
import pandas as pd
import psutil
import pytest
import yaml

from idlock import cast, plan, prepare
from idlock.photos import sources
from idlock.runner import SNAKEFILE
from idlock.store.files import sha256

pytestmark = pytest.mark.slow
PEOPLE = [("astronaut", "skimage:astronaut"), *((f"cast-{n}", f"cast:{n}/neutral") for n in (3, 7))]


def wait_for(condition, process, seconds=120):
    end = time.monotonic() + seconds
    while not condition():
        assert process.poll() is None, "the run ended before it could be killed"
        assert time.monotonic() < end
        time.sleep(0.05)


def started(project):
    return subprocess.Popen(
        project.command(),
        cwd=project.folder,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        start_new_session=True,
    )


def finished_units(project):
    units = project.results / "records"
    return {p: p.stat().st_mtime_ns for p in units.glob("*/units/*.json")}


def test_a_killed_run_resumes_without_doing_finished_work_again(project):
    project.write(PEOPLE)
    process = started(project)
    wait_for(lambda: len(finished_units(project)) >= 2, process)
    os.killpg(process.pid, signal.SIGKILL)
    process.communicate()
    before = finished_units(project)
    said = project.run()
    assert said.returncode == 0, said.stdout
    assert "an earlier run was killed" in said.stdout
    assert "12 pictures of 3 people" in said.stdout
    assert before.items() <= finished_units(project).items()
    assert not [p for p in project.results.rglob("*") if p.name.startswith(".partial")]


def test_jobs_of_a_killed_scheduler_do_no_harm(project):
    """Only the runner and Snakemake are killed; their jobs go on writing for a while."""
    project.write(PEOPLE)
    process = started(project)
    wait_for(lambda: len(finished_units(project)) >= 1, process)
    schedulers = [
        child
        for child in psutil.Process(process.pid).children()
        if any(Path(part).name == "snakemake" for part in child.cmdline())
    ]
    for victim in (process, *schedulers):
        victim.kill()
    process.communicate()
    said = project.run()
    assert said.returncode == 0, said.stdout
    assert "12 pictures of 3 people" in said.stdout


def test_a_second_run_waits_for_the_first(project):
    project.write(PEOPLE[:1])
    first = started(project)
    wait_for((project.folder / ".snakemake" / "idlock.lock").is_file, first)
    time.sleep(0.5)
    second = project.run()
    assert first.wait(300) == 0
    assert second.returncode == 0
    assert "another run is at work" in second.stdout
    assert "Nothing to be done" in second.stdout


def test_a_run_waits_for_a_snakemake_started_by_hand(project):
    project.write(PEOPLE[:1])
    command = [sys.executable, "-m", "snakemake", "--snakefile", SNAKEFILE, "--cores", "1"]
    by_hand = subprocess.Popen(
        [*command, "--configfile", "config.yaml", "--quiet", "all"], cwd=project.folder
    )
    wait_for(lambda: finished_units(project), by_hand)
    said = project.run()
    assert by_hand.wait(60) == 0
    assert said.returncode == 0, said.stdout
    assert "snakemake is at work" in said.stdout
    assert "4 pictures of 1 people" in said.stdout


def test_sigterm_ends_tidily(project):
    project.write(PEOPLE)
    process = started(project)
    wait_for(lambda: len(finished_units(project)) >= 1, process)
    process.send_signal(signal.SIGTERM)
    process.communicate(timeout=120)
    assert process.returncode != 0
    assert not [p for p in project.results.rglob("*") if p.name.startswith(".partial")]
    assert project.run().returncode == 0


def test_wrong_input_runs_nothing_and_names_everything(project):
    project.write([("a/b", "skimage:astronaut"), ("c", "none.jpg")], judge="nobody")
    said = project.run()
    assert said.returncode == 2
    assert "3 things to correct" in said.stdout
    for word in ("people.tsv:2", "people.tsv:3", "nobody.onnx"):
        assert word in said.stdout
    assert "Traceback" not in said.stdout + said.stderr
    assert not project.results.exists()


def test_the_workflow_itself_refuses_wrong_input_too(project):
    project.write([("a/b", "skimage:astronaut")])
    command = [sys.executable, "-m", "snakemake", "--snakefile", SNAKEFILE]
    said = subprocess.run(
        [*command, "--cores", "1", "--configfile", "config.yaml"],
        cwd=project.folder,
        capture_output=True,
        text=True,
        check=False,
    )
    assert said.returncode != 0
    assert "people.tsv:2" in said.stdout + said.stderr


def test_everybody_failing_is_still_a_report(project, broken_photos):
    project.write([("x", broken_photos / "noface.png")])
    said = project.run()
    assert said.returncode == 0, said.stdout
    assert "0 pictures of 0 people" in said.stdout
    text = (project.results / "report" / "index.html").read_text()
    assert "no face found" in text


@pytest.fixture
def small_disk(tmp_path):
    """A disk of three megabytes."""
    folder = tmp_path / "disk"
    folder.mkdir()
    mounted = subprocess.run(
        ["mount", "-t", "tmpfs", "-o", "size=3m", "none", folder], capture_output=True, check=False
    )
    if mounted.returncode != 0:
        pytest.skip("only root can mount a small disk")
    yield folder
    subprocess.run(["umount", "--lazy", folder], check=True)


def test_a_full_disk_is_told_and_the_run_goes_on_when_there_is_room(project, small_disk):
    project.write(PEOPLE[:2], results=str(small_disk / "results"))
    said = project.run()
    assert said.returncode != 0
    assert "No space left on device" in said.stdout
    finals = [p for p in small_disk.rglob("*.png") if not p.name.startswith(".partial")]
    assert all(cv2.imread(str(path), cv2.IMREAD_UNCHANGED) is not None for path in finals)
    subprocess.run(["mount", "-o", "remount,size=200m", small_disk], check=True)
    said = project.run()
    assert said.returncode == 0, said.stdout
    assert "8 pictures of 2 people" in said.stdout


def test_results_that_cannot_be_written_are_told(project, small_disk):
    project.write(PEOPLE[:1], results=str(small_disk / "results"))
    subprocess.run(["mount", "-o", "remount,ro", small_disk], check=True)
    said = project.run()
    assert said.returncode != 0
    assert "Read-only file system" in said.stdout
    assert str(small_disk / "results") in said.stdout


def test_a_clock_that_went_back_redoes_nothing(project):
    project.write(PEOPLE[:1])
    assert project.run().returncode == 0
    ahead = time.time() + 86_400
    for path in (project.folder / "people.tsv", *project.results.rglob("*.json")):
        os.utime(path, (ahead, ahead))
    before = finished_units(project)
    said = project.run()
    assert said.returncode == 0, said.stdout
    assert finished_units(project) == before


def test_a_damaged_model_file_is_named_before_anything_runs(project, assets):
    (project.folder / "models").mkdir()
    whole = (assets / "det/face_detection_yunet_2023mar.onnx").read_bytes()
    damaged = project.folder / "models" / "face_detection_yunet_2023mar.onnx"
    damaged.write_bytes(whole[:1000] + b"\0" + whole[1001:])
    project.write(PEOPLE[:1], prepare={"detector": "yunet"})
    said = project.run()
    assert said.returncode == 2
    assert damaged.name in said.stdout
    assert "digest" in said.stdout


def test_a_photo_replaced_while_it_is_prepared(project, monkeypatch):
    """What follows is made of the new photo, and neither cache nor record takes it for the old."""
    photo = project.folder / "anna.png"

    def put(number):
        new = photo.with_name("new.png")
        cv2.imwrite(str(new), cast.render(number, "neutral", 512).image[..., ::-1])
        new.replace(photo)
        return sha256(photo)

    put(3)
    project.write([("anna", "anna.png")], prepare={"background": "keep"}, cache="cache")
    monkeypatch.chdir(project.folder)
    whole = plan.make(yaml.safe_load(Path("config.yaml").read_text()), ["config.yaml"])
    read, put_later, digests = sources.load, [7], []

    def load(*arguments):
        decoded = read(*arguments)
        if put_later:
            digests.append(put(put_later.pop()))
        return decoded

    monkeypatch.setattr(prepare.sources, "load", load)
    record = project.results / "records/prepare/0001-of-0001.json"
    prepare.batch(list(whole.people.values()), whole.config, "code", record)
    (anna,) = json.loads(record.read_text()).values()
    assert [made["sha256"] for made in anna["facts"]["photos"]] == digests
    assert len(list(Path("cache").rglob("*.json"))) == 1  # the second look alone was kept
    assert record.stat().st_mtime_ns > photo.stat().st_mtime_ns


def test_five_broken_photos_in_a_hundred(project, broken_photos, astronaut):
    """The ledger is exact and the rest is complete, at a small size."""
    photos = sorted(broken_photos.iterdir())
    people = [(f"cast-{n}", f"cast:{n}/neutral") for n in range(1, 20)]
    project.write(
        [*people, ("broken", photos[0])],
        batch_size=8,
        prepare={"background": "keep"},
        generate={"expressions": ["happy"], "seeds": 1},
    )
    said = project.run()
    assert said.returncode == 0, said.stdout
    assert "19 pictures of 19 people" in said.stdout
    failures = pd.read_csv(project.results / "failures.csv", keep_default_na=False)
    assert set(failures["identity"]) == {"broken"}
