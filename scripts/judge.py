"""Measure all pictures of a batch of people; see idlock.judge."""

from pathlib import Path

from idlock import entry, judge

with entry.job(snakemake.log[0], snakemake.config):
    judge.batch(
        {
            "prepared": [Path(snakemake.input.prepared)],
            "embedded": [Path(snakemake.input.embedded)],
            "generated": [Path(path) for path in snakemake.input.generated],
        },
        snakemake.config,
        snakemake.params.code,
        Path(snakemake.output[0]),
    )
