r"""Time and memory of the report for a thousand people with 24 pictures each.

    .venv/bin/python bench/report.py [people] [side of the pictures, px]

The run is invented (`tests/synthetic_run.py`): its records and scores are as
large as real ones, its pictures are links to a few of the cast. Pages of a
batch of people are made as the workflow makes them, a process a batch, two at
a time; then the overview in one. Once as at the end of a first run, where the
generated pictures were made small as they were made (the photos were not), and
again as after a change of the line, or of the pages.

Besides the wall clock it shows CPU seconds: on a machine with other work to
do, half of those is what two cores of one's own would take.
"""

import os
import resource
import subprocess
import sys
import tempfile
import time
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import numpy as np

from idlock import cast

REPOSITORY = Path(__file__).resolve().parents[1]
sys.path.insert(0, str(REPOSITORY / "tests"))

import synthetic_run  # noqa: E402  (beside the tests, which need it too)

PEOPLE, SIDE = 1000, 768
SEEDS, CORES = 4, 2  # 4 seeds of 6 expressions

ONE_BATCH = """
import sys
from pathlib import Path
from idlock import config
from idlock.report import pages
results, batch, code, configfile = sys.argv[1:]
records = Path(results) / "records"
pages.batch(
    {"prepared": [records / "prepare" / batch], "embedded": [records / "embed" / batch]},
    config.read(Path(configfile)), code,
    {"record": records / "pages" / batch, "thumbnails": records / "thumbnails" / batch},
)
"""
OVERVIEW = """
import sys
from pathlib import Path
from idlock import config
from idlock.report import index
results, configfile = map(Path, sys.argv[1:])
def records(stage):
    return sorted((results / "records" / stage).glob("*-of-*.json"))
index.assemble(
    {"prepared": records("prepare"), "embedded": records("embed"), "paged": records("pages"),
     "thumbnails": records("thumbnails"), "tables": [], "exhibits": []},
    config.read(configfile), results / "report",
)
"""
# the most memory that a process held, kB: of its own, unlike getrusage, which
# remembers what the process was before it became this one
PEAK = """
print(next(line.split()[1] for line in open("/proc/self/status") if line.startswith("VmHWM")))
"""


def main(people: int = PEOPLE, side: int = SIDE) -> None:
    with tempfile.TemporaryDirectory() as folder:
        names = [f"person {number}" for number in range(people)]
        run = synthetic_run.build(Path(folder), names, SEEDS, portraits(side))
        print(f"{people} people x {SEEDS * 6} pictures of {side} px, {CORES} processes at a time")
        for what in ("first", "again"):
            start, busy = time.perf_counter(), cpu_seconds()
            memory = make(run, Path(folder) / "config.yaml", code=what)
            wall, busy = time.perf_counter() - start, cpu_seconds() - busy
            print(f"{what}: {wall:.0f} s, {busy:.0f} s of CPU (goal: 60 s on 2 cores)")
            print(f"{what}: largest process {memory / 1e6:.0f} MB (goal: 1000)")
        files = (run.results / "report").rglob("*.html")
        size, name = max((path.stat().st_size, path.name) for path in files)
        print(f"largest page: {size / 1e6:.2f} MB, {name} (goal: 3)")


def portraits(side: int) -> list[np.ndarray]:
    """Four of the cast, (H, W, 4) uint8, cut out roughly."""
    y, x = np.mgrid[0:side, 0:side] / side
    inside = np.hypot(x - 0.5, y - 0.6)[..., None] < 0.5
    images = [cast.render(seed, "neutral", side).image for seed in range(4)]
    return [np.dstack([image, np.full_like(image[..., 0], 255)]) * inside for image in images]


def cpu_seconds() -> float:
    used = resource.getrusage(resource.RUSAGE_CHILDREN)
    return used.ru_utime + used.ru_stime


def make(run: synthetic_run.Run, configfile: Path, code: str) -> int:
    """Make all pages, then the overview; return the memory of the largest process, bytes.

    Pages carry the digest of the ``code`` at work.
    """
    results, config = str(run.results), str(configfile)
    with ThreadPoolExecutor(CORES) as workers:
        jobs = [
            workers.submit(python, ONE_BATCH, results, f"{batch}.json", code, config)
            for batch in run.batches
        ]
        peaks = [job.result() for job in jobs]
    return max([*peaks, python(OVERVIEW, results, config)])


def python(script: str, *arguments: str) -> int:
    """Run a script and return the most memory it held, bytes."""
    environment = os.environ | {"OMP_NUM_THREADS": "1", "OPENCV_FOR_THREADS_NUM": "1"}
    command = [sys.executable, "-c", script + PEAK, *arguments]
    said = subprocess.run(command, check=True, env=environment, stdout=subprocess.PIPE, text=True)
    return 1024 * int(said.stdout)


if __name__ == "__main__":
    main(*map(int, sys.argv[1:]))
