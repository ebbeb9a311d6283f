"""Calibrate the judges on the run's own photos; see idlock.calibrate."""

from pathlib import Path

from idlock import calibrate, entry

with entry.job(snakemake.log[0], snakemake.config):
    calibrate.collect(
        [Path(path) for path in snakemake.input.embedded],
        snakemake.config,
        {role: Path(path) for role, path in snakemake.output.items()},
    )
