rule prepare:
    """Photos become aligned, cut-out pictures of 768 px, with everything measured."""
    input:
        photos=lambda wildcards: PLAN.files(wildcards.batch),
    output:
        record="<records>/prepare/{batch}.json",
    log:
        "<logs>/prepare/{batch}.log",
    benchmark:
        "<benchmarks>/prepare/{batch}.tsv"
    conda:
        "../../environment.yml"
    resources:
        mem_mb=memory(2000),
        runtime=60,
    params:
        people=lambda wildcards: PLAN.members(wildcards.batch),
        settings=config["prepare"],
        code=code_digest("idlock.prepare"),
    script:
        "../../scripts/prepare.py"
