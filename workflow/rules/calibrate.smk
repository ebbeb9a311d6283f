# `snakemake calibrate`: lines of the run's recognisers, measured on its own
# people. Nothing else of a run needs it; the key `calibration` of a config
# names the folder it writes.
rule calibrate:
    """Genuine and impostor distances of real photos become lines."""
    input:
        embedded=expand(rules.embed.output.record, batch=PLAN.batches),
    output:
        **{
            role: f"<results>/calibration/{config[role]}.json"
            for role in ("judge", "second_judge")
            if config[role]
        },
    log:
        "<logs>/calibrate.log",
    benchmark:
        "<benchmarks>/calibrate.tsv"
    conda:
        "../../environment.yml"
    resources:
        mem_mb=4000,
        runtime=60,
    params:
        code=code_digest("idlock.calibrate"),
    script:
        "../../scripts/calibrate.py"
