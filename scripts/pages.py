"""Make the pages of a batch of people; see idlock.report.pages."""

from pathlib import Path

from idlock import entry
from idlock.report import pages

with entry.job(snakemake.log[0], snakemake.config):
    pages.batch(
        {
            "prepared": [Path(snakemake.input.prepared)],
            "embedded": [Path(snakemake.input.embedded)],
            "strength": [Path(path) for path in [snakemake.input.strength] if path],
        },
        snakemake.config,
        snakemake.params.code,
        {name: Path(path) for name, path in snakemake.output.items()},
    )
