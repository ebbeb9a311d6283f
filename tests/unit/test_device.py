"""Cards are held by one job at a time, and memory that runs out costs only size."""

import multiprocessing
import os
import time

import pytest
import torch

from idlock import device, resources


@pytest.fixture
def two_cards(monkeypatch, tmp_path):
    monkeypatch.setenv(device.VISIBLE, "GPU-a,GPU-b")
    monkeypatch.setattr(device.tempfile, "tempdir", str(tmp_path))
    monkeypatch.setattr(device, "WAIT", 0.05)
    device.cards.cache_clear()
    yield
    device.cards.cache_clear()


def hold(jobs_per_card, told, release):
    with device.claimed(1, jobs_per_card) as card:
        told.put((card, os.environ[device.VISIBLE]))
        release.wait(20)


@pytest.mark.parametrize(("jobs_per_card", "expected"), [(1, 2), (2, 4)])
def test_no_two_jobs_share_a_card_unless_allowed(two_cards, jobs_per_card, expected):
    context = multiprocessing.get_context("fork")
    told, release = context.Queue(), context.Event()
    jobs = [
        context.Process(target=hold, args=(jobs_per_card, told, release))
        for _ in range(expected + 1)
    ]
    for job in jobs:
        job.start()
    at_work = [told.get(timeout=20) for _ in range(expected)]
    time.sleep(0.3)
    assert told.empty()  # one more than there are places waits
    assert sorted(card for card, _ in at_work) == sorted(["GPU-a", "GPU-b"] * jobs_per_card)
    assert all(card == visible for card, visible in at_work)
    release.set()
    assert told.get(timeout=20)[0] in ("GPU-a", "GPU-b")
    for job in jobs:
        job.join(20)


def test_a_card_is_free_again_after_a_kill(two_cards):
    context = multiprocessing.get_context("fork")
    told, never = context.Queue(), context.Event()
    jobs = [context.Process(target=hold, args=(1, told, never)) for _ in range(2)]
    for job in jobs:
        job.start()
        told.get(timeout=20)
    for job in jobs:
        job.kill()
        job.join(20)
    with device.claimed(1) as card:
        assert card in ("GPU-a", "GPU-b")
    assert os.environ[device.VISIBLE] == "GPU-a,GPU-b"


def test_jobs_that_ask_for_no_card_wait_for_none(two_cards):
    with device.claimed(0) as card:
        assert card is None


def test_the_one_visible_card_is_taken_as_it_is(two_cards, monkeypatch):
    monkeypatch.setenv(device.VISIBLE, "3")
    device.cards.cache_clear()
    with device.claimed(1) as first, device.claimed(1) as second:
        assert first == second == "3"


@pytest.mark.parametrize(
    ("wanted", "visible", "expected"),
    [("cpu", "0", 0), ("auto", "", 0), ("auto", "0", 1), ("cuda", "", 1), ("auto", "-1", 0)],
)
def test_rules_ask_for_a_card_where_one_is_used(monkeypatch, wanted, visible, expected):
    monkeypatch.setenv(device.VISIBLE, visible)
    device.cards.cache_clear()
    config = {"device": wanted}
    assert resources.cards(config, vram_mb=4000) == expected
    assert resources.card_memory(config, vram_mb=4000) == 4000 * expected
    assert resources.cards(config, vram_mb=0) == 0
    device.cards.cache_clear()


def test_what_rules_ask_for_grows_with_every_attempt():
    assert [resources.memory(2000)({}, attempt) for attempt in (1, 2, 3)] == [2000, 4000, 6000]
    assert [resources.minutes(60)({}, attempt) for attempt in (1, 2)] == [60, 120]


def test_out_of_memory_costs_half_the_batch_and_no_more(caplog):
    tried = []

    def work(batch):
        tried.append(batch)
        if batch > 3:
            raise torch.OutOfMemoryError("CUDA out of memory")
        return f"made with {batch}"

    assert device.smaller_after_out_of_memory(12, work) == ("made with 3", 3)
    assert tried == [12, 6, 3]
    assert "out of the card's memory with 12" in caplog.text
    with pytest.raises(torch.OutOfMemoryError):
        device.smaller_after_out_of_memory(16, work, least=8)


def test_a_card_that_is_asked_for_and_missing_is_named(monkeypatch):
    monkeypatch.setattr(torch.cuda, "is_available", lambda: False)
    assert device.torch_device({"device": "auto"}).type == "cpu"
    with pytest.raises(ValueError, match="torch finds no card"):
        device.torch_device({"device": "cuda"})
