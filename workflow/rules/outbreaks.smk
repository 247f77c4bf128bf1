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
        **each_try(mem_mb=1500, runtime=60),
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
