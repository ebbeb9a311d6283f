"""Prepare the photos of a batch of people; see idlock.prepare."""

from pathlib import Path

from idlock import entry, prepare
from idlock.photos.sheet import Person

with entry.job(snakemake.log[0], snakemake.config):
    prepare.batch(
        [Person.from_dict(person) for person in snakemake.params.people],
        snakemake.config,
        snakemake.params.code,
        Path(snakemake.output[0]),
    )
