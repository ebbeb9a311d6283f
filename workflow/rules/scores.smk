rule scores:
    """Lines become verdicts: one tidy row a picture, and one row a failure."""
    input:
        judged=expand(rules.judge.output.record, batch=PLAN.batches),
        others=expand(
            [rules.prepare.output.record, rules.embed.output.record]
            + rules.judge.input.generated,
            batch=PLAN.batches,
        ),
    output:
        scores=report(
            "<results>/scores.csv",
            caption="../report/scores.rst",
            category="Scores",
        ),
        parquet="<results>/scores.parquet",
        failures=report(
            "<results>/failures.csv",
            caption="../report/failures.rst",
            category="Failures",
        ),
        summary="<results>/summary.json",
    log:
        "<logs>/scores.log",
    benchmark:
        "<benchmarks>/scores.tsv"
    conda:
        "../../environment.yml"
    resources:
        mem_mb=memory(2000),
        runtime=30,
    params:
        line=config["line"],
        code=code_digest("idlock.scores"),
    script:
        "../../scripts/scores.py"
