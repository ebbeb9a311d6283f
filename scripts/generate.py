"""Make one engine's pictures of a batch of people; see idlock.generate."""

from functools import partial
from pathlib import Path

from idlock import device, entry, generate
from idlock.report import thumbnails

with (
    entry.job(snakemake.log[0], snakemake.config),
    device.claimed(snakemake.resources.gpu, snakemake.config["gpu_jobs_per_card"]),
):
    generate.batch(
        snakemake.wildcards.engine,
        [Path(snakemake.input.prepared)],
        snakemake.config,
        snakemake.params.code,
        Path(snakemake.output[0]),
        # only here, so that the report is no part of what pictures depend on
        show=partial(thumbnails.keep, Path(snakemake.config["results"])),
    )
