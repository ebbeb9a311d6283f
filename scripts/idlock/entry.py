"""What every entry script does before its stage: logs, network, permissions."""

import logging
import os
import sys
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import Any

# Snakemake fills the cores with jobs, so a job keeps to one thread; sums then
# keep their order, too. Libraries read these when they are loaded, so they have
# to stand in the environment before Python starts.
ONE_THREAD = {
    "OMP_NUM_THREADS": "1",
    "OPENBLAS_NUM_THREADS": "1",
    "MKL_NUM_THREADS": "1",
    "NUMBA_NUM_THREADS": "1",
    "OPENCV_FOR_THREADS_NUM": "1",
}


@contextmanager
def job(log: str, config: Mapping[str, Any]) -> Iterator[None]:
    """Run a job's work inside: its log goes to ``log`` and, in short, to the terminal.

    Args:
        log: the log file; a traceback ends up there too.
        config: the checked configuration.
    """
    if config["privacy"] == "private":
        os.umask(0o077)
    if config["offline"]:
        from idlock.trust import offline  # noqa: PLC0415  (not for runs that may go online)

        offline.enforce()
    _log_to(Path(log))
    try:
        yield
    except Exception:
        logging.exception("the job failed")
        logging.error("the job failed; its log: %s", Path(log).resolve())
        raise


def _log_to(path: Path) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    whole = logging.FileHandler(path, mode="w", encoding="utf-8")
    whole.setFormatter(logging.Formatter("%(asctime)s %(levelname)s %(message)s"))
    short = logging.StreamHandler(sys.stderr)
    short.setFormatter(logging.Formatter("%(message)s"))
    short.addFilter(lambda record: record.exc_info is None)
    logging.basicConfig(level=logging.INFO, handlers=[whole, short], force=True)
    logging.captureWarnings(True)
