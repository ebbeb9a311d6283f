"""Fail where the failures ledger has rows; see idlock.strict."""

from pathlib import Path

from idlock import entry, strict

with entry.job(snakemake.log[0], snakemake.config):
    strict.check(Path(snakemake.input.failures))
