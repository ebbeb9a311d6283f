"""Find the seeds with which LoRAs keep their people best; see idlock.discover_seeds."""

from pathlib import Path

from idlock import device, discover_seeds, entry

with (
    entry.job(snakemake.log[0], snakemake.config),
    device.claimed(snakemake.resources.gpu, snakemake.config["gpu_jobs_per_card"]),
):
    discover_seeds.batch(
        {
            "prepared": [Path(snakemake.input.prepared)],
            "trained": [Path(path) for path in snakemake.input.trained],
        },
        snakemake.config,
        snakemake.params.code,
        Path(snakemake.output[0]),
    )
