"""Killed again and again at random moments, a run ends with the bytes of one that never was.

`make soak` does it twenty times; the tests do it `IDLOCK_KILLS` times.
"""

import os
import random
import signal
import subprocess
import time

import psutil
import pytest

pytestmark = pytest.mark.slow
KILLS = int(os.environ.get("IDLOCK_KILLS", "3"))
PEOPLE = [("astronaut", "skimage:astronaut"), *((f"cast-{n}", f"cast:{n}/neutral") for n in (3, 7))]


def victims(process, scheduler):
    """The whole run, or one of its jobs."""
    if scheduler:
        return [process, *process.children(recursive=True)]
    jobs = [
        child
        for child in process.children(recursive=True)
        if any(".snakemake/scripts/" in part for part in child.cmdline())
    ]
    return jobs[:1]


def test_killed_at_random_moments(project, tmp_path):
    draw = random.Random(20)
    quiet = type(project)(tmp_path / "quiet")
    noisy = type(project)(tmp_path / "noisy")
    for one in (quiet, noisy):
        one.folder.mkdir()
        one.write(PEOPLE, prepare={"background": "keep"})
    started = time.monotonic()
    assert quiet.run().returncode == 0
    usual = time.monotonic() - started
    for turn in range(KILLS):
        run = subprocess.Popen(noisy.command(), cwd=noisy.folder, stdout=subprocess.DEVNULL)
        try:
            run.wait(draw.uniform(0.05, 0.9) * usual)
        except subprocess.TimeoutExpired:
            for victim in victims(psutil.Process(run.pid), scheduler=turn % 2 == 0):
                try:
                    victim.send_signal(signal.SIGKILL)
                except psutil.NoSuchProcess:
                    continue
        run.wait(300)
    said = noisy.run()
    assert said.returncode == 0, said.stdout
    ours, theirs = noisy.contents(), quiet.contents()
    assert set(ours) == set(theirs)
    assert [name for name in ours if ours[name] != theirs[name]] == []
