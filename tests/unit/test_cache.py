"""The cache: whole or not at all, checked when taken out, bounded, and safe to share."""

import multiprocessing
import os

import pytest

from idlock.store.cache import Cache, size
from idlock.store.files import sha256

KEYS = ["aa" + "0" * 30, "ab" + "0" * 30, "cc" + "0" * 30]


def made(results, name="prepared/a/1.png", content=b"a picture" * 100):
    path = results / name
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(content)
    return {"key": "k", "outputs": {name: [len(content), sha256(path)]}, "facts": {"n": 1}}


@pytest.fixture
def cache(tmp_path):
    return Cache(tmp_path / "cache", limit=10**9)


def test_an_entry_comes_back_into_another_results_folder(cache, tmp_path):
    record = made(tmp_path / "one")
    cache.keep(KEYS[0], record, tmp_path / "one")
    assert cache.fetch(KEYS[0], tmp_path / "two") == record
    one, two = (tmp_path / n / "prepared/a/1.png" for n in ("one", "two"))
    assert one.read_bytes() == two.read_bytes()
    assert not os.path.samefile(one, two)
    assert cache.fetch(KEYS[1], tmp_path / "two") is None


def test_a_damaged_entry_is_thrown_away(cache, tmp_path, caplog):
    cache.keep(KEYS[0], made(tmp_path / "one"), tmp_path / "one")
    (cache.folder / KEYS[0][:2] / KEYS[0] / "0").write_bytes(b"something else")
    assert cache.fetch(KEYS[0], tmp_path / "two") is None
    assert "prepared/a/1.png" in caplog.text
    assert not (tmp_path / "two/prepared/a/1.png").exists()
    cache.keep(KEYS[0], made(tmp_path / "one"), tmp_path / "one")
    assert cache.fetch(KEYS[0], tmp_path / "two")


def test_what_was_used_longest_ago_goes_first(tmp_path):
    whole = Cache(tmp_path / "cache", limit=10**9)
    for age, key in enumerate(KEYS):
        whole.keep(key, made(tmp_path / "one"), tmp_path / "one")
        os.utime(whole.folder / key[:2] / key, (1000 + age, 1000 + age))
    entry = size(whole.folder / KEYS[0][:2] / KEYS[0])
    whole.fetch(KEYS[0], tmp_path / "two")  # used now, so the second is the oldest
    assert Cache(whole.folder, limit=2 * entry).trim() == 1
    left = [key for key in KEYS if whole.fetch(key, tmp_path / "two")]
    assert left == [KEYS[0], KEYS[2]]
    assert whole.clear() == 2
    assert whole.clear() == 0


def test_only_the_owner_reads(cache, tmp_path):
    cache.keep(KEYS[0], made(tmp_path / "one"), tmp_path / "one")
    assert cache.folder.stat().st_mode & 0o077 == 0


def test_a_cache_that_cannot_be_written_costs_nothing(tmp_path, caplog):
    (tmp_path / "cache").write_text("a file where the folder should be")
    Cache(tmp_path / "cache", 1).keep(KEYS[0], made(tmp_path / "one"), tmp_path / "one")
    assert "not kept" in caplog.text


def hammer(folder, number, wrong):
    cache, results = Cache(folder / "cache", limit=3000), folder / str(number)
    for turn in range(60):
        key = KEYS[turn % 3]
        content = key.encode() * 40
        record = cache.fetch(key, results)
        if record is None:
            cache.keep(key, made(results, f"{key}.png", content), results)
        elif (results / f"{key}.png").read_bytes() != content:
            wrong.value += 1
        cache.trim()


def test_two_runs_share_a_cache_without_damage(tmp_path):
    wrong = multiprocessing.Value("i", 0)
    runs = [
        multiprocessing.Process(target=hammer, args=(tmp_path, number, wrong)) for number in (1, 2)
    ]
    for run in runs:
        run.start()
    for run in runs:
        run.join(120)
    assert [run.exitcode for run in runs] == [0, 0]
    assert wrong.value == 0
    assert not list((tmp_path / "cache" / "unfinished").iterdir())
