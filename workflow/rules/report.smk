rule pages:
    """A page per person of a batch, and their pictures made small."""
    input:
        prepared=rules.prepare.output.record,
        embedded=rules.embed.output.record,
        generated=rules.judge.input.generated,
        strength=rules.strength.output.record if config["strength"] else [],
        scores=rules.scores.output.parquet,
        failures=rules.scores.output.failures,
    output:
        record="<records>/pages/{batch}.json",
        thumbnails="<records>/thumbnails/{batch}.json",
    log:
        "<logs>/pages/{batch}.log",
    benchmark:
        "<benchmarks>/pages/{batch}.tsv"
    conda:
        "../../environment.yml"
    resources:
        mem_mb=memory(2000),
        runtime=30,
    params:
        title=config["report"]["title"],
        code=code_digest("idlock.report.pages", *sorted(TEMPLATES.iterdir())),
    script:
        "../../scripts/pages.py"


rule report:
    """The overview: three figures, people, pictures, distributions, failures."""
    input:
        prepared=expand(rules.prepare.output.record, batch=PLAN.batches),
        embedded=expand(rules.embed.output.record, batch=PLAN.batches),
        paged=expand(rules.pages.output.record, batch=PLAN.batches),
        thumbnails=expand(rules.pages.output.thumbnails, batch=PLAN.batches),
        scores=rules.scores.output.parquet,
        failures=rules.scores.output.failures,
        summary=rules.scores.output.summary,
        exhibits=[rules.stargan_matrix.output.exhibit] if stargan.shows(config) else [],
        # whatever else the scores come with, shown by its shape
        tables=[
            table
            for name, table in rules.scores.output.items()
            if name not in ("scores", "parquet", "failures", "summary")
        ]
        + (rules.strengths.output if config["strength"] else []),
    output:
        folder=report(
            directory("<results>/report"),
            htmlindex="index.html",
            caption="../report/overview.rst",
            category="Overview",
        ),
    log:
        "<logs>/report.log",
    benchmark:
        "<benchmarks>/report.tsv"
    conda:
        "../../environment.yml"
    resources:
        mem_mb=memory(2000),
        runtime=30,
    params:
        # what says how the work is done, not what comes out, is left out
        config={
            key: value
            for key, value in config.items()
            if key
            not in ("batch_size", "cache", "cache_limit_gb", "gpu_jobs_per_card")
        },
        code=code_digest("idlock.report.index", *sorted(TEMPLATES.iterdir())),
    script:
        "../../scripts/report.py"
