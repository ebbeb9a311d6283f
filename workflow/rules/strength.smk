rule strength:
    """Presets are driven up, person by person, to where the line is crossed."""
    input:
        prepared=rules.prepare.output.record,
        embedded=rules.embed.output.record,
    output:
        record="<records>/strength/{batch}.json",
    log:
        "<logs>/strength/{batch}.log",
    benchmark:
        "<benchmarks>/strength/{batch}.tsv"
    conda:
        "../../environment.yml"
    resources:
        mem_mb=memory(2000),
        runtime=60,
    params:
        wanted=config["strength"],
        presets=presets.load(config["presets"]),
        src_ratio=config["generate"]["src_ratio"],
        lines=lines.drawn(config),
        code=code_digest(
            "idlock.strength",
            f"idlock.engines.{config['generate']['engines'][0]}.engine",
        ),
    script:
        "../../scripts/strength.py"


rule strengths:
    """One table of all strengths."""
    input:
        expand(rules.strength.output.record, batch=PLAN.batches),
    output:
        "<results>/strength.csv",
    log:
        "<logs>/strengths.log",
    conda:
        "../../environment.yml"
    resources:
        mem_mb=memory(1000),
        runtime=10,
    params:
        code=code_digest("idlock.strength"),
    script:
        "../../scripts/strengths.py"
