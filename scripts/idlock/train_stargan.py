"""Between photos and pictures, train_stargan: one model learns the domains, for everybody.

`idlock.engines.stargan.fit` does the work; this stage gives it pictures and the
config, and puts the model where the engine looks for it.
"""

import logging
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

from idlock import device
from idlock.engines.stargan import settings
from idlock.engines.stargan.architecture import CROWDED, Architecture, mapping_parameters
from idlock.problems import BadInput
from idlock.store import units
from idlock.store.files import sha256, write_json

log = logging.getLogger(__name__)
STAGE = "train_stargan"


def batch(prepared: Sequence[Path], config: Mapping[str, Any], code: str, record: Path) -> None:
    """Train the model that the config describes.

    Args:
        prepared: batch records of the prepare stage, read where the sheet's
            photos are trained on.
        config: the checked configuration.
        code: digest of the code at work.
        record: the record to write.
    """
    own = config["stargan"]
    people = units.read(prepared)
    names = settings.wanted_domains(config)
    unit = settings.folder(config).name
    key = units.key(
        code=code,
        run_seed=config["seed"],
        settings={name: own[name] for name in ("frame", "landmarks")},
        training=own["train"],
        domains=names,
        recogniser=_digest(own["train"]["recogniser"]),
        start_from=_digest(own["train"]["start_from"]),
        landmarks=_digest(own["landmarks"]),
        pictures=_pictures(config, names, people),
    )
    units.stage(STAGE, config).complete({unit: key}, lambda _: learn(people, config), record)


def architecture(config: Mapping[str, Any]) -> Architecture:
    """Return the sizes of the networks that the config describes."""
    training = config["stargan"]["train"]
    return Architecture(
        img_size=training["size"],
        num_domains=len(settings.wanted_domains(config)),
        **{
            name: training[name]
            for name in ("style_dim", "latent_dim", "w_hpf", "base", "widest", "hidden")
        },
    )


def learn(people: Mapping[str, Any], config: Mapping[str, Any]) -> units.Outcome:
    """Train into ``models/stargan/<name of the data>/``."""
    # torch is loaded here: a second that is not spent where all is done before
    from idlock.engines.stargan import collection, data, fit, nets, step  # noqa: PLC0415
    from idlock.identity import differentiable  # noqa: PLC0415

    device.use_threads(1)
    training, of, seed = config["stargan"]["train"], architecture(config), config["seed"]
    if of.num_domains >= CROWDED:
        log.warning(
            "%d domains: the mapping network has %.1f million parameters; domains are meant for "
            "expressions or groups, not for one person each",
            *(of.num_domains, mapping_parameters(of) / 1e6),
        )
    found = data.gathered(config, people)
    recipe = step.Recipe(**{name: training[name] for name in vars(step.Recipe())})
    recogniser = _opened(differentiable.load, training["recogniser"]) if recipe.identity else None
    landmarks = config["stargan"]["landmarks"]
    built = nets.build(
        of,
        seed=seed % 2**32,
        landmarks=False,
        spectral=training["spectral_norm"],
        deviation=training["minibatch_deviation"],
    )
    if training["start_from"]:
        _begin_with(built, _opened(nets.load, training["start_from"]))
    if landmarks and of.w_hpf > 0:
        built.fan = _opened(nets.load_fan, landmarks)
    place = device.torch_device(config)
    built.to(place, memory_format=fit.FORM)
    if recogniser is not None:
        recogniser.to(place)
    drawing = (training["batch"], of.latent_dim, seed)
    folder = settings.folder(config)
    best = fit.fit(
        step.Trainer(built, recipe, recogniser),
        collection.Drawing(found.sources, found.references, *drawing),
        collection.Drawing(found.held_out, found.held_out, *drawing, varied=False),
        fit.Course(training["steps"], training["told_every"], training["saved_every"]),
        folder,
    )
    about = {
        "domains": settings.wanted_domains(config),
        "frame": config["stargan"]["frame"],
        "change": recipe.paired > 0,
        "trained_with": [Path(training["recogniser"] or "likeness").stem] if recogniser else [],
        "best": best,
        "training": dict(training),
    }
    write_json(folder / settings.ABOUT, about)
    outputs = [folder / name for name in (settings.CHECKPOINT, settings.ABOUT, "convergence.csv")]
    return units.Outcome(outputs, facts={"best": best, "pictures": len(found.sources)})


def _begin_with(built, given) -> None:
    """Take over the weights of given networks.

    Raises:
        BadInput: they have other sizes.
    """
    differences = built.architecture.differences(given.architecture)
    if differences:
        raise BadInput(
            f"stargan.train.start_from holds networks of other sizes: {differences}",
            "set stargan.train to the checkpoint's sizes (size, w_hpf, ...), or take another",
        )
    built.take_over(given)


def _opened(opener, path: str | None):
    """Open a model file that the config names; what is wrong with it is the user's to mend."""
    try:
        return opener(Path(path) if path else None)
    except (OSError, ValueError) as error:
        raise BadInput(str(error), "name another file in the config, or null") from None


def _pictures(config: Mapping[str, Any], names: Sequence[str], people: Mapping[str, Any]) -> Any:
    """Return what tells one set of pictures from another."""
    data = config["stargan"]["train"]["data"]
    if data == settings.CAST:
        return None
    if data == settings.SHEET:
        return {slug: units.content(record) for slug, record in people.items()}
    return {
        f"{part}/{name}/{path.name}": sha256(path)
        for part in ("src", "ref")
        for name in names
        for path in settings.files(Path(data) / part / name)
    }


def _digest(path: str | None) -> str | None:
    return sha256(Path(path)) if path and Path(path).is_file() else path
