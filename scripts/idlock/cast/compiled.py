"""Loops over points and pixels, compiled to machine code when they are first needed."""

import hashlib
from collections.abc import Callable
from pathlib import Path

import numba

_HERE = Path(__file__).parent


def fingerprint(package: Path) -> str:
    """Name a version of a package: a loop is made of what it calls in other modules, too.

    By itself numba looks at a function's own file only, and would go on using
    what it compiled before a module that the function calls was changed.
    """
    digest = hashlib.sha256(numba.__version__.encode())
    for path in sorted(package.rglob("*.py")):
        digest.update(path.read_bytes())
    return digest.hexdigest()[:16]


_KEPT = str(_HERE / "__pycache__" / f"compiled-{fingerprint(_HERE)}")


def compiled(loop: Callable) -> Callable:
    """Compile a function of arrays and numbers; what was compiled is kept beside its module.

    Products and sums are never fused or reordered, so that a picture does not
    depend on what else the processor could do. Where nothing can be written,
    every process compiles for itself.
    """
    usual, numba.config.CACHE_DIR = numba.config.CACHE_DIR, _KEPT
    try:
        return numba.njit(cache=True, error_model="numpy")(loop)
    except RuntimeError:  # no folder for the cache
        return numba.njit(error_model="numpy")(loop)
    finally:
        numba.config.CACHE_DIR = usual
