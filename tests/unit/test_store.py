"""Files are whole or absent, finished work is not done again, and nothing is lost on the way."""

import csv
import json
import os

import pytest
from hypothesis import given
from hypothesis import strategies as st

from idlock.problems import BadInput
from idlock.store import batches, files, ledger, seeds, timings, units
from idlock.store.code import code_digest


def test_a_failed_write_leaves_the_old_file(tmp_path):
    path = tmp_path / "deep" / "a.txt"
    files.write_text(path, "old")

    def write_half():
        with files.whole_file(path) as temporary:
            temporary.write_text("half")
            raise RuntimeError

    with pytest.raises(RuntimeError):
        write_half()
    assert path.read_text() == "old"
    assert os.listdir(path.parent) == ["a.txt"]


def test_a_folder_is_replaced_whole(tmp_path):
    folder = tmp_path / "folder"
    for name in ("first", "second"):
        with files.whole_folder(folder) as temporary:
            (temporary / name).touch()
    assert os.listdir(folder) == ["second"]

    def write_half():
        with files.whole_folder(folder) as temporary:
            (temporary / "third").touch()
            raise RuntimeError

    with pytest.raises(RuntimeError):
        write_half()
    assert os.listdir(folder) == ["second"]
    assert os.listdir(tmp_path) == ["folder"]


def test_json_refuses_what_is_not_json(tmp_path):
    with pytest.raises(ValueError):
        files.write_json(tmp_path / "a.json", float("nan"))
    assert not os.listdir(tmp_path)


def test_leftovers_are_removed_and_nothing_else(tmp_path):
    (tmp_path / ".partial-1-a.png").touch()
    (tmp_path / ".partial-x").mkdir()
    (tmp_path / "a.png").touch()
    files.remove_partials(tmp_path)
    assert os.listdir(tmp_path) == ["a.png"]


def test_seeds_hang_on_what_is_asked_and_nothing_else():
    seed = seeds.derived(0, "anna", "parametric", "happy", 1)
    assert seed == seeds.derived(0, "anna", "parametric", "happy", 1)
    others = {
        seeds.derived(1, "anna", "parametric", "happy", 1),
        seeds.derived(0, "bert", "parametric", "happy", 1),
        seeds.derived(0, "anna", "lora", "happy", 1),
        seeds.derived(0, "anna", "parametric", "sad", 1),
        seeds.derived(0, "anna", "parametric", "happy", 2),
    }
    assert len(others | {seed}) == 6
    assert 0 <= seed < 2**63


names = st.sets(st.text(st.characters(codec="utf-8"), min_size=1), min_size=1, max_size=60)


@given(names, st.integers(1, 40))
def test_everybody_is_in_one_batch(people, size):
    assigned = batches.assign(people, size)
    assert sorted(name for members in assigned.values() for name in members) == sorted(people)
    assert all(assigned.values())


@given(names, st.integers(1, 40), st.text(st.characters(codec="utf-8"), min_size=1))
def test_adding_a_person_touches_one_batch(people, size, new):
    before, after = batches.assign(people, size), batches.assign(people | {new}, size)
    if {name.split("-of-")[1] for name in before} == {name.split("-of-")[1] for name in after}:
        changed = [name for name in after if after[name] != before.get(name)]
        assert len(changed) <= 1


def test_batches_come_near_the_size_asked():
    assigned = batches.assign([f"person-{n}" for n in range(1000)], 32)
    assert len(assigned) == 32
    assert max(map(len, assigned.values())) < 2 * 32


@pytest.fixture
def stage(tmp_path):
    return units.Stage("cook", tmp_path)


def make(stage, record, keys, work):
    stage.complete(keys, work, stage.folder / record)
    return units.read([stage.folder / record])


def test_finished_units_are_not_done_again(stage, tmp_path):
    done = []

    def work(name):
        done.append(name)
        files.write_text(tmp_path / f"{name}.txt", name)
        return units.Outcome(outputs=[tmp_path / f"{name}.txt"], facts={"length": len(name)})

    first = make(stage, "0001-of-0001.json", {"anna": "k1", "bert": "k1"}, work)
    assert done == ["anna", "bert"]
    assert first["anna"]["facts"] == {"length": 4}
    make(stage, "0001-of-0002.json", {"anna": "k1", "bert": "k2"}, work)
    assert done == ["anna", "bert", "bert"]
    (tmp_path / "anna.txt").write_text("cut")
    make(stage, "0001-of-0001.json", {"anna": "k1", "bert": "k2"}, work)
    assert done[3:] == ["anna"]


def test_one_person_does_not_end_the_run_for_all(stage):
    def work(name):
        if name == "bad":
            raise BadInput("no face found", "give another photo")
        if name == "odd":
            raise ZeroDivisionError("nobody thought of this")
        return units.Outcome(facts={"fine": True})

    records = make(stage, "0001-of-0001.json", dict.fromkeys(("bad", "good", "odd"), "k"), work)
    assert records["good"]["facts"] == {"fine": True}
    bad, odd = units.failures(records)
    assert (bad.identity, bad.stage, bad.reason) == ("bad", "cook", "no face found")
    assert "nobody thought of this" in odd.reason
    assert "log" in odd.advice


def test_a_full_disk_ends_the_job_and_keeps_what_is_done(stage):
    def work(name):
        if name == "second":
            raise OSError(28, "No space left on device")
        return units.Outcome()

    with pytest.raises(OSError):
        make(stage, "0001-of-0001.json", {"first": "k", "second": "k"}, work)
    assert not (stage.folder / "0001-of-0001.json").exists()
    assert (stage.folder / "units" / "first.json").is_file()


def test_deleted_outputs_are_noticed(stage, tmp_path):
    def work(name):
        files.write_text(tmp_path / name, name)
        return units.Outcome(outputs=[tmp_path / name])

    make(stage, "0001-of-0002.json", {"anna": "k"}, work)
    make(stage, "0002-of-0002.json", {"bert": "k"}, work)
    assert units.forget_lost(tmp_path) == []
    (tmp_path / "bert").unlink()
    assert units.forget_lost(tmp_path) == [stage.folder / "0002-of-0002.json"]
    assert (stage.folder / "0001-of-0002.json").is_file()


def test_a_damaged_record_is_forgotten(stage, tmp_path):
    path = stage.folder / "0001-of-0001.json"
    files.write_text(path, '{"anna": ')
    assert units.forget_lost(tmp_path) == [path]


def test_keys_hang_on_everything():
    assert units.key(a=1, b=[1, 2]) == units.key(b=[1, 2], a=1)
    assert units.key(a=1) != units.key(a=1.5)


def test_the_ledger_reads_back(tmp_path):
    rows = [
        ledger.Failure("b", "1", "prepare", 'said "no", twice', "try\nagain"),
        ledger.Failure("a", "", "judge", "x", "y"),
    ]
    ledger.write(tmp_path / "failures.csv", [*rows, rows[0]])
    assert ledger.read(tmp_path / "failures.csv") == sorted(rows)
    with (tmp_path / "failures.csv").open(newline="") as file:
        assert next(csv.reader(file)) == ["identity", "photo", "stage", "reason", "advice"]


def test_code_digest_follows_imports_and_nothing_else(tmp_path, monkeypatch):
    from idlock.store import code

    package = tmp_path / "idlock"
    (package / "deep").mkdir(parents=True)
    (package / "__init__.py").touch()
    (package / "deep" / "__init__.py").touch()
    (package / "stage.py").write_text("def f():\n    from idlock.deep import tool\n")
    (package / "deep" / "tool.py").write_text("A = 1\n")
    (package / "other.py").write_text("B = 1\n")
    data = tmp_path / "data.json"
    data.write_text(json.dumps(1))
    monkeypatch.setattr(code, "PACKAGE", package)

    def digest():
        code._imports.cache_clear()
        return code_digest("idlock.stage", data)

    first = digest()
    (package / "other.py").write_text("B = 2\n")
    assert digest() == first
    (package / "deep" / "tool.py").write_text("A = 2\n")
    second = digest()
    assert second != first
    data.write_text(json.dumps(2))
    assert digest() != second
    with pytest.raises(ModuleNotFoundError, match="idlock.missing"):
        code_digest("idlock.missing")


def test_how_long_pictures_took_is_summed_over_people(tmp_path):
    timings.keep(tmp_path, "parametric", "anna", 3, 0.9)
    timings.keep(tmp_path, "parametric", "anna", 2, 0.4)  # the last time counts
    timings.keep(tmp_path, "parametric", "ben", 6, 1.2)
    timings.keep(tmp_path, "parametric", "gone", 1, 100.0)
    assert timings.table(tmp_path, ["parametric", "lora"], ["anna", "ben"]) == {
        "engine": ["parametric", "lora"],
        "pictures_timed": [8, 0],
        "seconds_a_picture": ["0.2", "–"],
    }
