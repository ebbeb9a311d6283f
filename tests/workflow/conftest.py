"""Small runs through Snakemake, as a user starts them."""

import struct
import subprocess
import sys
import zlib
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import pytest
import yaml
from PIL import Image

HEADER = "identity\tphoto\texpression\tconsent\tsource\n"
QUICK = {
    "identities": "people.tsv",
    "generate": {"expressions": ["neutral", "happy"], "seeds": 2},
    "batch_size": 1,
}


@dataclass
class Project:
    """A folder with a config and a sheet, and what a run in it said."""

    folder: Path

    def write(self, rows, **settings):
        lines = "".join(f"{name}\t{photo}\t\ttest\t\n" for name, photo in rows)
        (self.folder / "people.tsv").write_text(HEADER + lines)
        self.configure(**settings)
        return self

    def configure(self, **settings):
        (self.folder / "config.yaml").write_text(yaml.safe_dump(QUICK | settings))

    def command(self, *more):
        return [
            *(sys.executable, "-m", "idlock", "run"),
            *("--configfile", "config.yaml", "--cores", "2", *more),
        ]

    def run(self, *more):
        return subprocess.run(
            self.command(*more),
            cwd=self.folder,
            capture_output=True,
            text=True,
            timeout=600,
            check=False,
        )

    @property
    def results(self):
        return self.folder / "results"

    def jobs(self):
        """Rule -> number of jobs that a run would start now."""
        said = self.run("--dry-run", "--quiet", "rules").stdout
        table = said.partition("job ")[2].partition("total")[0]
        rows = [line.split() for line in table.splitlines()[2:] if line.strip()]
        return {rule: int(count) for rule, count in rows if rule != "all"}

    def contents(self):
        """Relative path -> bytes of everything a run made, but for logs and timings."""
        return {
            path.relative_to(self.results).as_posix(): path.read_bytes()
            for path in sorted(self.results.rglob("*"))
            if path.is_file()
            and path.relative_to(self.results).parts[0] not in ("logs", "benchmarks")
            and "report/data/seconds" not in path.as_posix()
        }


@pytest.fixture
def project(tmp_path):
    return Project(tmp_path)


@pytest.fixture(scope="session")
def broken_photos(tmp_path_factory, astronaut):
    """Photos that cannot be used, by what is wrong with them."""
    folder = tmp_path_factory.mktemp("broken")
    noise = np.random.default_rng(0).integers(0, 255, (300, 300, 3), dtype=np.uint8)
    Image.fromarray(noise).save(folder / "noface.png")
    Image.fromarray(np.hstack([astronaut, astronaut[:, ::-1]])).save(folder / "twins.png")
    Image.fromarray(astronaut).save(folder / "whole.jpg")
    data = (folder / "whole.jpg").read_bytes()
    (folder / "whole.jpg").unlink()
    (folder / "cut.jpg").write_bytes(data[: len(data) // 3])
    (folder / "empty.jpg").write_bytes(b"")

    def chunk(kind, body):
        body = kind + body
        return struct.pack(">I", len(body) - 4) + body + struct.pack(">I", zlib.crc32(body))

    size = struct.pack(">IIBBBBB", 60_000, 60_000, 8, 2, 0, 0, 0)
    (folder / "bomb.png").write_bytes(
        b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", size) + chunk(b"IDAT", zlib.compress(b"\0" * 99))
    )
    return folder


@pytest.fixture(scope="session")
def finished(tmp_path_factory, broken_photos):
    """A run of two good people and five whose photos cannot be used, and what it said."""
    project = Project(tmp_path_factory.mktemp("finished"))
    bad = sorted(broken_photos.iterdir())
    project.write(
        [
            ("astronaut", "skimage:astronaut"),
            ("cast", "cast:3/neutral/1"),
            ("cast", "cast:3/neutral/2"),
            *((f"bad-{path.stem}", path) for path in bad),
        ]
    )
    return project, project.run()
