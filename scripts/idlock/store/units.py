"""Units of work that are done once: what makes a killed run resume where it was.

Snakemake sees batches; inside a batch every person is a unit with a key, the
digest of all that its outputs depend on. A unit whose record carries the same
key and whose outputs are still there is not worked on again. The batch record,
the one output Snakemake knows, repeats the records of its units.
"""

import hashlib
import json
import logging
import time
import traceback
from collections.abc import Callable, Iterable, Mapping
from dataclasses import asdict, dataclass, field
from pathlib import Path
from typing import Any

from idlock.problems import BadInput
from idlock.store import versions
from idlock.store.cache import Cache
from idlock.store.files import read_json, sha256, write_json
from idlock.store.ledger import Failure

log = logging.getLogger(__name__)


@dataclass(frozen=True)
class Outcome:
    """What working on a unit gave.

    Attributes:
        outputs: files made, below the results folder.
        failures: rows for the ledger.
        facts: JSON-able findings for the stages that follow.
        sound: False where the work broke off by an error nobody expected; it
            is tried again when its batch is.
    """

    outputs: list[Path] = field(default_factory=list)
    failures: list[Failure] = field(default_factory=list)
    facts: Mapping[str, Any] = field(default_factory=dict)
    sound: bool = True


def key(**parts: Any) -> str:
    """Digest of JSON-able ``parts``, as 32 hex digits."""
    text = json.dumps(parts, sort_keys=True, allow_nan=False)
    return hashlib.sha256(text.encode()).hexdigest()[:32]


def stage(name: str, config: Mapping[str, Any]) -> "Stage":
    """Return the records of a stage for a run with this config."""
    return Stage(name, Path(config["results"]), Cache.of(config))


@dataclass(frozen=True)
class Stage:
    """The records of one stage below a results folder.

    Attributes:
        name: of the stage.
        results: the results folder.
        cache: where finished units are kept beyond this folder, or None.
    """

    name: str
    results: Path
    cache: Cache | None = None

    @property
    def folder(self) -> Path:
        """Where the records of this stage lie."""
        return self.results / "records" / self.name

    def complete(
        self,
        keys: Mapping[str, str],
        work: Callable[[str], Outcome],
        batch_record: Path,
    ) -> None:
        """Work on every unit that is not done yet, then write the batch record.

        A unit that raises becomes a failure row, so that it cannot take the
        others with it; only trouble with the results folder itself (a full or
        read-only disk) ends the job.

        Args:
            keys: unit name -> key of its present inputs.
            work: makes one unit, given its name.
            batch_record: the file that says the whole batch is done.
        """
        records = {}
        for number, (unit, unit_key) in enumerate(keys.items(), start=1):
            at = f"{self.name} {number}/{len(keys)} {unit}"
            record = self._done(unit, unit_key)
            if record is None:
                record = self._made(unit, unit_key, work, at)
                write_json(self._path(unit), record)
            else:
                log.info("%s: done before", at)
            records[unit] = record
        if self.cache:
            self.cache.trim()
        write_json(batch_record, records)

    def _made(
        self, unit: str, unit_key: str, work: Callable[[str], Outcome], at: str
    ) -> dict[str, Any]:
        """Take a unit from the cache, or work on it and keep what it gave."""
        started = time.monotonic()
        everything = key(stage=self.name, unit=unit, key=unit_key, versions=versions.at_work())
        record = self.cache.fetch(everything, self.results) if self.cache else None
        if record is not None:
            log.info("%s: %d files from the cache", at, len(record["outputs"]))
            return record
        outcome = self._outcome(unit, work)
        record = self._record(unit_key if outcome.sound else "", outcome)
        log.info(
            "%s: %d files, %d failures, %.1f s",
            *(at, len(record["outputs"]), len(record["failures"]), time.monotonic() - started),
        )
        if self.cache and outcome.sound:
            self.cache.keep(everything, record, self.results)
        return record

    def _outcome(self, unit: str, work: Callable[[str], Outcome]) -> Outcome:
        try:
            return work(unit)
        except BadInput as error:
            return Outcome(failures=[Failure(unit, "", self.name, error.reason, error.advice)])
        except (OSError, MemoryError):
            raise  # another attempt, with more memory or room, may end well
        except Exception as error:
            log.error("%s %s\n%s", self.name, unit, traceback.format_exc())
            reason = f"internal error: {type(error).__name__}: {error}"
            advice = f"see the log of this {self.name} job, and report it with the photo if you can"
            return Outcome(failures=[Failure(unit, "", self.name, reason, advice)], sound=False)

    def _done(self, unit: str, unit_key: str) -> dict[str, Any] | None:
        path = self._path(unit)
        if not path.is_file():
            return None
        record = read_json(path)
        return record if record["key"] == unit_key and not _lost(self.results, record) else None

    def _record(self, unit_key: str, outcome: Outcome) -> dict[str, Any]:
        return {
            "key": unit_key,
            "outputs": {
                path.relative_to(self.results).as_posix(): [path.stat().st_size, sha256(path)]
                for path in sorted(outcome.outputs)
            },
            "failures": [asdict(failure) for failure in outcome.failures],
            "facts": dict(outcome.facts),
        }

    def _path(self, unit: str) -> Path:
        return self.folder / "units" / f"{unit}.json"


def read(batch_records: Iterable[Path]) -> dict[str, dict[str, Any]]:
    """Merge batch records into unit name -> record, sorted by name."""
    merged: dict[str, dict[str, Any]] = {}
    for path in batch_records:
        merged.update(read_json(path))
    return dict(sorted(merged.items()))


def made(batch_records: Iterable[Path]) -> dict[str, dict[str, Any]]:
    """Return as `read` does, but only units that made something.

    A stage leaves out who failed in the stage before: the row in the ledger is there.
    """
    return {name: record for name, record in read(batch_records).items() if record["outputs"]}


def failures(records: Mapping[str, Mapping[str, Any]]) -> list[Failure]:
    """All ledger rows in ``records``."""
    return [Failure(**row) for record in records.values() for row in record["failures"]]


def content(record: Mapping[str, Any]) -> str:
    """Digest of what a unit made: equal where the bytes are equal, however they came about."""
    return key(outputs=record["outputs"], facts=record["facts"])


def forget_lost(results: Path) -> list[Path]:
    """Remove the batch records that speak of files no longer there, and return them.

    Snakemake knows a batch by its record alone; without this, pictures deleted
    by hand would never be made again.
    """
    lost = []
    for path in sorted((results / "records").glob("*/*.json")):
        try:
            broken = any(_lost(results, record) for record in read_json(path).values())
        except ValueError:
            broken = True
        if broken:
            path.unlink(missing_ok=True)
            lost.append(path)
    return lost


def _lost(results: Path, record: Mapping[str, Any]) -> bool:
    """Whether an output in ``record`` is missing or has another size than it was made with."""
    for name, (size, _) in record["outputs"].items():
        try:
            if (results / name).stat().st_size != size:
                return True
        except FileNotFoundError:
            return True
    return False
