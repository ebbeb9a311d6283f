"""How planning, running and reporting grow with the number of people.

    make bench-scale PEOPLE=1000

One synthetic cast is drawn once into photo files; a run in a fresh folder is
then compared with the same functions called in one process, without Snakemake.
Ratios within one run of this script, on as many cores as the machine has.
"""

import argparse
import os
import resource
import shutil
import subprocess
import sys
import tempfile
import time
from functools import partial
from pathlib import Path

import cv2
import pandas as pd
import yaml

from idlock import cast, embed, generate, judge, plan, prepare
from idlock.entry import ONE_THREAD
from idlock.report import thumbnails

PHOTO = 512  # px of a photo; the face is as large as in a group picture
MINIMUM = {"min_interocular": 24, "min_sharpness": 0}


def photos(folder: Path, people: int, drawn: int) -> None:
    """Draw a photo of each of the first ``drawn`` people; the others' are links to the first."""
    rows = ["identity\tphoto\tconsent"]
    folder.mkdir(parents=True, exist_ok=True)
    for number in range(people):
        path = folder / f"{number}.jpg"
        if not path.is_file() and number < drawn:
            cv2.imwrite(str(path), cast.render(number, "neutral", PHOTO).image[..., ::-1])
        elif not path.is_file():
            path.hardlink_to(folder / "0.jpg")
        rows.append(f"person {number}\t{path}\tnobody: a synthetic person")
    (folder / "people.tsv").write_text("\n".join(rows) + "\n")


def spoil(sheet: Path, broken: int) -> set[str]:
    """Cut the photos of ``broken`` people, spread over the set, in half; their names."""
    rows = sheet.read_text().splitlines()
    step = (len(rows) - 1) // broken if broken else len(rows)
    names = set()
    for row in range(1, 1 + step * broken, step):
        name, path, consent = rows[row].split("\t")
        half = Path(path).with_suffix(".half.jpg")
        whole = Path(path).read_bytes()
        half.write_bytes(whole[: len(whole) // 2])
        rows[row] = f"{name}\t{half}\t{consent}"
        names.add(name)
    sheet.write_text("\n".join(rows) + "\n")
    return names


def ledger(folder: Path) -> set[str]:
    """The people in the failures ledger of a finished run."""
    return set(pd.read_csv(folder / "results/failures.csv")["identity"])


def settings(sheet: Path) -> dict:
    """Cheap engines and judges, so that overhead is not hidden behind them."""
    return {
        "identities": str(sheet),
        "batch_size": 32,
        "prepare": {"background": "keep", **MINIMUM},
        "generate": {"expressions": ["happy", "surprised"], "seeds": 1},
    }


def snakemake(folder: Path, *more: str) -> tuple[float, float, float, str]:
    """Seconds, CPU seconds, memory of the largest process so far in MB, and what was said."""
    command = [sys.executable, "-m", "idlock", "run", "--configfile", "config.yaml", *more]
    before = resource.getrusage(resource.RUSAGE_CHILDREN)
    started = time.perf_counter()
    said = subprocess.run(command, cwd=folder, capture_output=True, text=True, check=False)
    seconds = time.perf_counter() - started
    if said.returncode:
        sys.exit(said.stdout[-3000:] + said.stderr[-3000:])
    after = resource.getrusage(resource.RUSAGE_CHILDREN)
    worked = after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime
    return seconds, worked, after.ru_maxrss / 1024, said.stdout


def pure(folder: Path) -> float:
    """Seconds of the stages of everybody, called one after another in this process."""
    os.chdir(folder)
    values = yaml.safe_load((folder / "config.yaml").read_text()) | {"results": "pure"}
    whole = plan.make(values, [folder / "config.yaml"])
    records = {stage: folder / f"pure/records/{stage}/all.json" for stage in "pegj"}
    config = whole.config
    started = time.perf_counter()
    prepare.batch(list(whole.people.values()), config, "", records["p"])
    embed.batch([records["p"]], config, "", records["e"])
    show = partial(thumbnails.keep, folder / "pure")
    generate.batch("parametric", [records["p"]], config, "", records["g"], show)
    upstream = {"prepared": [records["p"]], "embedded": [records["e"]], "generated": [records["g"]]}
    judge.batch(upstream, config, "", records["j"])
    return time.perf_counter() - started


def main() -> None:
    """Measure and print a table row."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--people", type=int, default=100)
    parser.add_argument("--plan-only", action="store_true", help="dry runs, no pictures")
    parser.add_argument("--broken", type=int, default=0, help="people with a damaged photo")
    known = parser.parse_args()
    os.environ.update(ONE_THREAD)
    cores = os.cpu_count() or 1
    drawn = 1 if known.plan_only else known.people
    kept = Path(tempfile.gettempdir()) / f"idlock-scale-photos-{drawn}"
    photos(kept, known.people, drawn)
    damaged = spoil(kept / "people.tsv", known.broken)
    with tempfile.TemporaryDirectory() as made:
        folder = Path(made)
        (folder / "config.yaml").write_text(yaml.safe_dump(settings(kept / "people.tsv")))
        dry, worked, memory, _ = snakemake(folder, "--dry-run")
        print(
            f"{known.people} people: dry run {dry:.1f} s ({worked:.1f} s of CPU), "
            f"largest process {memory:.0f} MB",
            flush=True,
        )
        if known.plan_only:
            return
        wall, worked, _, said = snakemake(folder)
        print(said.strip().splitlines()[-1])
        if ledger(folder) != damaged:
            sys.exit("the ledger does not name the damaged photos and no others")
        print(f"run {wall:.0f} s ({worked:.0f} s of CPU) on {cores} cores", flush=True)
        os.sync()  # what the run left to be written is not the next run's affair
        for _ in range(3):
            nothing, worked, memory, _ = snakemake(folder)
            print(
                f"nothing to do {nothing:.1f} s ({worked:.1f} s of CPU), "
                f"largest process {memory:.0f} MB",
                flush=True,
            )
        alone = pure(folder)
        shutil.rmtree(folder / "pure")
        print(f"pure compute {alone:.0f} s; run to compute / cores {wall / (alone / cores):.2f}")


if __name__ == "__main__":
    main()
