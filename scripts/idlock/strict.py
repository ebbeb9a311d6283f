"""With ``strict: true``, a run whose ledger has rows ends with a failing exit status."""

from pathlib import Path

from idlock.problems import InvalidInput
from idlock.store import ledger


def check(path: Path) -> None:
    """Pass where the ledger at ``path`` is empty.

    Raises:
        InvalidInput: it has rows.
    """
    rows = ledger.read(path)
    if rows:
        raise InvalidInput(
            [f"strict: true, and {len(rows)} rows in {path}"]
            + [f"{r.identity} {r.photo} ({r.stage}): {r.reason}" for r in rows]
        )
