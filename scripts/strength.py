"""Find how far expressions can go for a batch of people; see idlock.strength."""

from pathlib import Path

from idlock import entry, strength

with entry.job(snakemake.log[0], snakemake.config):
    strength.batch(
        {
            "prepared": [Path(snakemake.input.prepared)],
            "embedded": [Path(snakemake.input.embedded)],
        },
        snakemake.config,
        snakemake.params.code,
        Path(snakemake.output[0]),
    )
