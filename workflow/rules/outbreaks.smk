"""What begins an outbreak of the loss: networks trained again, with and without one trial."""


rule intervene_on_outbreaks:
    """Train networks with an outbreak again, with and without the trial that begins it."""
    input:
        networks=f"{TABLES}/nonlinear.csv",
        losses=f"{TABLES}/nonlinear_loss.parquet",
    output:
        interventions=table("interventions"),
        trials="<results>/tables/intervention_trials.parquet",
        losses="<results>/tables/intervention_losses.parquet",
    log:
        "<logs>/nonlinear/interventions.log",
    benchmark:
        "<benchmarks>/nonlinear/interventions.tsv"
    conda:
        "../../envs/nonlinear.yaml"
    resources:
        **each_try(
            # 1376 MB in the full run, which reads all losses.
            mem_mb=memory.gathering(PAPER_EXPERIMENTS, bytes_per_row=350),
            runtime=60,
        ),
    params:
        **settings("supplement", "outbreaks", keys="networks"),
        **settings("nonlinear", "measurements", keys="threshold"),
        experiments={
            name: EXPERIMENTS[name].parameters
            for name in used_by_readings(*PAPER_TASKS)
        },
        code=code(
            "intervene_on_outbreaks.py",
            *(f"interplay.tasks.{role}" for role in PAPER_TASKS),
        ),
    message:
        "Training networks with an outbreak again"
    script:
        "../scripts/intervene_on_outbreaks.py"
