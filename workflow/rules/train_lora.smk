LEARNING = training_footprint(config) if "lora" in ENGINES else None


rule train_lora:
    """A person is learnt from their photos: a LoRA of the base model."""
    input:
        prepared=lambda wildcards: expand(
            rules.prepare.output.record, batch=PLAN.batch(wildcards.slug)
        ),
    output:
        record="<records>/train_lora/{slug}.json",
    log:
        "<logs>/train_lora/{slug}.log",
    benchmark:
        "<benchmarks>/train_lora/{slug}.tsv"
    wildcard_constraints:
        slug="[^/]+",
    conda:
        "../../environment.yml"
    resources:
        mem_mb=lambda wildcards, attempt: LEARNING.mem_mb * attempt,
        runtime=minutes(120),
        gpu=lambda wildcards: cards(config, LEARNING.vram_mb),
        vram_mb=lambda wildcards: card_memory(config, LEARNING.vram_mb),
    params:
        lora=config["lora"],
        presets=presets.load(config["presets"]),
        words=prompts.load(config["prompts"]).expressions,
        witness=[config["judge"], config["second_judge"]],
        run_seed=config["seed"],
        code=code_digest("idlock.train_lora"),
    script:
        "../../scripts/train_lora.py"


# Whoever makes pictures with the LoRAs of a batch waits for all of them.
TRAINED.needs(
    "lora",
    lambda batch: expand(
        rules.train_lora.output.record, slug=PLAN.made_by("lora", batch)
    ),
)
