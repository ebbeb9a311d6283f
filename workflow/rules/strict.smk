# With `strict: true`: fail, after everything else, where the ledger has rows.
rule strict:
    input:
        failures=rules.scores.output.failures,
        report=rules.report.output,
    output:
        touch("<records>/strict"),
    log:
        "<logs>/strict.log",
    localrule: True
    conda:
        "../../environment.yml"
    params:
        code=code_digest("idlock.strict"),
    script:
        "../../scripts/strict.py"
