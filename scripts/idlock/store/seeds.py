"""Seeds that depend on what is asked for and on nothing else."""

import hashlib


def derived(run_seed: int, identity: str, engine: str, expression: str, index: int) -> int:
    """Return the seed of one picture, 0 <= seed < 2**63.

    It is a SHA-256 of its arguments, so it does not change when people,
    expressions or seeds are added to a run, nor with the order of work.
    """
    text = "\x1f".join(map(str, (run_seed, identity, engine, expression, index)))
    return int.from_bytes(hashlib.sha256(text.encode()).digest()[:8], "big") >> 1
