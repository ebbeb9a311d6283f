"""Draw lines through the measurements and sum them up; see idlock.scores."""

from pathlib import Path

from idlock import entry, scores

with entry.job(snakemake.log[0], snakemake.config):
    scores.collect(
        {stage: [Path(path) for path in paths] for stage, paths in snakemake.input.items()},
        snakemake.config,
        {name: Path(path) for name, path in snakemake.output.items()},
    )
