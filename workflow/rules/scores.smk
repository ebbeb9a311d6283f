rule scores:
    """Lines become verdicts: rows for pictures, people, groups and failures."""
    input:
        prepared=expand(rules.prepare.output.record, batch=PLAN.batches),
        embedded=expand(rules.embed.output.record, batch=PLAN.batches),
        generated=[
            record
            for batch in PLAN.batches
            for record in expand(
                rules.generate.output.record, engine=PLAN.engines(batch), batch=batch
            )
        ],
        judged=expand(rules.judge.output.record, batch=PLAN.batches),
        trained=TRAINED.all(config["generate"]["engines"], PLAN.batches),
    output:
        scores=report(
            "<results>/scores.csv",
            caption="../report/scores.rst",
            category="Scores",
        ),
        parquet="<results>/scores.parquet",
        real="<results>/real.csv",
        identities="<results>/identities.csv",
        groups="<results>/groups.csv",
        sets="<results>/sets.csv",
        confusion="<results>/confusion.parquet",
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
        lines=lines.drawn(config),
        code=code_digest("idlock.scores"),
    script:
        "../../scripts/scores.py"
