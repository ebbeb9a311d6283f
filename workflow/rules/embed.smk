rule embed:
    """Prepared photos become a reference vector per person and recogniser."""
    input:
        prepared=rules.prepare.output.record,
    output:
        record="<records>/embed/{batch}.json",
    log:
        "<logs>/embed/{batch}.log",
    benchmark:
        "<benchmarks>/embed/{batch}.tsv"
    conda:
        "../../environment.yml"
    resources:
        mem_mb=memory(2000),
        runtime=30,
    params:
        judges=[config["judge"], config["second_judge"]],
        code=code_digest("idlock.embed"),
    script:
        "../../scripts/embed.py"
