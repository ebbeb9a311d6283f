"""Model files a config needs: which are there, whether they are the right ones, and fetching.

This is the only place of the project that opens a connection, and only when
somebody asks for it with `make models`.
"""

import shutil
import urllib.request
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import Any

from idlock.faces.models import dlib_file
from idlock.paths import REPOSITORY
from idlock.store.files import sha256, whole_file
from idlock.trust import licences

TIMEOUT = 60  # s without a byte


@dataclass(frozen=True)
class State:
    """A model file of the catalogue as it is found on this machine.

    Attributes:
        entry: its entry in ``resources/models.yaml``.
        path: where it is, None where it is missing.
    """

    entry: Mapping[str, Any]
    path: Path | None

    @cached_property
    def right(self) -> bool | None:
        """Whether its digest is the catalogue's; None where that has none, or it is missing."""
        known = self.entry.get("sha256")
        return sha256(self.path) == known if self.path and known else None

    @property
    def said(self) -> str:
        """What to tell the user about it."""
        if self.path is None:
            return f"missing; from {self.entry.get('url') or self.entry['source']}"
        told = {
            True: "there, digest right",
            False: "there, but its digest is another: fetch it again",
            None: "there; no digest known to compare with",
        }
        return f"{told[self.right]} ({self.path})"


def states(config: Mapping[str, Any]) -> Iterator[State]:
    """Look up every model file that a run with this config uses."""
    folder = Path(config["models"])
    for entry in licences.used(config):
        yield State(entry, _find(entry, folder))


def fetch(state: State, folder: Path) -> Path:
    """Download a model file into ``folder``, under its name only if its digest is right.

    Raises:
        ValueError: no address or digest is known, or what came is another file.
        OSError: the network.
    """
    entry = state.entry
    if not entry.get("url") or not entry.get("sha256"):
        raise ValueError(
            f"{entry['file']} has no address to fetch it from; get it from {entry['source']} and "
            f"put it into {folder}"
        )
    target = folder / entry["file"]
    with whole_file(target) as temporary:
        with (
            urllib.request.urlopen(entry["url"], timeout=TIMEOUT) as answer,  # noqa: S310
            temporary.open("wb") as file,
        ):
            shutil.copyfileobj(answer, file)
        if sha256(temporary) != entry["sha256"]:
            raise ValueError(f"{entry['url']} gave another file than expected; nothing was kept")
    return target


def _find(entry: Mapping[str, Any], folder: Path) -> Path | None:
    if "package" in entry:
        try:
            return Path(dlib_file(entry["file"]))
        except FileNotFoundError:
            return None
    if "repository" in entry:
        return REPOSITORY / entry["repository"]
    names = [entry["file"], entry.get("also")]
    found = [path for name in names if name for path in sorted(folder.rglob(name))]
    return found[0] if found else None
