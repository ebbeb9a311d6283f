"""What a run will do: who, in which batches, with what; or why it cannot start."""

import difflib
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import asdict, dataclass
from functools import cached_property
from pathlib import Path
from typing import Any

from idlock import config as configuration
from idlock import engines
from idlock.engines import planning
from idlock.faces import detect
from idlock.identity import lines
from idlock.judges import emotion
from idlock.photos import sheet, sources
from idlock.photos.sheet import Person
from idlock.problems import InvalidInput
from idlock.store import batches
from idlock.trust import fetch, licences


@dataclass(frozen=True)
class Plan:
    """A run that can start.

    Attributes:
        config: the configuration, checked, with defaults filled in.
        people: everybody, by slug.
        batches: batch name -> slugs.
    """

    config: dict[str, Any]
    people: dict[str, Person]
    batches: dict[str, list[str]]

    def members(self, batch: str) -> list[dict[str, Any]]:
        """The people of a batch, as plain data for the parameters of a rule."""
        return [asdict(self.people[slug]) for slug in self.batches[batch]]

    def engines(self, batch: str) -> list[str]:
        """The engines that make pictures of somebody in a batch."""
        wanted = self.config["generate"]["engines"]
        return [engine for engine in wanted if self.made_by(engine, batch)]

    def made_by(self, engine: str, batch: str) -> list[str]:
        """Those of a batch, by slug, of whom an engine makes pictures."""
        return [
            slug
            for slug in self.batches[batch]
            if engines.makes_for(engine, self.people[slug].name, self.config)
        ]

    def batch(self, slug: str) -> str:
        """The batch that a person is in."""
        return self._batch_of[slug]

    @cached_property
    def _batch_of(self) -> dict[str, str]:
        return {slug: name for name, members in self.batches.items() for slug in members}

    def files(self, batch: str) -> list[str]:
        """The photo files of a batch."""
        photos = (photo.path for slug in self.batches[batch] for photo in self.people[slug].photos)
        return [path for path in photos if not sources.is_built_in(path)]


def make(values: Mapping[str, Any], configfiles: Sequence[str | Path]) -> Plan:
    """Check everything that can be checked before a job runs.

    Args:
        values: the configuration as read.
        configfiles: the files it came from; the last one says where lines are.

    Raises:
        InvalidInput: with every problem of the config or, once that is right,
            of the sheet and the model files.
    """
    config = configuration.checked(values, Path(configfiles[-1]) if configfiles else None)
    problems, people = list(_model_problems(config)), []
    try:
        people = sheet.read(Path(config["identities"]))
    except InvalidInput as error:
        problems += error.problems
    problems += _strangers(config, people)
    if problems:
        raise InvalidInput(problems)
    by_slug = {person.slug: person for person in people}
    return Plan(config, by_slug, batches.assign(by_slug, config["batch_size"]))


def _strangers(config: Mapping[str, Any], people: Sequence[Person]) -> Iterator[str]:
    """Find people whom an engine shall make pictures of, and who are not there."""
    known = [person.name for person in people]
    for engine in config["generate"]["engines"] if people else ():
        for name in engines.named(engine, config):
            if name not in known:
                near = difflib.get_close_matches(name, known, n=1)
                hint = f"did you mean {near[0]!r}?" if near else f"see {config['identities']}"
                yield f"{engine}.identities: nobody is called {name!r}; {hint}"


def _model_problems(config: Mapping[str, Any]) -> Iterator[str]:
    """Find model files that are asked for and missing, without a line, or not allowed."""
    for role in ("judge", "second_judge"):
        if config[role]:
            try:
                lines.of(config, role)
            except ValueError as error:
                yield f"{role}: {error}"
    if config["expression_classifier"]:
        try:
            emotion.files(config["expression_classifier"], config["models"])
        except ValueError as error:
            yield f"expression_classifier: {error}"
    name = config["prepare"]["detector"]
    if name in detect.FILES:
        try:
            detect.model_file(name, Path(config["models"]))
        except ValueError as error:
            yield f"prepare.detector: {error}"
    for engine in config["generate"]["engines"]:
        yield from planning.of(engine).problems(config)
    for state in fetch.states(config):
        # what pip installed, pip has checked
        if "package" not in state.entry and state.right is False:
            yield (
                f"{state.path}: its digest is not the one in resources/models.yaml; it is damaged "
                "or another file: fetch it again, or give it a name of its own"
            )
    if config["commercial"]:
        yield from licences.refusals(config)
