rule generate:
    """Every person of a batch with every expression and seed, by one engine."""
    input:
        prepared=rules.prepare.output.record,
    output:
        record="<records>/generate-{engine}/{batch}.json",
    log:
        "<logs>/generate-{engine}/{batch}.log",
    benchmark:
        "<benchmarks>/generate-{engine}/{batch}.tsv"
    conda:
        "../../environment.yml"
    resources:
        mem_mb=memory(2000),
        runtime=60,
    params:
        wanted=config["generate"],
        presets=presets.load(config["presets"]),
        run_seed=config["seed"],
        code=lambda wildcards: code_digest(
            "idlock.generate", f"idlock.engines.{wildcards.engine}.engine"
        ),
    script:
        "../../scripts/generate.py"
