"""Which accelerator a job works on, and what it does where memory runs out."""

import fcntl
import functools
import getpass
import logging
import os
import shutil
import subprocess
import tempfile
import time
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import IO, Any, TypeVar

log = logging.getLogger(__name__)
Result = TypeVar("Result")

VISIBLE = "CUDA_VISIBLE_DEVICES"
WAIT = 2.0  # seconds between two looks for a free card


@functools.cache
def cards() -> tuple[str, ...]:
    """Name the NVIDIA cards that this process may use, as CUDA_VISIBLE_DEVICES takes them.

    The driver is asked, not torch: this is called where torch is not loaded.
    """
    named = os.environ.get(VISIBLE)
    if named is not None:
        return tuple(name for name in named.split(",") if name and name != "-1")
    tool = shutil.which("nvidia-smi")
    if tool is None:
        return ()
    # our own command, no user input
    asked = [tool, "--query-gpu=uuid", "--format=csv,noheader"]
    answer = subprocess.run(asked, capture_output=True, text=True, check=False)  # noqa: S603
    return tuple(answer.stdout.split()) if answer.returncode == 0 else ()


def wanted(config: Mapping[str, Any]) -> bool:
    """Whether jobs of a run shall ask for a card: ``device`` is cuda, or auto finds one."""
    return config["device"] == "cuda" or (config["device"] == "auto" and bool(cards()))


@contextmanager
def claimed(asked: int, jobs_per_card: int = 1) -> Iterator[str | None]:
    """Hold a card for the block, and let torch see no other; wait until one is free.

    Where only one is visible, a scheduler or the user has chosen it, and it is
    taken as it is. The system lets go of a card when the process ends, however
    it ends.

    Args:
        asked: how many cards the job asked for, 0 or 1: its resource ``gpu``.
        jobs_per_card: how many jobs may work on a card at once.

    Yields:
        The card, or None where the job works on the CPU.
    """
    found = cards() if asked else ()
    if len(found) < 2:
        yield found[0] if found else None
        return
    card, held = _free(found, jobs_per_card)
    before = os.environ.get(VISIBLE)
    os.environ[VISIBLE] = card
    log.info("works on card %s", card)
    try:
        with held:
            yield card
    finally:
        if before is None:
            del os.environ[VISIBLE]
        else:
            os.environ[VISIBLE] = before


def _free(found: tuple[str, ...], places: int) -> tuple[str, IO[str]]:
    """Wait for a place on a card; the first places of all cards go before the second."""
    folder = Path(tempfile.gettempdir()) / f"idlock-cards-{getpass.getuser()}"
    folder.mkdir(mode=0o700, exist_ok=True)
    told = False
    while True:
        for place in range(places):
            for card in found:
                file = (folder / f"{card}.{place}").open("a")
                try:
                    fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
                except BlockingIOError:
                    file.close()
                else:
                    return card, file
        if not told:
            log.info("all %d cards are at work; waiting for one", len(found))
            told = True
        time.sleep(WAIT)


def torch_device(config: Mapping[str, Any]):
    """Return the `torch.device` that ``device`` of the config stands for.

    Raises:
        ValueError: ``device: cuda``, and torch finds none.
    """
    import torch  # noqa: PLC0415  (jobs without networks do not load it)

    there = torch.cuda.is_available()
    if config["device"] == "cuda" and not there:
        raise ValueError(
            "device is cuda, but torch finds no card here; write auto or cpu, or install a torch "
            "built for the driver (pip install torch --index-url https://download.pytorch.org/whl)"
        )
    return torch.device("cuda" if there and config["device"] != "cpu" else "cpu")


def use_threads(count: int) -> None:
    """Let torch work with ``count`` threads on the CPU, and the same sums every time."""
    import torch  # noqa: PLC0415

    torch.set_num_threads(count)
    torch.use_deterministic_algorithms(True, warn_only=True)


def smaller_after_out_of_memory(
    batch: int, work: Callable[[int], Result], least: int = 1
) -> tuple[Result, int]:
    """Work with ``batch`` at once; where a card's memory does not do, with half of it.

    Args:
        batch: how many to try first.
        work: given how many; it must be safe to call again.
        least: the smallest batch that is tried.

    Returns:
        What ``work`` returned, and the batch it did with.

    Raises:
        torch.OutOfMemoryError: ``least`` is too much as well.
    """
    import torch  # noqa: PLC0415

    while True:
        try:
            return work(batch), batch
        except torch.OutOfMemoryError:
            if batch <= least:
                raise
            smaller = max(least, batch // 2)
            log.warning(
                "out of the card's memory with %d at once; going on with %d", batch, smaller
            )
            batch = smaller
        torch.cuda.empty_cache()
