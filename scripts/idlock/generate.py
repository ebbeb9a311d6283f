"""Stage 4, generate: every person with every expression and seed, by an engine."""

import logging
import time
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from typing import Any

import numpy as np

from idlock import engines
from idlock.expression import presets
from idlock.expression.sliders import SLIDERS
from idlock.problems import BadInput
from idlock.store import pictures, seeds, timings, units
from idlock.store.files import read_json, sha256, write_json
from idlock.trust import provenance

log = logging.getLogger(__name__)

# told of every picture made: whose it is, the (H, W, 4) image, and the digest of its file
Show = Callable[[str, np.ndarray, str], None]


def stage_name(engine: str) -> str:
    """Name of the records of an engine's pictures."""
    return f"generate-{engine}"


def seed_indices(wanted: int | Sequence[int]) -> list[int]:
    """Return the variants' numbers from the config's ``generate.seeds``."""
    return list(range(wanted)) if isinstance(wanted, int) else list(wanted)


def requests(identity: str, engine: str, config: Mapping[str, Any]) -> list[engines.Request]:
    """List the pictures of one person that the config asks of an engine."""
    wanted = config["generate"]
    known = presets.load(config["presets"])
    asked = []
    for expression in wanted["expressions"]:
        for index in seed_indices(wanted["seeds"]):
            seed = seeds.derived(config["seed"], identity, engine, expression, index)
            sliders = varied(known[expression], wanted["variation"] if index else 0.0, seed)
            asked.append(engines.Request(expression, sliders, index, seed))
    return asked


def varied(sliders: Mapping[str, float], variation: float, seed: int) -> dict[str, float]:
    """Vary the strength of each slider, as the same person does from day to day.

    Args:
        sliders: the preset; sliders at zero stay there.
        variation: standard deviation of the strength, as a share of it.
        seed: of the normal deviates, one per slider in the order of their names.
    """
    random = np.random.default_rng(seed)
    result = {}
    for name in sorted(sliders):
        strength = sliders[name] * (1 + variation * random.standard_normal())
        low, high = SLIDERS[name].low, SLIDERS[name].high
        result[name] = round(float(min(max(strength, low), high)), 3)
    return result


def batch(
    engine: str,
    prepared: Sequence[Path],
    config: Mapping[str, Any],
    code: str,
    record: Path,
    show: Show,
) -> None:
    """Make an engine's pictures of everybody in the batch records ``prepared``.

    Args:
        engine: name of the engine.
        prepared: batch records of the prepare stage.
        config: the checked configuration.
        code: digest of the code at work.
        record: the batch record to write.
        show: told of every picture that was made.
    """
    everybody = {slug: r for slug, r in units.read(prepared).items() if r["facts"].get("anchor")}
    people = {
        slug: r
        for slug, r in everybody.items()
        if engines.makes_for(engine, r["facts"]["identity"], config)
    }
    if len(people) < len(everybody):
        log.info("%s.identities leaves out %d people", engine, len(everybody) - len(people))
    opened = engines.engine(engine, config)
    asked = {
        slug: [
            r
            for r in requests(made["facts"]["identity"], engine, config)
            if opened.makes(r.expression)
        ]
        for slug, made in people.items()
    }
    left_out = [name for name in config["generate"]["expressions"] if not opened.makes(name)]
    if left_out:
        log.info("%s does not make %s; left out", engine, ", ".join(left_out))
    keys = {
        slug: units.key(
            code=code,
            settings=dict(opened.settings),
            learnt=_learnt(opened, slug),
            prepared=units.content(people[slug]),
            asked=[request_key(request, "") for request in asked[slug]],
        )
        for slug in people
    }

    def work(slug: str) -> units.Outcome:
        return generate_person(slug, people[slug], asked[slug], opened, config, code, show)

    units.stage(stage_name(engine), config).complete(keys, work, record)


def _learnt(engine: engines.Engine, slug: str) -> dict[str, Any]:
    """What an engine has learnt for a person, or why it has not; who lacks it, fails alone."""
    try:
        return dict(engine.needs(slug))
    except BadInput as error:
        return {"missing": error.reason}


def request_key(request: engines.Request, made_from: str) -> str:
    """Digest of all that a picture depends on."""
    return units.key(
        made_from=made_from,
        sliders=dict(request.sliders),
        seed=request.seed,
        expression=request.expression,
        index=request.index,
    )


def generate_person(
    slug: str,
    made: Mapping[str, Any],
    asked: Sequence[engines.Request],
    engine: engines.Engine,
    config: Mapping[str, Any],
    code: str,
    show: Show,
) -> units.Outcome:
    """Make one person's pictures into ``images/<engine>/<identity>/``.

    A picture whose sidecar says that it was made from the same, is kept, and
    its sidecar corrected where the sheet was; one that is no longer asked for
    goes.
    """
    results = Path(config["results"])
    folder = results / "images" / engine.name / slug
    photo, origin = source(results, slug, made["facts"])
    made_from = units.key(
        code=code,
        settings=dict(engine.settings),
        learnt=dict(engine.needs(slug)),
        prepared=origin["prepared_sha256"],
    )
    keys = {_at(request): request_key(request, made_from) for request in asked}
    paths = {at: folder / at[0] / f"seed_{at[1]}.png" for at in keys}
    missing = [r for r in asked if not _is_made(paths[_at(r)], keys[_at(r)])]
    for request in asked:
        if request not in missing:
            _correct(paths[_at(request)].with_suffix(".json"), origin)
    started = time.monotonic()
    for picture in engine.pictures(photo, missing):
        at = _at(picture.request)
        pictures.write(paths[at], picture.image, picture.text)
        sidecar = provenance.sidecar(engine.name, picture, origin, config)
        sidecar |= {"key": keys[at], "picture_sha256": sha256(paths[at])}
        write_json(paths[at].with_suffix(".json"), sidecar)
        show(slug, picture.image, sidecar["picture_sha256"])
    if missing:
        seconds = time.monotonic() - started
        each = seconds / len(missing)
        log.info("%s %s: %d pictures, %.2f s each", engine.name, slug, len(missing), each)
        timings.keep(results, engine.name, slug, len(missing), seconds)
    wanted = {path for png in paths.values() for path in (png, png.with_suffix(".json"))}
    _remove_others(folder, wanted)
    return units.Outcome(outputs=sorted(wanted), facts={"photo": photo.photo})


def _at(request: engines.Request) -> tuple[str, int]:
    return request.expression, request.index


def source(
    results: Path, slug: str, facts: Mapping[str, Any]
) -> tuple[engines.Source, dict[str, Any]]:
    """Read the photo that pictures are made from, and what the sidecars say of it."""
    path = results / "prepared" / slug / f"{facts['anchor']}.png"
    about = read_json(path.with_suffix(".json"))
    photo = engines.Source(
        identity=facts["identity"],
        slug=slug,
        photo=facts["anchor"],
        image=pictures.read(path),
        landmarks=np.array(about["landmarks"]),
    )
    origin = {
        "photo": facts["anchor"],
        "sha256": about["sha256"],
        "prepared_sha256": sha256(path),
        "consent": about["consent"],
    }
    return photo, origin


def _is_made(path: Path, key: str) -> bool:
    """Whether a picture is there, whole, and made from what ``key`` says."""
    sidecar = path.with_suffix(".json")
    if not (path.is_file() and sidecar.is_file()):
        return False
    about = read_json(sidecar)
    return about["key"] == key and about["picture_sha256"] == sha256(path)


def _correct(sidecar: Path, origin: Mapping[str, Any]) -> None:
    """Let a kept picture's sidecar say what the sheet says now."""
    about = read_json(sidecar)
    if about["source"] != origin:
        write_json(sidecar, about | {"source": dict(origin)})


def _remove_others(folder: Path, wanted: set[Path]) -> None:
    for path in sorted(folder.rglob("*"), reverse=True):
        if path.is_dir():
            if not any(path.iterdir()):
                path.rmdir()
        elif path not in wanted:
            path.unlink()
