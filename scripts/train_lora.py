"""Learn one person as a LoRA; see idlock.train_lora."""

from pathlib import Path

from idlock import device, entry, train_lora

with (
    entry.job(snakemake.log[0], snakemake.config),
    device.claimed(snakemake.resources.gpu, snakemake.config["gpu_jobs_per_card"]),
):
    train_lora.person(
        snakemake.wildcards.slug,
        [Path(record) for record in snakemake.input.prepared],
        snakemake.config,
        snakemake.params.code,
        Path(snakemake.output[0]),
    )
