STARGAN = planning.of("stargan").footprint(config)


rule stargan_matrix:
    """Some of the people in the styles of some references, as one picture and as a film."""
    input:
        prepared=expand(rules.prepare.output.record, batch=PLAN.batches),
        trained=TRAINED.all(["stargan"], PLAN.batches),
    output:
        matrix=report(
            "<results>/stargan/matrix.png",
            caption="../report/stargan.rst",
            category="StarGAN",
        ),
        film=report(
            "<results>/stargan/interpolation.mp4",
            caption="../report/stargan.rst",
            category="StarGAN",
        ),
        exhibit="<results>/stargan/exhibit.json",
    log:
        "<logs>/stargan_matrix.log",
    benchmark:
        "<benchmarks>/stargan_matrix.tsv"
    conda:
        "../../environment.yml"
    resources:
        mem_mb=memory(STARGAN.mem_mb),
        runtime=minutes(60),
        gpu=cards(config, STARGAN.vram_mb),
        vram_mb=card_memory(config, STARGAN.vram_mb),
    params:
        own={key: value for key, value in config["stargan"].items() if key != "train"},
        run_seed=config["seed"],
        code=code_digest("idlock.stargan_matrix"),
    script:
        "../../scripts/stargan_matrix.py"
