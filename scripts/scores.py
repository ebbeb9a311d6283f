"""Draw lines through the measurements and collect the ledger; see idlock.scores."""

from pathlib import Path

from idlock import entry, scores

with entry.job(snakemake.log[0], snakemake.config):
    scores.collect(
        [Path(path) for path in snakemake.input.judged],
        [Path(path) for path in snakemake.input.others],
        snakemake.config,
        {name: Path(path) for name, path in snakemake.output.items()},
    )
