rule discover_seeds:
    """Many seeds begin with a person's LoRA; those that keep the person are finished."""
    input:
        prepared=rules.prepare.output.record,
        trained=lambda wildcards: expand(
            rules.train_lora.output.record, slug=PLAN.made_by("lora", wildcards.batch)
        ),
    output:
        record="<records>/discover_seeds/{batch}.json",
    log:
        "<logs>/discover_seeds/{batch}.log",
    benchmark:
        "<benchmarks>/discover_seeds/{batch}.tsv"
    conda:
        "../../environment.yml"
    resources:
        mem_mb=lambda wildcards, attempt: FOOTPRINTS["lora"].mem_mb * attempt,
        runtime=minutes(60),
        gpu=lambda wildcards: cards(config, FOOTPRINTS["lora"].vram_mb),
        vram_mb=lambda wildcards: card_memory(config, FOOTPRINTS["lora"].vram_mb),
    params:
        decided=lambda wildcards: DECIDED["lora"],
        run_seed=config["seed"],
        code=code_digest("idlock.discover_seeds"),
    script:
        "../../scripts/discover_seeds.py"


# Pictures then wait for the seeds as well as for the LoRAs.
if config["discover"]["seeds"]:
    TRAINED.needs(
        "lora",
        lambda batch: (
            expand(rules.discover_seeds.output.record, batch=batch)
            if PLAN.made_by("lora", batch)
            else []
        ),
    )
