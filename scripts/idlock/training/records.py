"""Which records have to be there before an engine can make its pictures."""

from collections.abc import Callable, Iterable

# batch of people -> records of trainings
Records = Callable[[str], list[str]]


class Trained:
    """What engines have to have learnt; every train rule's file adds its own."""

    def __init__(self):
        self._records: dict[str, list[Records]] = {}

    def needs(self, engine: str, records: Records) -> None:
        """Let an engine's pictures of a batch wait for ``records`` of that batch, too."""
        self._records.setdefault(engine, []).append(records)

    def before(self, engine: str, batch: str) -> list[str]:
        """Return what has to be there before an engine makes a batch's pictures."""
        return [record for of in self._records.get(engine, []) for record in of(batch)]

    def all(self, engines: Iterable[str], batches: Iterable[str]) -> list[str]:
        """Return the records of all trainings of a run."""
        batches = list(batches)
        return sorted({r for engine in engines for b in batches for r in self.before(engine, b)})
