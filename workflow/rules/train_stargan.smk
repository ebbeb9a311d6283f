rule train_stargan:
    """One model learns the domains, for everybody."""
    input:
        # only the sheet's own photos have to be prepared before they can be learnt from
        prepared=(
            expand(rules.prepare.output.record, batch=PLAN.batches)
            if config["stargan"]["train"]["data"] == stargan.SHEET
            else []
        ),
    output:
        record="<records>/train_stargan/all.json",
    log:
        "<logs>/train_stargan.log",
    benchmark:
        "<benchmarks>/train_stargan.tsv"
    conda:
        "../../environment.yml"
    resources:
        mem_mb=memory(6000),
        runtime=minutes(24 * 60),
        gpu=cards(config, stargan.training_card_mb(config)),
        vram_mb=card_memory(config, stargan.training_card_mb(config)),
    params:
        own={
            key: config["stargan"][key]
            for key in ("checkpoint", "domains", "frame", "landmarks", "train")
        },
        expressions=config["generate"]["expressions"],
        run_seed=config["seed"],
        code=code_digest("idlock.train_stargan"),
    script:
        "../../scripts/train_stargan.py"


# Everybody's pictures wait for the one model, where the run trains it.
if stargan.trains(config):
    TRAINED.needs("stargan", lambda batch: [rules.train_stargan.output.record])
