"""How long pictures took: kept beside the benchmarks, since no result may depend on it."""

from collections.abc import Iterable, Sequence
from pathlib import Path

from idlock.store.files import read_json, write_json


def keep(results: Path, engine: str, slug: str, pictures: int, seconds: float) -> None:
    """Note how long an engine took for so many pictures of a person, the last time it made any."""
    write_json(_file(results, engine, slug), {"pictures": pictures, "seconds": round(seconds, 3)})


def table(results: Path, engines: Iterable[str], slugs: Sequence[str]) -> dict[str, list]:
    """Return, per engine, how many pictures of these people were timed, and the mean seconds each.

    A person whose pictures came out of the cache was not timed. The seconds are
    text, so that a report's page is the same whether or not anybody was.
    """
    columns: dict[str, list] = {"engine": [], "pictures_timed": [], "seconds_a_picture": []}
    for engine in engines:
        files = (_file(results, engine, slug) for slug in slugs)
        known = [read_json(file) for file in files if file.is_file()]
        pictures = sum(timed["pictures"] for timed in known)
        seconds = sum(timed["seconds"] for timed in known)
        columns["engine"].append(engine)
        columns["pictures_timed"].append(pictures)
        columns["seconds_a_picture"].append(f"{seconds / pictures:.3g}" if pictures else "–")
    return columns


def _file(results: Path, engine: str, slug: str) -> Path:
    return results / "benchmarks" / "pictures" / engine / f"{slug}.json"
