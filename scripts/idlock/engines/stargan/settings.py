"""What a config says of StarGAN: which checkpoint, what it can do, what is wrong with it.

Free of torch, so that a run is checked, and its jobs laid out, without it.
"""

from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

from idlock.engines.stargan import architecture
from idlock.paths import RESOURCES
from idlock.store.files import read_json

SHIPPED = RESOURCES / "stargan" / "nets_ema.ckpt"
CHECKPOINT, ABOUT = "nets_ema.ckpt", "about.json"
CAST, SHEET = "cast", "sheet"  # where pictures to train on come from, if not from a folder
# what the shipped model makes, and what is trained on the cast where nothing is named
EXPRESSIONS = ("neutral", "happy", "angry", "surprised", "sleepy")


def trains(config: Mapping[str, Any]) -> bool:
    """Whether the run trains the model it uses."""
    return config["stargan"]["checkpoint"] == "train"


def folder(config: Mapping[str, Any]) -> Path:
    """Where the run's own model lies: ``models/stargan/<name of the data>``."""
    data = config["stargan"]["train"]["data"]
    name = data if data in (CAST, SHEET) else Path(data).resolve().name
    return Path(config["results"]) / "models" / "stargan" / name


def checkpoint(config: Mapping[str, Any]) -> Path:
    """Return the file of the networks."""
    wanted = config["stargan"]["checkpoint"]
    if wanted == "train":
        return folder(config) / CHECKPOINT
    return SHIPPED if wanted == "shipped" else Path(wanted)


def domains(config: Mapping[str, Any]) -> list[str]:
    """Return the names of the domains, in the order of their numbers; none where not known."""
    if trains(config):
        return wanted_domains(config)
    beside = checkpoint(config).with_name(ABOUT)
    told = read_json(beside)["domains"] if beside.is_file() else None
    return list(told or config["stargan"]["domains"] or [])


def wanted_domains(config: Mapping[str, Any]) -> list[str]:
    """Return the domains to train: those named, or those of the data."""
    settings = config["stargan"]
    if settings["domains"]:
        return list(settings["domains"])
    data = settings["train"]["data"]
    if data == CAST:
        return list(EXPRESSIONS)
    if data == SHEET:
        return list(config["generate"]["expressions"])
    source = Path(data) / "src"
    return (
        sorted(path.name for path in source.iterdir() if path.is_dir()) if source.is_dir() else []
    )


def shows(config: Mapping[str, Any]) -> bool:
    """Whether the run makes the matrix picture and the film."""
    return "stargan" in config["generate"]["engines"] and config["stargan"]["matrix"] > 0


def training_card_mb(config: Mapping[str, Any]) -> int:
    """Return the memory of a card, MB, that training asks for, by size and batch."""
    training = config["stargan"]["train"]
    return 2000 + training["batch"] * training["size"] ** 2 // 32


def files(place: Path) -> list[Path]:
    """Return the pictures in a folder, by name."""
    return sorted(p for p in place.glob("*") if p.is_file() and not p.name.startswith("."))


def problems(config: Mapping[str, Any]) -> Iterator[str]:
    """Say what of the config cannot work, as far as that is known before the run starts."""
    settings = config["stargan"]
    if trains(config):
        yield from _training_problems(config)
        return
    path = checkpoint(config)
    if not path.is_file():
        yield f"stargan.checkpoint: {path} is not there; write shipped, train, or a file's path"
    elif not domains(config):
        yield (
            f"stargan.domains: {path} has no {ABOUT} beside it; write the names of its domains "
            "in their order, such as [female, male]"
        )
    if settings["guide"] == "reference" and settings["references"]:
        yield from _empty(Path(settings["references"]), domains(config), "stargan.references")


def _training_problems(config: Mapping[str, Any]) -> Iterator[str]:
    training, names = config["stargan"]["train"], wanted_domains(config)
    wrong_size = architecture.size_problem(training["size"])
    if wrong_size:
        yield f"stargan.train.size: {wrong_size}"
    if len(names) < 2:
        found = f"only {names[0]}" if names else "none"
        yield f"stargan.domains: two domains at least are needed to change between, found {found}"
    data = training["data"]
    if data not in (CAST, SHEET):
        for part in ("src", "ref"):
            yield from _empty(Path(data) / part, names, "stargan.train.data")


def _empty(place: Path, names: list[str], key: str) -> Iterator[str]:
    if not place.is_dir():
        yield f"{key}: there is no folder {place}; it holds a folder of pictures for every domain"
        return
    for name in names:
        if not files(place / name):
            yield (
                f"{key}: domain {name} is empty; put pictures into {place / name}, "
                "or leave it out of stargan.domains"
            )
