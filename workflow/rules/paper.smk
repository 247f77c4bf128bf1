"""The paper: typeset from figures, tables and configuration, no number typed by hand."""


localrules:
    collect_numbers,
    paper,


rule collect_numbers:
    """Collect every number that the paper's text shows, with its label and source."""
    input:
        nonlinear="<results>/tables/nonlinear.csv",
        data="<results>/tables/sentiment_data.csv",
        sentiment="<results>/tables/sentiment.csv",
        claims="<results>/tables/claims.csv",
    output:
        numbers=table("numbers"),
    log:
        "<logs>/paper/numbers.log",
    benchmark:
        "<benchmarks>/paper/numbers.tsv"
    conda:
        "../../envs/paper.yaml"
    threads: 1
    resources:
        mem_mb=each_try(500),
        runtime=each_try(10),
    params:
        configuration=dict(
            nonlinear=lookup(dpath="nonlinear", within=config),
            linear=lookup(dpath="linear", within=config),
            sentiment=lookup(dpath="sentiment", within=config),
            compression=lookup(dpath="compression", within=config),
        ),
        code=code("collect_numbers.py"),
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
    log:
        "<logs>/paper/paper.log",
    benchmark:
        "<benchmarks>/paper/paper.tsv"
    conda:
        "../../envs/paper.yaml"
    threads: 1
    resources:
        mem_mb=each_try(1000),
        runtime=each_try(10),
    params:
        code=code("typeset_paper.py"),
    message:
        "Typesetting the paper"
    script:
        "../scripts/typeset_paper.py"
