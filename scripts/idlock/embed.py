"""Stage 2, embed: prepared photos become a reference vector per person and recogniser."""

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import numpy as np

from idlock import faces, identity
from idlock.identity import references
from idlock.store import pictures, units
from idlock.store.files import read_json

STAGE = "embed"


def judges(config: Mapping[str, Any]) -> dict[str, identity.Recogniser]:
    """Open the recognisers of a run: ``judge`` and, where there is one, ``second_judge``."""
    return {
        role: identity.recogniser(config[role], config["models"], config["device"])
        for role in ("judge", "second_judge")
        if config[role]
    }


def reference_path(results: Path, role: str, slug: str) -> Path:
    """Return where a person's reference by the judge, or the second judge, lies."""
    folder = results / "embeddings"
    return folder / f"{slug}.npz" if role == "judge" else folder / role / f"{slug}.npz"


def batch(prepared: Sequence[Path], config: Mapping[str, Any], code: str, record: Path) -> None:
    """Make the references of everybody in the batch records ``prepared``.

    Args:
        prepared: batch records of the prepare stage.
        config: the checked configuration.
        code: digest of the code at work.
        record: the batch record to write.
    """
    results = Path(config["results"])
    recognisers = judges(config)
    versions = {role: [judge.name, judge.version] for role, judge in recognisers.items()}
    people = {slug: r for slug, r in units.read(prepared).items() if r["facts"].get("photos")}
    keys = {
        slug: units.key(code=code, recognisers=versions, prepared=units.content(made))
        for slug, made in people.items()
    }

    def work(slug: str) -> units.Outcome:
        names = [photo["name"] for photo in people[slug]["facts"]["photos"]]
        return embed_person(slug, names, recognisers, results)

    units.stage(STAGE, config).complete(keys, work, record)


def looked_at(path: Path) -> tuple[np.ndarray, np.ndarray]:
    """Return a prepared photo and the (68, 2) landmarks found in it.

    They are found anew, as the judge finds them in the pictures made from it;
    so an untouched picture drifts by nothing. Where the cut-out hides the face
    from the detector, those of the photo serve.
    """
    image = pictures.read(path)
    try:
        return image, faces.landmarks(image)
    except faces.NoFace:
        return image, np.array(read_json(path.with_suffix(".json"))["landmarks"])


def embed_person(
    slug: str, names: Sequence[str], recognisers: Mapping[str, identity.Recogniser], results: Path
) -> units.Outcome:
    """Make one person's references from their prepared photos ``names``."""
    folder = results / "prepared" / slug
    photos = [looked_at(folder / f"{name}.png") for name in names]
    outputs, apart = [], {}
    for role, recogniser in recognisers.items():
        vectors = np.array([recogniser.embed(picture, points) for picture, points in photos])
        reference = references.make(vectors, list(names), recogniser)
        path = reference_path(results, role, slug)
        references.write(path, reference)
        outputs.append(path)
        apart[role] = [round(float(d), 6) for d in reference.leave_one_out if np.isfinite(d)]
    return units.Outcome(outputs=outputs, facts={"leave_one_out": apart})
