rule judge:
    """Every picture of a batch is measured, whichever engine made it."""
    input:
        prepared=rules.prepare.output.record,
        embedded=rules.embed.output.record,
        # of the engines that make pictures of somebody in the batch
        generated=lambda wildcards: expand(
            rules.generate.output.record,
            engine=PLAN.engines(wildcards.batch),
            batch=wildcards.batch,
        ),
    output:
        record="<records>/judge/{batch}.json",
    log:
        "<logs>/judge/{batch}.log",
    benchmark:
        "<benchmarks>/judge/{batch}.tsv"
    conda:
        "../../environment.yml"
    resources:
        mem_mb=memory(2000),
        runtime=60,
    params:
        expressions=config["generate"]["expressions"],
        presets=presets.load(config["presets"]),
        panel=[list(judge.columns) for judge in judges.panel(config)],
        classifier=config["expression_classifier"],
        features=bool(perceptual.find(config["models"], perceptual.INCEPTION)),
        code=code_digest(
            "idlock.judge",
            *(eyes.FILE, reading.FILE, reading.FACTS, structure.FILE),
        ),
    script:
        "../../scripts/judge.py"
