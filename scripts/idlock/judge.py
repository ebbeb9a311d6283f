"""Stage 5, judge: every picture is measured, whichever engine made it.

The person's other photos are measured in the same way, as if an engine had made
them of the source photo: what real photos show is what every figure has to be
compared with.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np

from idlock import embed, faces, judges, perceptual
from idlock.identity import Recogniser, references
from idlock.identity.references import Reference
from idlock.judges import diversity, vectors
from idlock.problems import BadInput
from idlock.store import pictures, units
from idlock.store.files import read_json
from idlock.store.ledger import Failure

STAGE = "judge"


@dataclass(frozen=True)
class Tools:
    """What a batch of people is judged with.

    Attributes:
        recognisers: by role.
        panel: all judges.
        distance: LPIPS, None without its weights.
        features: for KID and FID, None without their weights.
    """

    recognisers: Mapping[str, Recogniser]
    panel: Sequence[judges.Judge]
    distance: Any = None
    features: Any = None


@dataclass(frozen=True)
class Known:
    """What is known of a person before a picture is judged.

    Attributes:
        photos: their prepared photos, by name.
        anchor: name of the photo that pictures are made from.
        references: by role.
    """

    photos: Mapping[str, judges.Look]
    anchor: str
    references: Mapping[str, Reference]

    def case(self, picture: judges.Look, about: Mapping[str, Any]) -> judges.Case:
        """A picture made of the anchor, with what its sidecar says."""
        return judges.Case(
            picture=picture,
            source=self.photos[self.anchor],
            photos=list(self.photos.values()),
            references=self.references,
            anchor=self.anchor,
            expression=about["expression"],
            sliders=about.get("sliders"),
        )

    def real_case(self, name: str) -> judges.Case:
        """A real photo, as if it had been made of the anchor; the rest tells who it should be."""
        return judges.Case(
            picture=self.photos[name],
            source=self.photos[self.anchor],
            photos=[photo for other, photo in self.photos.items() if other != name],
            references={
                role: references.without(reference, name)
                for role, reference in self.references.items()
            },
            anchor=self.anchor,
            expression=None,
        )


def batch(
    upstream: Mapping[str, Sequence[Path]], config: Mapping[str, Any], code: str, record: Path
) -> None:
    """Judge all pictures of everybody in a batch.

    Args:
        upstream: batch records: ``prepared``, ``embedded``, and ``generated``
            by all engines.
        config: the checked configuration.
        code: digest of the code at work.
        record: the batch record to write.
    """
    results = Path(config["results"])
    prepared, embedded = units.read(upstream["prepared"]), units.made(upstream["embedded"])
    generated = [units.read([path]) for path in upstream["generated"]]
    models = config["models"]
    tools = Tools(
        embed.judges(config),
        judges.panel(config),
        perceptual.distance(models),
        perceptual.features(models),
    )
    keys = {
        slug: units.key(
            code=code,
            prepared=units.content(prepared[slug]),
            embedded=units.content(embedded[slug]),
            generated=[units.content(made[slug]) for made in generated if slug in made],
            expressions=config["generate"]["expressions"],
            panel=[list(judge.columns) for judge in tools.panel],
            classifier=config["expression_classifier"],
            features=tools.features is not None,
        )
        for slug in embedded
    }

    def work(slug: str) -> units.Outcome:
        outputs = [of_engine[slug]["outputs"] for of_engine in generated if slug in of_engine]
        made = [results / name for of_one in outputs for name in of_one]
        facts = prepared[slug]["facts"]
        return judge_person(slug, facts, [p for p in made if p.suffix == ".png"], tools, results)

    units.stage(STAGE, config).complete(keys, work, record)


def judge_person(
    slug: str, facts: Mapping[str, Any], made: Sequence[Path], tools: Tools, results: Path
) -> units.Outcome:
    """Measure one person's pictures and photos; the measurements are facts of the record."""
    person = known(slug, facts, tools, results)
    rows, looks, failures = [], [], []
    for path in sorted(made):
        about = read_json(path.with_suffix(".json"))
        row: dict[str, Any] = {
            "identity": facts["identity"],
            "engine": about["engine"],
            "expression": about["expression"],
            "seed": about["seed"],
            "picture": path.relative_to(results).as_posix(),
            "source": facts["anchor"],
            "selected_by": " ".join(sorted(about["made_with"].get("selected_by", []))),
        }
        try:
            look = _look(path, tools.recognisers)
        except BadInput as error:
            reason = f"{row['picture']}: {error.reason}"
            failures.append(
                Failure(facts["identity"], facts["anchor"], STAGE, reason, error.advice)
            )
            look = None
        else:
            row |= _measured(person.case(look, about), tools.panel)
        rows.append(row)
        looks.append(look)
    output = vectors.path(results, slug)
    vectors.write(output, [row["picture"] for row in rows], looks, tools.recognisers)
    return units.Outcome(
        outputs=[output, *_featured(slug, person, rows, looks, tools, results)],
        failures=failures,
        facts={
            "rows": rows,
            "real": [
                {"identity": facts["identity"], "photo": name, "source": person.anchor}
                | _measured(person.real_case(name), tools.panel)
                for name in person.photos
                if name != person.anchor
            ],
            "diversity": diversity.by_engine(
                rows, looks, person.references["judge"], tools.distance
            ),
        },
    )


def _featured(
    slug: str,
    person: Known,
    rows: Sequence[Mapping[str, Any]],
    looks: Sequence[judges.Look | None],
    tools: Tools,
    results: Path,
) -> list[Path]:
    """Keep the features of a person's faces, where there is a network to take them."""
    if tools.features is None:
        return []
    from idlock.perceptual import kept  # noqa: PLC0415  (torch is loaded with it)

    seen = [(row["engine"], look) for row, look in zip(rows, looks, strict=True) if look]
    path = kept.path(results, slug)
    kept.write(
        path,
        tools.features,
        list(person.photos.values()),
        [look for _, look in seen],
        [engine for engine, _ in seen],
    )
    return [path]


def known(slug: str, facts: Mapping[str, Any], tools: Tools, results: Path) -> Known:
    """Gather what is known of a person."""
    of_roles = {
        role: references.read(embed.reference_path(results, role, slug))
        for role in tools.recognisers
    }
    folder = results / "prepared" / slug
    photos = {}
    for number, name in enumerate(of_roles["judge"].names.tolist()):
        seen = {role: reference.photos[number] for role, reference in of_roles.items()}
        photos[name] = judges.Look(*embed.looked_at(folder / f"{name}.png"), seen)
    return Known(photos, facts["anchor"], of_roles)


def _measured(case: judges.Case, panel: Sequence[judges.Judge]) -> dict[str, judges.Value]:
    return {column: value for judge in panel for column, value in judge.measure(case).items()}


def _look(path: Path, recognisers: Mapping[str, Recogniser]) -> judges.Look:
    """Read a picture and find its face anew, as if nobody had said where it is."""
    image = pictures.read(path)
    landmarks = faces.landmarks(image)
    seen: dict[str, np.ndarray] = {
        role: recogniser.embed(image, landmarks) for role, recogniser in recognisers.items()
    }
    return judges.Look(image, landmarks, seen)
