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


# The published curves and singular values of an LSTM are those of the real treebank.
COMPARED_LSTMS = [] if SYNTHETIC else list(rules.compare_lstms.output)
OF_REAL_TREEBANK = list(map(os.path.basename, rules.compare_lstms.output))

# Published values and the archived run of field.yaml are files of paper/, all others are
# tables of the run.
KEPT = [ROOT / "paper", ROOT / "paper/field/tables"]
NUMBERED = {
    name: next(
        (
            source((folder / name).relative_to(ROOT))
            for folder in KEPT
            if (folder / name).is_file()
        ),
        f"{TABLES}/{name}",
    )
    for name in dict.fromkeys(
        entry["table"]
        for entry in read_yaml(ROOT / "paper/numbers.yaml")["numbers"].values()
    )
    if name not in OF_REAL_TREEBANK or not SYNTHETIC
}
"""tables of the article's numbers, by the names of their files"""


rule collect_numbers:
    """Collect every number that the paper's text shows, with its label and source."""
    input:
        **{name.partition(".")[0]: path for name, path in NUMBERED.items()},
        source=source("paper/paper.typ"),
        definitions=source("paper/numbers.yaml"),
        schema=source("workflow/schemas/numbers.schema.yaml"),
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
            **{
                key: config[key]
                for key in ("supplement", "linear", "sentiment", "compression")
            },
            "rates": {
                reading: {
                    role: {**EXPERIMENTS, **LSTMS}[name].parameters["learning_rate"]
                    for role, name in by_role.items()
                }
                for reading, by_role in READINGS.items()
            },
        },
        set_by=RATES,
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
        agreement="<results>/tables/agreement.csv",
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
    COMPARED_LSTMS,
    rules.evaluate_claims.output,
    rules.paper.output,
    # The archive in git stays small: no networks of the supplement.
    expand(f"{ARCHIVED}.safetensors", experiment=used_by_readings(*PAPER_TASKS)),
]
