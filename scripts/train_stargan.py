"""Train a StarGAN on expression domains; see idlock.train_stargan."""

from pathlib import Path

from idlock import device, entry, train_stargan

with (
    entry.job(snakemake.log[0], snakemake.config),
    device.claimed(snakemake.resources.gpu, snakemake.config["gpu_jobs_per_card"]),
):
    train_stargan.batch(
        [Path(path) for path in snakemake.input],
        snakemake.config,
        snakemake.params.code,
        Path(snakemake.output[0]),
    )
