"""Make the identity references of a batch of people; see idlock.embed."""

from pathlib import Path

from idlock import embed, entry

with entry.job(snakemake.log[0], snakemake.config):
    embed.batch(
        [Path(snakemake.input.prepared)],
        snakemake.config,
        snakemake.params.code,
        Path(snakemake.output[0]),
    )
