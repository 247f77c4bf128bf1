"""The way back from a panel, a claim, a row or a file, in a small project."""

import pandas as pd
import pytest
from matplotlib.figure import Figure
from PIL import Image

from interplay.__main__ import main
from interplay.errors import InputError
from interplay.figures.style import save
from interplay.provenance.code import code_hash
from interplay.provenance.explain import Graph, explanation, find
from interplay.provenance.hashes import file_hash, made_of, short_id
from interplay.provenance.panels import PANELS
from interplay.provenance.receipts import NAME, Job, issue, write_receipts
from interplay.storage import write_json, write_table

SCRIPT = "workflow/scripts/make.py"
TABLES = "results/tables"
NETWORKS = [
    ("romo", "", 0.0, 0),
    ("romo", "", 0.9, 0),
    ("flipflop", "last_pulse", 0.9, 1),
]


@pytest.fixture(scope="module")
def project(tmp_path_factory):
    """Three networks, their table, Fig. 2 and a claim: files, and a receipt each."""
    root = tmp_path_factory.mktemp("project")
    for folder in ("envs", "workflow/scripts", TABLES, "results/figures"):
        (root / folder).mkdir(parents=True)
    (root / "envs/requirements.txt").write_text("numpy==2.4.6\n")
    (root / SCRIPT).write_text("x = 1\n")
    jobs = []

    def job(name, inputs, outputs, wildcards=None, **parameters):
        jobs.append(
            Job(
                name=name,
                wildcards=wildcards or {},
                inputs=inputs,
                outputs=outputs,
                parameters=parameters,
                script=SCRIPT,
                modules=[],
                code_hash=code_hash(root / SCRIPT),
                threads=1,
                started=1.0,
                ended=2.0,
                recorded_inputs={},
            )
        )

    columns = ["task", "hold", "g", "seed"]
    networks = pd.DataFrame(NETWORKS, columns=columns)
    networks = networks.assign(
        shuffle_loss_ratio=1.0, converged=True, functional_rank=2.0
    )
    records = []
    for task, hold, g, seed in NETWORKS:
        path = f"results/nonlinear/{task}/g{g}/seed{seed}/record.json"
        write_json({"machine": {"device": "cuda"}}, root / path)
        wildcards = {"task": f"{task}_{hold}".strip("_"), "g": str(g), "seed": str(seed)}
        job("train_network", [], [path], wildcards, task=task, hold=hold)
        records.append(path)
    table, claims = f"{TABLES}/nonlinear.csv", f"{TABLES}/claims.csv"
    write_table(networks, root / table)
    job("nonlinear_tables", records, [table])

    identity = made_of(
        "fig2",
        {table: file_hash(root / table)},
        {"options": {"hold": "per_channel"}, "code": code_hash(root / SCRIPT)},
    )
    save(Figure(), root / "results/figures/fig2", short_id("fig2", identity), identity)
    figures = [f"results/figures/fig2.{suffix}" for suffix in ("pdf", "svg", "png")]
    job("fig2", [table], figures, options={"hold": "per_channel"})
    claim = {
        "id": "romo-rank-six", "where": "Fig. 1(l)", "claim": "Rank six.",
        "quantity": "value", "expected": "6", "part": "", "measured": 2.0, "spread": 0.0,
        "seeds": 1, "met": 0, "parts": 1, "verdict": "fails", "tables": "nonlinear",
        "rows": "complete and task == 'romo' and g == 0", "reason": "",
    }  # fmt: skip
    write_table(pd.DataFrame([claim]), root / claims)
    job("evaluate_claims", [table], [claims])
    configuration = ["--configfile", "preview.yaml"]
    write_receipts(issue(jobs, [], configuration, root), root / "results" / NAME)
    return root


@pytest.fixture
def graph(project):
    return Graph.read("results", project)


def text_of(name, graph, project):
    return "\n".join(explanation(name, graph, project))


def test_a_panel_leads_to_its_rows_and_their_runs_alone(graph, project):
    text = text_of("fig2c", graph, project)
    assert "2 rows of results/tables/nonlinear.csv" in text
    assert "2 runs of rule train_network" in text
    assert "results/nonlinear/romo/g0.9/seed0/record.json" in text
    assert "last_pulse" not in text.replace("hold == 'last_pulse'", "")
    assert '"device": "cuda"' in text
    remade = "snakemake --cores 1 --configfile preview.yaml --force -- results/figures/"
    assert f"{remade}fig2.pdf" in text


def test_a_claim_leads_to_its_rows(graph, project):
    text = text_of("romo-rank-six", graph, project)
    assert "verdict: fails" in text
    assert "1 rows of results/tables/nonlinear.csv" in text
    assert "1 runs of rule train_network" in text
    assert "results/nonlinear/romo/g0.0/seed0" in text


def test_a_row_leads_to_its_run(graph, project):
    text = text_of("nonlinear.csv:2", graph, project)
    assert "1 runs of rule train_network" in text
    assert "task = flipflop_last_pulse, g = 0.9, seed = 1" in text


def test_the_id_in_a_figures_metadata_is_that_of_its_receipt(graph, project):
    title = Image.open(project / "results/figures/fig2.png").text["Title"]
    assert find(title, graph, project).path == "results/figures/fig2.pdf"
    for suffix in ("pdf", "svg"):
        data = (project / f"results/figures/fig2.{suffix}").read_bytes()
        assert title.encode() in data


@pytest.mark.parametrize(
    ("name", "line"),
    [("fig9z", "expected a panel"), ("nonlinear.csv:3", "expected a row below 3")],
)
def test_what_cannot_be_explained_is_one_line(graph, project, name, line):
    with pytest.raises(InputError, match=line):
        find(name, graph, project)


def test_the_command_line(project, monkeypatch, capsys):
    monkeypatch.chdir(project)
    assert main(["explain", "fig2"]) == 0
    assert "rule fig2" in capsys.readouterr().out
    assert main(["explain", "fig9z"]) == 1
    assert capsys.readouterr().err.count("\n") == 1


def test_every_panel_of_the_paper_is_known():
    counts = {"fig1": 12, "fig2": 4, "fig3": 5, "fig4": 4, "fig5": 2}
    expected = {f"{f}{chr(97 + i)}" for f, n in counts.items() for i in range(n)}
    assert set(PANELS) == expected
