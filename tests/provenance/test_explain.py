"""The way back from a panel, a claim, a row or a file, in a small project."""

import re

import pytest
from PIL import Image

from interplay.__main__ import main
from interplay.figures.fig2 import PANELS
from interplay.provenance.explain import Graph, explanation, find
from interplay.storage.errors import InputError


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


@pytest.mark.slow
@pytest.mark.parametrize("panel", PANELS)
def test_every_panel_of_the_real_workflow_leads_to_runs(panel, reproduction):
    graph = Graph.read("results/preview", reproduction.folder)
    text = text_of(panel, graph, reproduction.folder)
    figure = f"results/preview/figures/{panel[:4]}.pdf"
    assert f"--configfile preview.yaml tiny.yaml --force -- {figure}" in text
    assert re.search(r"runs of rule (train|linear_t|example_trial)", text)
