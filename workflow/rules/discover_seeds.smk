# All that decides how LoRAs paint, beside the LoRAs and the code.
PAINTING = (
    {
        "lora": {key: config["lora"][key] for key in ("base", "caption")},
        "render": config["render"],
        "discover": config["discover"],
        "prompts": prompts.load(config["prompts"]).plain(),
        "held": lock.settings(config),
    }
    if "lora" in config["generate"]["engines"]
    else {}
)


rule discover_seeds:
    """Many seeds begin with a person's LoRA; those that keep the person are finished."""
    input:
        prepared=rules.prepare.output.record,
        trained=lambda wildcards: expand(
            rules.train_lora.output.record, slug=PLAN.batches[wildcards.batch]
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
        mem_mb=lambda wildcards, attempt: footprint("lora", config).mem_mb * attempt,
        runtime=minutes(60),
        gpu=lambda wildcards: cards(config, footprint("lora", config).vram_mb),
        vram_mb=lambda wildcards: card_memory(config, footprint("lora", config).vram_mb),
    params:
        painting=PAINTING,
        run_seed=config["seed"],
        code=code_digest("idlock.discover_seeds"),
    script:
        "../../scripts/discover_seeds.py"


# Pictures then wait for the seeds as well as for the LoRAs.
if config["discover"]["seeds"]:
    TRAINED.needs(
        "lora", lambda batch: expand(rules.discover_seeds.output.record, batch=batch)
    )
