"""Make the overview of the run; see idlock.report.index."""

from pathlib import Path

from idlock import entry
from idlock.report import index

with entry.job(snakemake.log[0], snakemake.config):
    index.assemble(
        {
            stage: [Path(path) for path in snakemake.input[stage]]
            for stage in ("prepared", "embedded", "paged", "thumbnails", "tables", "exhibits")
        },
        snakemake.config,
        Path(snakemake.output[0]),
    )
