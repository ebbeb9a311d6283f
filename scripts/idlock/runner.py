"""A run as `make run` does it: Snakemake, made safe to kill and to start again."""

import fcntl
import os
import re
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import psutil
import yaml

from idlock import device, plan
from idlock.paths import REPOSITORY
from idlock.problems import InvalidInput
from idlock.store.files import read_json, remove_partials

INVALID = 2  # exit status where nothing was run
SNAKEFILE = REPOSITORY / "workflow" / "Snakefile"
DRY = {"-n", "--dry-run", "--dryrun"}  # nothing is made, so there is nothing to count
STEPS = re.compile(r"(\d+) of (\d+) steps \(\d+%\) done")
# what Snakemake says between the lines a user waits for; its own log keeps all
CHATTER = re.compile(
    r"^(Using |Assuming |Building |Provided |Rules claiming|Conda env|Select jobs|Execute \d|"
    r"\[\w{3} \w{3} .*\]$|Finished jobid|Complete log|Elapsed time|localrule |Touching output)"
)


def run(configfile: str, cores: str, more: Sequence[str]) -> int:
    """Run the workflow and end with a line that counts what came out.

    Args:
        configfile: path of the configuration.
        cores: a number, or ``all``.
        more: arguments handed to Snakemake.

    Returns:
        Exit status: 0 where the run finished (and, with ``strict: true``, the
        ledger is empty).
    """
    try:
        config = _checked(configfile)
    except InvalidInput as error:
        count = len(error.problems)
        tell(f"nothing was run; {count} {'thing' if count == 1 else 'things'} to correct:")
        tell(str(error))
        return INVALID
    command = [sys.executable, "-m", "snakemake", "--snakefile", str(SNAKEFILE)]
    command += ["--configfile", configfile, "--cores", cores]
    # before `more`, where the user may say otherwise
    command += ["--resources", f"gpu={max(1, len(device.cards()) * config['gpu_jobs_per_card'])}"]
    with _alone():
        _clear_after_kill(command, Path(config["results"]))
        status = _watched([*command, "--quiet", "rules", "host", *more])
    if not DRY & set(more):
        tell(closing_line(Path(config["results"]), status))
    return status


def closing_line(results: Path, status: int) -> str:
    """Count what a run made and say where report and ledger lie."""
    if not (results / "summary.json").is_file() or not (results / "report/index.html").is_file():
        return f"idlock: the run did not finish (status {status}); logs: {results / 'logs'}"
    counts = read_json(results / "summary.json")
    return (
        f"idlock: {'finished' if status == 0 else f'ended with status {status}'}: "
        f"{counts['pictures']} pictures of {counts['people']} people, {counts['locked']} locked, "
        f"{counts['expression_hits']} with the expression asked for; "
        f"{counts['failures']} failures. "
        f"Report: {(results / 'report/index.html').resolve()} "
        f"Ledger: {(results / 'failures.csv').resolve()}"
    )


def tell(text: str) -> None:
    """Print a line for the user, now."""
    sys.stdout.write(text + "\n")
    sys.stdout.flush()


def _checked(configfile: str) -> dict[str, Any]:
    path = Path(configfile)
    try:
        values = yaml.safe_load(path.read_text(encoding="utf-8"))
    except yaml.YAMLError as error:
        raise InvalidInput([f"{path}: not YAML: {' '.join(str(error).split())}"]) from None
    except (OSError, UnicodeDecodeError) as error:
        raise InvalidInput([f"{path}: cannot be read ({error})"]) from None
    return plan.make(values, [path]).config


@contextmanager
def _alone() -> Iterator[None]:
    """Hold the folder's lock; wait for it while another run is at work.

    The system lets go of the lock when its process ends, however it ends.
    """
    folder = Path(".snakemake")
    folder.mkdir(exist_ok=True)
    with (folder / "idlock.lock").open("a") as file:
        try:
            fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            tell("another run is at work in this folder; waiting for it to end")
            fcntl.flock(file, fcntl.LOCK_EX)
        at_work = list(_here(_is_snakemake))
        if at_work:
            tell(f"snakemake is at work in this folder (process {at_work[0].pid}); waiting for it")
            while any(_lives(process) for process in at_work):
                time.sleep(0.5)
        yield


def _lives(process: psutil.Process) -> bool:
    """Whether a process is at work; one that has ended and was not fetched yet is not."""
    try:
        return process.is_running() and process.status() != psutil.STATUS_ZOMBIE
    except psutil.NoSuchProcess:
        return False


def _clear_after_kill(command: Sequence[str], results: Path) -> None:
    """Put away what a killed run left: its jobs, Snakemake's lock, half-written files."""
    locks = Path(".snakemake/locks")
    if not locks.is_dir() or not any(locks.iterdir()):
        return
    tell("an earlier run was killed; going on where it stopped")
    for process in _here(_is_job):
        process.kill()  # files appear whole or not at all, so nothing is lost
    subprocess.run([*command, "--unlock"], check=True, capture_output=True)  # noqa: S603
    for folder in [results, *(path for path in results.rglob("*") if path.is_dir())]:
        remove_partials(folder)


def _is_snakemake(command: Sequence[str]) -> bool:
    return any(Path(part).name == "snakemake" for part in command)


def _is_job(command: Sequence[str]) -> bool:
    return any(".snakemake/scripts/" in part for part in command)


def _here(kind: Callable[[Sequence[str]], bool]) -> Iterator[psutil.Process]:
    """Yield other processes started in this folder whose command line is of a kind."""
    here = Path.cwd()
    for process in psutil.process_iter():
        try:
            other = process.pid != os.getpid() and Path(process.cwd()) == here
            if other and kind(process.cmdline()):
                yield process
        except (psutil.Error, OSError):
            continue


def _watched(command: Sequence[str]) -> int:
    """Run Snakemake, show its output with the time left, and return its exit status."""
    process = subprocess.Popen(  # noqa: S603  (our own interpreter, no shell)
        command, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True, errors="replace"
    )
    for asked in (signal.SIGINT, signal.SIGTERM):
        # Snakemake ends tidily on SIGTERM: running jobs are waited for
        signal.signal(asked, lambda *_: process.terminate())
    for line in with_time_left(process.stdout, time.monotonic):
        tell(line)
    return process.wait()


def with_time_left(lines: Iterable[str], clock) -> Iterator[str]:
    """Pass Snakemake's lines on, its count of steps with the time that is left.

    Args:
        lines: its output.
        clock: returns seconds.
    """
    started = clock()
    for line in lines:
        steps = STEPS.search(line)
        if steps is None:
            if line.strip() and not CHATTER.match(line):
                yield line.rstrip("\n")
            continue
        done, total = map(int, steps.groups())
        elapsed = clock() - started
        left = elapsed / done * (total - done)
        yield f"{done} of {total} jobs done after {_minutes(elapsed)}, about {_minutes(left)} left"


def _minutes(seconds: float) -> str:
    return f"{int(seconds) // 60}:{int(seconds) % 60:02d}"
