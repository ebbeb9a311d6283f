"""Write the table of all strengths; see idlock.strength."""

from pathlib import Path

from idlock import entry, strength

with entry.job(snakemake.log[0], snakemake.config):
    strength.table([Path(path) for path in snakemake.input], Path(snakemake.output[0]))
