"""What was made once, on this machine, is not made again: not even for another results folder.

A private store of finished units. An entry is found by the digest of all that
its files depend on: what went in, parameters, code, versions of libraries,
digests of models. It is kept whole or not at all, and checked by digest when it
is taken out. Snakemake's own `--cache` is open to everybody on the machine,
which is no place for faces.
"""

import fcntl
import logging
import os
import shutil
import tempfile
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from idlock.store.files import read_json, sha256, whole_file, write_json

log = logging.getLogger(__name__)
RECORD = "record.json"


@dataclass(frozen=True)
class Cache:
    """A folder of finished units, readable to its owner only.

    Attributes:
        folder: where; made when it is needed.
        limit: bytes it may hold; the entries used longest ago go first.
    """

    folder: Path
    limit: int

    @classmethod
    def of(cls, config: Mapping[str, Any]) -> "Cache | None":
        """Return the cache that a config names, or None."""
        if config["cache"] is None:
            return None
        return cls(Path(config["cache"]).expanduser(), int(config["cache_limit_gb"] * 1e9))

    def fetch(self, key: str, results: Path) -> dict[str, Any] | None:
        """Put the files of an entry into a results folder.

        Args:
            key: hex digest of all that the unit depends on.
            results: where the record's files belong.

        Returns:
            The unit's record; None where there is no such entry, or no whole one.
        """
        entry = self._entry(key)
        try:
            record = read_json(entry / RECORD)
            for number, (name, (_, digest)) in enumerate(record["outputs"].items()):
                with whole_file(results / name) as path:
                    shutil.copyfile(entry / str(number), path)
                    if sha256(path) != digest:
                        raise ValueError(f"{entry / str(number)} is not {name} any more")
            os.utime(entry)  # used now
        except FileNotFoundError:  # never kept, or put out by another run this moment
            return None
        except ValueError as error:
            log.warning("cache: a damaged entry is thrown away: %s", error)
            self._remove(entry)
            return None
        return record

    def keep(self, key: str, record: Mapping[str, Any], results: Path) -> None:
        """Store a unit's record and files; the first of two runs at it wins.

        A cache that cannot be written, or is full, costs a run nothing.
        """
        entry = self._entry(key)
        try:
            with self._workplace() as unfinished:
                for number, name in enumerate(record["outputs"]):
                    shutil.copyfile(results / name, unfinished / str(number))
                write_json(unfinished / RECORD, record)
                entry.parent.mkdir(mode=0o700, exist_ok=True)
                unfinished.rename(entry)
        except OSError as error:
            if not entry.exists():
                log.warning("cache: not kept: %s", error)

    def trim(self) -> int:
        """Remove the entries used longest ago until the rest fits; return how many went."""
        with self._alone():
            entries = sorted(
                (path.stat().st_mtime, size(path), path) for path in self.folder.glob("??/*")
            )
            surplus = sum(held for _, held, _ in entries) - self.limit
            gone = 0
            for _, held, path in entries:
                if surplus <= 0:
                    break
                self._remove(path)
                surplus -= held
                gone += 1
        return gone

    def clear(self) -> int:
        """Remove every entry and return how many there were."""
        entries = list(self.folder.glob("??/*"))
        for entry in entries:
            self._remove(entry)
        return len(entries)

    def _entry(self, key: str) -> Path:
        return self.folder / key[:2] / key

    def _remove(self, entry: Path) -> None:
        # out of the way first, so that nobody finds half of it
        with self._workplace() as grave:
            try:
                entry.rename(grave / "entry")
            except FileNotFoundError:
                return  # another run was faster

    @contextmanager
    def _workplace(self) -> Iterator[Path]:
        """A folder on the cache's own disk that is gone afterwards, unless it was renamed."""
        self._make()
        path = Path(tempfile.mkdtemp(dir=self.folder / "unfinished"))
        try:
            yield path
        finally:
            shutil.rmtree(path, ignore_errors=True)

    @contextmanager
    def _alone(self) -> Iterator[None]:
        self._make()
        with (self.folder / "lock").open("a") as file:
            fcntl.flock(file, fcntl.LOCK_EX)
            yield

    def _make(self) -> None:
        self.folder.mkdir(mode=0o700, parents=True, exist_ok=True)
        (self.folder / "unfinished").mkdir(mode=0o700, exist_ok=True)


def size(entry: Path) -> int:
    """Bytes in an entry; 0 where it is gone already."""
    total = 0
    for path in entry.glob("*"):
        try:
            total += path.stat().st_size
        except FileNotFoundError:
            continue
    return total
