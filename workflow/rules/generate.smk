rule generate:
    """Every person of a batch with every expression and seed, by one engine."""
    input:
        prepared=rules.prepare.output.record,
        trained=lambda wildcards: TRAINED.before(wildcards.engine, wildcards.batch),
    output:
        record="<records>/generate-{engine}/{batch}.json",
    log:
        "<logs>/generate-{engine}/{batch}.log",
    benchmark:
        "<benchmarks>/generate-{engine}/{batch}.tsv"
    conda:
        "../../environment.yml"
    resources:
        mem_mb=lambda wildcards, attempt: FOOTPRINTS[wildcards.engine].mem_mb * attempt,
        runtime=minutes(60),
        gpu=lambda wildcards: cards(config, FOOTPRINTS[wildcards.engine].vram_mb),
        vram_mb=lambda wildcards: card_memory(
            config, FOOTPRINTS[wildcards.engine].vram_mb
        ),
    params:
        wanted=config["generate"],
        presets=presets.load(config["presets"]),
        run_seed=config["seed"],
        decided=lambda wildcards: DECIDED[wildcards.engine],
        code=lambda wildcards: code_digest(
            "idlock.generate", f"idlock.engines.{wildcards.engine}.engine"
        ),
    script:
        "../../scripts/generate.py"
