"""The paper: typeset from figures, tables and configuration, no number typed by hand."""


rule collect_numbers:
    """Collect every number that the paper's text shows, with its label and source."""
    input:
        nonlinear="<results>/tables/nonlinear.csv",
        data="<results>/tables/sentiment_data.csv",
        sentiment="<results>/tables/sentiment.csv",
        claims="<results>/tables/claims.csv",
    output:
        numbers="<results>/tables/numbers.csv",
    params:
        configuration=dict(
            nonlinear=lookup(dpath="nonlinear", within=config),
            linear=lookup(dpath="linear", within=config),
            sentiment=lookup(dpath="sentiment", within=config),
            compression=lookup(dpath="compression", within=config),
        ),
        code=code("collect_numbers.py"),
    log:
        "<logs>/paper/numbers.log",
    benchmark:
        "<benchmarks>/paper/numbers.tsv"
    threads: 1
    resources:
        mem_mb=500,
        runtime=10,
    conda:
        "../../envs/interplay.yaml"
    message:
        "Collecting the numbers of the paper"
    script:
        "../scripts/collect_numbers.py"


rule paper:
    """Typeset the paper."""
    input:
        source="paper/paper.typ",
        template="paper/template.typ",
        explanations="paper/explanations.yaml",
        figures=[
            f"<results>/figures/{figure}.svg"
            for figure in ["fig1", "fig2", "fig3", "fig4", "fig5", "figS_published"]
        ],
        claims="<results>/tables/claims.csv",
        numbers="<results>/tables/numbers.csv",
    output:
        paper=report(
            "<results>/paper.pdf",
            caption="../report/paper.rst",
            category="Paper",
            labels={"paper": "reproduction report"},
        ),
    params:
        code=code("typeset_paper.py"),
    log:
        "<logs>/paper/paper.log",
    benchmark:
        "<benchmarks>/paper/paper.tsv"
    threads: 1
    resources:
        mem_mb=1000,
        runtime=10,
    conda:
        "../../envs/interplay.yaml"
    message:
        "Typesetting the paper"
    script:
        "../scripts/typeset_paper.py"
