"""Which people share a job.

A Python start with dlib costs about a second, so cheap stages work through a
batch of people per job. The assignment is by hash: adding a person touches one
batch, and renaming the others' order touches none.
"""

import hashlib
from collections.abc import Iterable


def assign(names: Iterable[str], size: int) -> dict[str, list[str]]:
    """Spread ``names`` over batches of about ``size``.

    The number of batches is a power of two, so that it rarely changes as
    people are added; where it does, finished people are found finished.

    Args:
        names: distinct names.
        size: people per batch wanted, at least 1.

    Returns:
        Batch name -> sorted names, without empty batches.
    """
    names = sorted(names)
    wanted = -(-len(names) // size)
    count = 1 << max(0, wanted - 1).bit_length()
    batches: dict[str, list[str]] = {}
    for name in names:
        index = int.from_bytes(hashlib.sha256(name.encode()).digest()[:8], "big") % count
        batches.setdefault(f"{index + 1:04d}-of-{count:04d}", []).append(name)
    return dict(sorted(batches.items()))
