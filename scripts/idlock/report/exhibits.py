"""Pictures and films that a stage shows in the overview, in its own words.

The stage leaves a JSON file beside them: ``title``, ``text``, and under
``files`` what each file shows, by its name.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from idlock.store.files import read_json

FILMS = (".mp4",)


@dataclass(frozen=True)
class Exhibit:
    """What is shown together.

    Attributes:
        title: heading.
        text: what there is to see.
        files: each file, and what it shows, for those who cannot see it.
    """

    title: str
    text: str
    files: Mapping[Path, str]

    def shown(self) -> list[tuple[str, str, bool]]:
        """Return name, what is shown, and whether it is a film, for each file; films last."""
        files = [(path.name, told, path.suffix in FILMS) for path, told in self.files.items()]
        return sorted(files, key=lambda file: (file[2], file[0]))


def read(path: Path) -> Exhibit:
    """Read what a stage wrote."""
    told = read_json(path)
    files = {path.with_name(name): text for name, text in told["files"].items()}
    return Exhibit(told["title"], told["text"], files)
