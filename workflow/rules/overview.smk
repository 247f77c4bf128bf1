"""The overview figure of each experiment, and a figure that compares the tasks of your own."""


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


if OWN_EXPERIMENTS:

    rule draw_field:
        """Draw the figure that compares tasks."""
        input:
            field=f"{TABLES}/field.csv",
        output:
            *figure_outputs(
                "<results>/figures/field", "../report/field.rst", "Tasks compared"
            ),
        log:
            "<logs>/figures/field.log",
        benchmark:
            "<benchmarks>/figures/field.tsv"
        localrule: True
        conda:
            "../../envs/figures.yaml"
        resources:
            **each_try(mem_mb=500, runtime=10),
        params:
            figure="field",
            options={},
            preview=PREVIEW,
            code=code("draw_figure.py", "interplay.figures.field"),
        message:
            "Drawing the comparison of tasks"
        script:
            "../scripts/draw_figure.py"
