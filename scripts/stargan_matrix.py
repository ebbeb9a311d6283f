"""Show what a StarGAN makes of some people, as picture and film; see idlock.stargan_matrix."""

from pathlib import Path

from idlock import device, entry, stargan_matrix

with (
    entry.job(snakemake.log[0], snakemake.config),
    device.claimed(snakemake.resources.gpu, snakemake.config["gpu_jobs_per_card"]),
):
    stargan_matrix.show(
        [Path(path) for path in snakemake.input.prepared],
        snakemake.config,
        {name: Path(path) for name, path in snakemake.output.items()},
    )
