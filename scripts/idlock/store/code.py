"""Which code a rule runs, as a digest.

Snakemake does not see edits in modules that a script imports, and takes a
touched script for a changed one; so every rule carries this digest as a
parameter instead, and a `git checkout` reruns nothing.
"""

import ast
import hashlib
from collections.abc import Iterator
from functools import cache
from pathlib import Path

PACKAGE = Path(__file__).resolve().parents[1]


def code_digest(*parts: str | Path) -> str:
    """Digest the sources of modules, of all idlock modules they import, and of data files.

    Imports are followed wherever they stand, inside functions too. Modules
    found by name at run time (engines) have to be named, and so do files that
    the code reads.

    Args:
        parts: dotted names such as ``"idlock.prepare"``, and paths.

    Returns:
        16 hex digits.
    """
    seen = {path.name: path.read_bytes() for path in parts if isinstance(path, Path)}
    waiting = [name for name in parts if isinstance(name, str)]
    while waiting:
        name = waiting.pop()
        if name in seen:
            continue
        path = _path(name)
        if path is None:
            raise ModuleNotFoundError(f"no module {name} in {PACKAGE}")
        seen[name] = path.read_bytes()
        waiting.extend(_imports(name))
    digest = hashlib.sha256()
    for name in sorted(seen):
        digest.update(name.encode() + b"\0" + seen[name] + b"\0")
    return digest.hexdigest()[:16]


@cache
def _imports(name: str) -> tuple[str, ...]:
    """Return the idlock modules that module ``name`` imports, with their parent packages."""
    tree = ast.parse(_path(name).read_text(encoding="utf-8"))
    found = set()
    for candidate in _imported_names(tree):
        parts = candidate.split(".")
        found.update(".".join(parts[:end]) for end in range(2, len(parts) + 1))
    return tuple(sorted(module for module in found if _path(module)))


def _imported_names(tree: ast.AST) -> Iterator[str]:
    for node in ast.walk(tree):
        if isinstance(node, ast.Import):
            names = [alias.name for alias in node.names]
        elif isinstance(node, ast.ImportFrom) and node.module:
            names = [f"{node.module}.{alias.name}" for alias in node.names]
        else:
            continue
        yield from (name for name in names if name.split(".")[0] == "idlock")


def _path(name: str) -> Path | None:
    """Return the source file of an idlock module, or None where the name is not a module."""
    base = PACKAGE.joinpath(*name.split(".")[1:])
    for path in (base.with_suffix(".py"), base / "__init__.py"):
        if path.is_file():
            return path
    return None
