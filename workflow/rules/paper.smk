"""The paper: typeset from figures, tables and configuration, no number typed by hand."""

from interplay.provenance.settings import key_of_setting

RATES = {
    f"rates/{reading}/{role}": key_of_setting(
        "sentiment" if role == "lstm" else "nonlinear", name, "learning_rate", config
    )
    for reading, by_role in READINGS.items()
    for role, name in by_role.items()
}
"""key of the configuration that sets each learning rate, by the label of the rate"""


# The published curves are those of the real treebank.
CURVES = {} if SYNTHETIC else {"curves": rules.compare_lstm_curves.output.table}


rule collect_numbers:
    """Collect every number that the paper's text shows, with its label and source."""
    input:
        **CURVES,
        source=source("paper/paper.typ"),
        published=source("paper/published.csv"),
        published_spectrum=source("paper/published_lstm_spectrum.csv"),
        nonlinear="<results>/tables/nonlinear.csv",
        data="<results>/tables/sentiment_data.csv",
        sentiment="<results>/tables/sentiment.csv",
        spectrum="<results>/tables/sentiment_spectrum.parquet",
        claims="<results>/tables/claims.csv",
        agreement="<results>/tables/agreement.csv",
        rate="<results>/tables/rate.csv",
        outbreaks="<results>/tables/outbreaks.csv",
        training="<results>/tables/training.csv",
        scaling="<results>/tables/scaling.csv",
        cosine="<results>/tables/cosine.csv",
        divergence="<results>/tables/divergence.csv",
    output:
        numbers=table("numbers"),
    log:
        "<logs>/paper/numbers.log",
    benchmark:
        "<benchmarks>/paper/numbers.tsv"
    localrule: True
    conda:
        "../../envs/paper.yaml"
    resources:
        **each_try(mem_mb=500, runtime=10),
    params:
        configuration={
            "nonlinear": {
                **{
                    key: v
                    for key, v in config["nonlinear"].items()
                    if key not in ("networks", "families")
                },
                "networks": {
                    name: {
                        **EXPERIMENTS[name].parameters,
                        "g": list(EXPERIMENTS[name].g),
                        "seeds": list(EXPERIMENTS[name].seeds),
                    }
                    for name in PAPER_NETWORKS
                },
            },
            **{key: config[key] for key in ("linear", "sentiment", "compression")},
            "rates": {
                reading: {
                    role: {**EXPERIMENTS, **LSTMS}[name].parameters["learning_rate"]
                    for role, name in by_role.items()
                }
                for reading, by_role in READINGS.items()
            },
        },
        set_by=RATES,
        readings=READINGS,
        code=code("collect_numbers.py"),
    message:
        "Collecting the numbers of the paper"
    script:
        "../scripts/collect_numbers.py"


rule paper:
    """Typeset the paper."""
    input:
        source=source("paper/paper.typ"),
        template=source("paper/template.typ"),
        metadata=source("paper/metadata.yaml"),
        references=source("paper/references.yml"),
        figures=[f"<results>/figures/{figure}.svg" for figure in FIGURES],
        claims="<results>/tables/claims.csv",
        explanations="<results>/tables/explanations.csv",
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
    localrule: True
    conda:
        "../../envs/paper.yaml"
    resources:
        **each_try(mem_mb=1000, runtime=10),
    params:
        preview=PREVIEW,
        code=code("typeset_paper.py"),
    message:
        "Typesetting the paper"
    script:
        "../scripts/typeset_paper.py"


PAPER = [
    # As in an archive: PDF and PNG, which the same jobs draw, are no reason to draw again.
    rules.paper.input.figures,
    rules.count_sentences.output,
    CURVES.values(),
    rules.evaluate_claims.output,
    rules.paper.output,
    # The archive in git stays small: no networks of the supplement.
    expand(f"{ARCHIVED}.safetensors", experiment=used_by_readings(*PAPER_TASKS)),
]
