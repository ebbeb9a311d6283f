"""Make one engine's pictures of a batch of people; see idlock.generate."""

from pathlib import Path

from idlock import entry, generate

with entry.job(snakemake.log[0], snakemake.config):
    generate.batch(
        snakemake.wildcards.engine,
        [Path(snakemake.input.prepared)],
        snakemake.config,
        snakemake.params.code,
        Path(snakemake.output[0]),
    )
