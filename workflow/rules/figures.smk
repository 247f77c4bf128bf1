"""The figures, each from tables alone, each as PDF, SVG and PNG."""


localrules:
    fig1,
    fig2,
    fig3,
    fig4,
    fig5,
    figS_published,
    figS_linear_spectrum,
    figS_sentiment,


rule fig1:
    """Fig. 1: learning dynamics in three tasks."""
    input:
        trials="<results>/tables/nonlinear_trials.parquet",
        losses="<results>/tables/nonlinear_loss.parquet",
        spectrum="<results>/tables/nonlinear_spectrum.parquet",
        truncation="<results>/tables/nonlinear_truncation.csv",
    output:
        *drawn("fig1", "Fig. 1: three tasks"),
    log:
        "<logs>/figures/fig1.log",
    benchmark:
        "<benchmarks>/figures/fig1.tsv"
    conda:
        "../../envs/figures.yaml"
    threads: 1
    resources:
        mem_mb=each_try(1000),
        runtime=each_try(10),
    params:
        options=dict(
            hold=lookup(dpath="nonlinear/networks/flipflop/hold", within=config),
            **lookup(dpath="nonlinear/examples", within=config),
        ),
        code=code("draw_figure.py", "interplay.figures.fig1"),
    message:
        "Drawing Fig. 1"
    script:
        "../scripts/draw_figure.py"


use rule fig1 as fig2 with:
    input:
        networks="<results>/tables/nonlinear.csv",
    output:
        *drawn("fig2", "Fig. 2: dependence on g"),
    log:
        "<logs>/figures/fig2.log",
    benchmark:
        "<benchmarks>/figures/fig2.tsv"
    params:
        options=dict(
            hold=lookup(dpath="nonlinear/networks/flipflop/hold", within=config),
        ),
        code=code("draw_figure.py", "interplay.figures.fig2"),
    message:
        "Drawing Fig. 2"


use rule fig1 as figS_published with:
    input:
        networks="<results>/tables/nonlinear.csv",
        published="paper/published.csv",
    output:
        *drawn("figS_published", "Supplement: published values"),
    log:
        "<logs>/figures/figS_published.log",
    benchmark:
        "<benchmarks>/figures/figS_published.tsv"
    params:
        options={},
        code=code("draw_figure.py", "interplay.figures.figS_published"),
    message:
        "Drawing the supplement's comparison with the published values"


use rule fig1 as fig3 with:
    input:
        trials="<results>/tables/linear_trials.parquet",
        curves="<results>/tables/linear_curves.parquet",
        theory="<results>/tables/linear_theory.parquet",
    output:
        *drawn("fig3", "Fig. 3: linear networks"),
    log:
        "<logs>/figures/fig3.log",
    benchmark:
        "<benchmarks>/figures/fig3.tsv"
    params:
        options=dict(
            zhat=lookup(dpath="linear/examples/zhat", within=config),
            g=lookup(dpath="linear/examples/g", within=config),
        ),
        code=code("draw_figure.py", "interplay.figures.fig3"),
    message:
        "Drawing Fig. 3"


use rule fig1 as fig4 with:
    input:
        networks="<results>/tables/linear.csv",
        scalings="<results>/tables/linear_scalings.csv",
    output:
        *drawn("fig4", "Fig. 4: linear networks, dependence on g"),
    log:
        "<logs>/figures/fig4.log",
    benchmark:
        "<benchmarks>/figures/fig4.tsv"
    params:
        options={},
        code=code("draw_figure.py", "interplay.figures.fig4"),
    message:
        "Drawing Fig. 4"


use rule fig1 as figS_linear_spectrum with:
    input:
        curves="<results>/tables/linear_curves.parquet",
        theory="<results>/tables/linear_theory.parquet",
    output:
        *drawn("figS_linear_spectrum", "Supplement: spectrum of linear networks"),
    log:
        "<logs>/figures/figS_linear_spectrum.log",
    benchmark:
        "<benchmarks>/figures/figS_linear_spectrum.tsv"
    params:
        options=dict(
            zhat=lookup(dpath="linear/examples/zhat", within=config),
            g=lookup(dpath="linear/examples/g", within=config),
        ),
        code=code("draw_figure.py", "interplay.figures.figS_linear_spectrum"),
    message:
        "Drawing the supplement's spectrum of the linear networks"


use rule fig1 as fig5 with:
    input:
        spectrum="<results>/tables/sentiment_spectrum.parquet",
        truncation="<results>/tables/sentiment_truncation.csv",
        networks="<results>/tables/sentiment.csv",
    output:
        *drawn("fig5", "Fig. 5: LSTM"),
    log:
        "<logs>/figures/fig5.log",
    benchmark:
        "<benchmarks>/figures/fig5.tsv"
    params:
        options={},
        code=code("draw_figure.py", "interplay.figures.fig5"),
    message:
        "Drawing Fig. 5"


use rule fig1 as figS_sentiment with:
    input:
        curves="<results>/tables/sentiment_curves.csv",
        spectrum="<results>/tables/sentiment_spectrum.parquet",
    output:
        *drawn("figS_sentiment", "Supplement: training of the LSTM"),
    log:
        "<logs>/figures/figS_sentiment.log",
    benchmark:
        "<benchmarks>/figures/figS_sentiment.tsv"
    params:
        options={},
        code=code("draw_figure.py", "interplay.figures.figS_sentiment"),
    message:
        "Drawing the supplement's figure of the LSTM"


FIGURES = [
    rules.fig1.output,
    rules.fig2.output,
    rules.fig3.output,
    rules.fig4.output,
    rules.fig5.output,
    rules.figS_published.output,
    rules.figS_linear_spectrum.output,
    rules.figS_sentiment.output,
]
