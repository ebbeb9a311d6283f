"""Between photos and pictures, train_lora: every person is learnt, one job each.

`idlock.engines.lora.training` does the work; this stage gives it the prepared
photos and the config, and says what came out where later stages look for it.
"""

import logging
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import numpy as np

from idlock import __version__, device, identity
from idlock.engines import Source
from idlock.engines.lora import base, prompts
from idlock.expression import presets
from idlock.identity import recognisers
from idlock.problems import BadInput, InvalidInput
from idlock.store import pictures, units
from idlock.store.files import read_json, write_json
from idlock.store.ledger import Failure
from idlock.store.seeds import derived

log = logging.getLogger(__name__)
STAGE = "train_lora"
ABOUT = "training.json"  # beside the LoRA: how it came about
NO_MATTER = ("identities", "save_every")  # keys of `lora` on which no LoRA depends


def folder(results: Path, slug: str) -> Path:
    """Where a person's LoRA lies."""
    return results / "models" / "lora" / slug


def witness_name(config: Mapping[str, Any]) -> str:
    """Return who chooses among a training's checkpoints.

    ``lora.witness``; where it names nobody the second judge, and where there is
    none, the judge, who then is no independent one any more.
    """
    return config["lora"]["witness"] or config["second_judge"] or config["judge"]


def person(
    slug: str, prepared: Sequence[Path], config: Mapping[str, Any], code: str, record: Path
) -> None:
    """Learn one person.

    Args:
        slug: who.
        prepared: batch records of the prepare stage.
        config: the checked configuration.
        code: digest of the code at work.
        record: the record to write; of nobody where no photo of theirs is usable.
    """
    facts = units.read(prepared).get(slug, {"facts": {}})["facts"]
    lora = config["lora"]
    keys = {}
    if facts.get("anchor"):
        at = base.located(lora["base"], offline=config["offline"])
        name = witness_name(config)
        keys[slug] = units.key(
            code=code,
            lora={key: value for key, value in lora.items() if key not in NO_MATTER},
            base=base.digest(at),
            presets={name: presets.load(config["presets"])[name] for name in lora["expressions"]},
            words=dict(prompts.load(config["prompts"]).expressions),
            witness=[name, recognisers.version(name, config["models"])],
            run_seed=config["seed"],
            prepared=units.content(units.read(prepared)[slug]),
        )
    units.stage(STAGE, config).complete(keys, lambda _: learn(slug, facts, config), record)


def learn(slug: str, facts: Mapping[str, Any], config: Mapping[str, Any]) -> units.Outcome:
    """Train one person's LoRA into ``models/lora/<slug>/``."""
    from idlock.engines.lora import training  # noqa: PLC0415  (seconds; not where all is done)

    results, lora = Path(config["results"]), config["lora"]
    at = base.located(lora["base"], offline=config["offline"])
    device.use_threads(1)
    name = witness_name(config)
    if name == config["judge"]:
        log.warning(
            "%s chooses among the checkpoints and judges the pictures: its figures flatter them; "
            "name another recogniser as lora.witness",
            name,
        )
    try:
        opened = base.opened(at, offline=config["offline"])
    except InvalidInput as error:
        raise BadInput("; ".join(error.problems), "mend lora.base, then run again") from None
    settings = training.Settings.of(lora, prompts.load(config["prompts"]).expressions)
    digest = base.digest(at)
    seed = derived(config["seed"], facts["identity"], "lora", "train", 0) % 2**32
    trained = training.train(
        photos(results, slug, facts),
        opened,
        settings,
        folder(results, slug),
        witness=identity.recogniser(name, config["models"], config["device"]),
        seed=seed,
        presets=presets.load(config["presets"]),
        prior_folder=results / "models" / "lora-prior" / _prior_key(lora, settings.words, digest),
        told=_told(slug, at.name, digest, seed),
        device=device.torch_device(config),
        precision=lora["precision"],
    )
    about = {
        "base": {"name": at.name, "digest": digest},
        "photos": [photo["sha256"] for photo in facts["photos"]],
        "seed": seed,
        "settings": settings.plain(),
        "steps": trained.steps,
        "reasons": trained.reasons,
        "kept": {
            "step": trained.kept.step,
            "drift": round(trained.kept.drift, 6),
            "copying": round(trained.kept.copying, 6),
            "copied": trained.kept.copied,
            "before": round(trained.before, 6),
        },
        "selected_by": [name],
        "version": __version__,
    }
    path = folder(results, slug) / ABOUT
    write_json(path, about)
    found = {key: about[key] for key in ("steps", "reasons", "kept", "selected_by")}
    return units.Outcome(
        outputs=[*trained.files, path],
        failures=_doubts(facts["identity"], about["kept"]),
        facts={"identity": facts["identity"], **found},
    )


def _doubts(name: str, kept: Mapping[str, Any]) -> list[Failure]:
    """Say in the ledger what makes a LoRA of little use, though it is there."""
    found = []
    if kept["drift"] >= kept["before"]:
        found.append(
            Failure(
                *(
                    name,
                    "",
                    STAGE,
                    "no step of the training made previews more like the person",
                ),
                "compare lora.base with the photos: it may not know such pictures",
            )
        )
    if kept["copied"]:
        found.append(
            Failure(
                *(name, "", STAGE, "every preview of the training copies a training picture"),
                "give more photos, or fewer steps in lora.phases",
            )
        )
    return found


def photos(results: Path, slug: str, facts: Mapping[str, Any]) -> list[tuple[Source, str]]:
    """Read a person's prepared photos, each with the expression that the sheet gives it."""
    found = []
    for photo in facts["photos"]:
        path = results / "prepared" / slug / f"{photo['name']}.png"
        landmarks = np.array(read_json(path.with_suffix(".json"))["landmarks"])
        source = Source(facts["identity"], slug, photo["name"], pictures.read(path), landmarks)
        found.append((source, photo["expression"].casefold() or "neutral"))
    return found


def _prior_key(lora: Mapping[str, Any], words: Mapping[str, str], base_digest: str) -> str:
    """Name the pictures of anybody by all that they depend on, so that everybody shares them."""
    wanted = {name: lora[name] for name in ("prior", "class_caption", "expressions")}
    return units.key(base=base_digest, words=words, **wanted)[:16]


def _told(slug: str, base_name: str, base_digest: str, seed: int) -> dict[str, str]:
    """Metadata in the words of kohya's files."""
    return {
        "ss_output_name": slug,
        "ss_sd_model_name": base_name,
        "ss_sd_model_hash": base_digest,
        "ss_seed": str(seed),
        "ss_training_comment": f"idlock {__version__}",
    }
