"""The overview figure of each experiment, drawn from its own tables."""

OWN_EXPERIMENTS = [name for name in EXPERIMENTS if name not in PAPER_NETWORKS]
"""experiments that no figure of the paper shows"""


rule draw_overview:
    """Draw the overview figure of an experiment."""
    input:
        networks=f"{MEASURED}/networks.csv",
        losses=f"{MEASURED}/losses.parquet",
        spectrum=f"{MEASURED}/spectrum.parquet",
        truncation=f"{MEASURED}/truncation.csv",
        trials=f"{MEASURED}/trials.parquet",
    output:
        *figure_outputs(
            f"{MEASURED}/overview",
            "../report/overview.rst",
            "{experiment}",
            "Experiments",
        ),
    log:
        "<logs>/nonlinear/{experiment}/overview.log",
    benchmark:
        "<benchmarks>/nonlinear/{experiment}/overview.tsv"
    localrule: True
    conda:
        "../../envs/figures.yaml"
    resources:
        **each_try(
            mem_mb=of_experiment(lambda one: memory.gathering([one])), runtime=10
        ),
    params:
        figure="overview",
        options=lambda wildcards: {
            "title": wildcards.experiment,
            **settings("nonlinear", "measurements", keys="threshold"),
        },
        preview=PREVIEW,
        code=code("draw_figure.py", "interplay.figures.overview"),
    message:
        "Drawing the overview of {wildcards.experiment}"
    script:
        "../scripts/draw_figure.py"
