"""The way back from a panel, a claim, a row or a file, in a small project."""

import copy
import re
import shutil
from dataclasses import replace
from importlib import import_module
from pathlib import Path

import numpy as np
import pandas as pd
import pytest
from PIL import Image

from interplay.__main__ import main
from interplay.provenance import subjects
from interplay.provenance.explain import explanation
from interplay.provenance.graph import Graph
from interplay.provenance.receipts import RECEIPTS
from interplay.provenance.settings import (
    COMMAND_LINE,
    DEFAULT,
    key_of_setting,
    setter,
)
from interplay.provenance.subjects import find, panels_of, text
from interplay.storage.errors import InputError

RESULTS = Path("results")


@pytest.fixture
def graph(project):
    return Graph.read(RESULTS, project)


def text_of(name, graph):
    return "\n".join(explanation(name, graph))


def test_a_panel_leads_to_its_rows_and_their_runs_alone(graph):
    shown = text_of("fig2c", graph)
    assert "3 rows of results/tables/nonlinear.csv" in shown
    assert "2 runs of romo, rule train_network" in shown
    assert "1 run of flipflop, rule train_network" in shown
    assert "results/nonlinear/romo/g0.9/seed0/record.json" in shown
    assert "results/nonlinear/own" not in shown
    assert '"device": "cuda"' in shown
    again = "interplay run fig2 --cores 1 --force --configfile preview.yaml"
    assert f"make it again:\n  {again}\n" in shown


def test_a_figure_contains_the_hash_of_inputs_that_is_printed(graph):
    figure = (graph.place.folder / "figures/fig2.svg").read_text()
    (inputs,) = re.findall("made of sha256:([0-9a-f]{64})", figure)
    assert f"  inputs     sha256 {inputs}, " in text_of("fig2", graph)


def test_a_job_that_the_rows_do_not_depend_on_is_not_shown(graph):
    assert "example_trial" not in text_of("fig2c", graph)
    assert "example_trial" in text_of("nonlinear_trials.csv:2", graph)


def test_a_claim_leads_to_its_rows(graph):
    for name in ("romo-rank-six", "romo-rank-six:identified"):
        shown = text_of(name, graph)
        assert "verdict: fails" in shown
        assert "1 row of results/tables/nonlinear.csv" in shown
        assert "1 run of romo, rule train_network" in shown
        assert "results/nonlinear/romo/g0.0/seed0" in shown


def test_a_claim_that_is_not_tested_gives_its_reason(graph):
    shown = text_of("bounded", graph)
    assert "reason: It is about networks of infinite size." in shown
    assert "nan" not in shown
    assert "train_network" not in shown


def test_a_claim_gives_the_measurement_of_each_of_its_reasons(graph):
    shown = text_of("romo-rank-six", graph)
    assert (
        "reason: They need more. Expected at least 7; measured 7.25, "
        "from results/tables/nonlinear.csv: g == 0" in shown
    )
    assert "They need fewer" not in shown
    assert "They need more" not in text_of("epochs-pooled", graph)


def test_a_claim_says_how_many_seeds_it_is_measured_on(graph):
    assert "measured 2 with 1 seed; 0 of 1 parts" in text_of("romo-rank-six", graph)
    # The rows of the claim are romo's seed 0 and flipflop's seed 1.
    pooled = "measured 2, from all seeds together (2); 0 of 1 parts"
    assert pooled in text_of("epochs-pooled", graph)


def test_a_claim_about_a_table_without_seeds_says_that_all_rows_count():
    claim = pd.Series({"measured": -0.5, "spread": np.nan, "seeds": 1})
    measured = subjects._measured(claim, pd.DataFrame({"N": [64, 128]}))
    assert measured == "-0.5, from all rows together"


@pytest.mark.parametrize(
    ("label", "key", "file"),
    [
        ("nonlinear/N", "nonlinear/N", "preview.yaml"),
        (
            "rates/identified/flipflop",
            "nonlinear/networks/flipflop/learning_rate",
            "config.yaml",
        ),
    ],
)
def test_a_number_of_the_configuration_has_a_key_and_no_runs(graph, label, key, file):
    shown = text_of(label, graph)
    assert f", from the configuration: {key}\n  set by {file}\n" in shown
    assert "rule collect_numbers" in shown
    assert "train_network" not in shown
    assert "4 runs" not in shown


def test_the_key_of_a_setting_is_where_like_and_the_defaults_lead():
    nonlinear = {
        "learning_rate": 0.03,
        "networks": {
            "mante": {"epochs": 2},
            "stated": {"like": "mante", "learning_rate": 0.05},
            "long": {"like": "stated", "epochs": 9},
        },
    }

    def key(experiment):
        values = {"nonlinear": nonlinear}
        return key_of_setting("nonlinear", experiment, "learning_rate", values)

    assert key("mante") == "nonlinear/learning_rate"
    assert key("stated") == "nonlinear/networks/stated/learning_rate"
    assert key("long") == "nonlinear/networks/stated/learning_rate"


def test_lines_are_counted_as_in_the_file(graph, project):
    lines = (project / "results/tables/nonlinear.csv").read_text().splitlines()
    assert lines[4 - 1].startswith("flipflop,0.9,1")
    shown = text_of("nonlinear.csv:4", graph)
    assert "1 run of flipflop, rule train_network" in shown
    assert "experiment = flipflop, g = 0.9, seed = 1" in shown


def test_a_figure_whose_job_did_not_name_its_panels_is_one_line(graph):
    silent = replace(graph.figures["fig2"], said={})
    with pytest.raises(InputError, match=r"^receipt of results/figures/fig2\.pdf: exp"):
        panels_of(silent)


def test_the_configuration_names_the_file_that_set_each_key(graph):
    shown = text_of("nonlinear.csv:5", graph)
    assert "nonlinear/networks/romo/epochs = 2  (config.yaml)" in shown
    assert "nonlinear/N = 4  (preview.yaml)" in shown


@pytest.mark.parametrize(
    ("path", "source"),
    [
        ("N", "preview.yaml"),
        ("dt", "config.yaml"),
        ("optimiser", COMMAND_LINE),
        ("trained", DEFAULT),
        ("targets/0/zhat", "config.yaml"),
        ("measurements", "config.yaml"),
    ],
)
def test_a_file_sets_a_key_only_if_it_holds_the_value_in_effect(path, source):
    first = {"N": 256, "dt": 0.5, "optimiser": "adam", "targets": [{"zhat": 1.0}]}
    first["measurements"] = {"threshold": 0.05}
    second = {"N": 4, "measurements": {"threshold": 0.5}}
    effect = first | {"N": 4, "optimiser": "gradient_descent", "trained": ["W"]}
    effect["measurements"] = {"threshold": 0.05, "largest_rank": 25}
    configuration = {
        "hash": "0",
        "values": {"nonlinear": effect},
        "files": {
            "config.yaml": {"nonlinear": first},
            "preview.yaml": {"nonlinear": second},
        },
        "command_line": [
            "--configfile", "preview.yaml",
            "--config", "nonlinear={'optimiser': gradient_descent}",
        ],
    }  # fmt: skip
    keys = ["nonlinear", *path.split("/")]
    assert setter(keys, configuration) == source


def test_dates_and_commit_are_shown(graph):
    shown = text_of("fig2", graph)
    assert "from       1970-01-01 00:00:01 UTC  to 1970-01-01 00:00:02 UTC" in shown
    assert "commit     the workflow is in no git repository" in shown


def test_the_id_in_a_figures_metadata_is_that_of_its_receipt(graph, project):
    title = Image.open(project / "results/figures/fig2.png").text["Title"]
    assert find(title, graph).path == "results/figures/fig2.pdf"
    for suffix in ("pdf", "svg"):
        data = (project / f"results/figures/fig2.{suffix}").read_bytes()
        assert title.encode() in data


@pytest.mark.parametrize(
    ("name", "line"),
    [
        ("fig9z", "expected a panel"),
        ("nonlinear.csv:6", "expected a line from 2 to 5, found 6"),
        ("nonlinear.csv:1", "line 1 is the header"),
    ],
)
def test_a_name_that_stands_for_nothing_is_one_line(graph, name, line):
    with pytest.raises(InputError, match=line):
        find(name, graph)


def test_an_empty_text_column_is_empty_text(graph):
    assert text(float("nan")) == text("") == ""


@pytest.mark.parametrize(
    ("name", "altered"),
    [
        ("fig2c", "figures/fig2.svg"),
        ("fig2", "figures/fig2.pdf"),
        ("romo-rank-six", "tables/claims.csv"),
        ("romo-rank-six", "tables/explanations.csv"),
        ("networks/count", "tables/numbers.csv"),
        ("nonlinear.csv:2", "tables/nonlinear.csv"),
    ],
)
def test_nothing_is_said_of_an_altered_file(
    name, altered, project, tmp_path, monkeypatch, capsys
):
    shutil.copytree(project, tmp_path / "copy")
    with open(tmp_path / "copy/results" / altered, "a") as file:
        file.write("\n")
    monkeypatch.chdir(tmp_path / "copy")
    assert main(["explain", name]) == 1
    said = capsys.readouterr()
    assert not said.out
    assert f"results/{altered}: altered: expected sha256" in said.err
    assert said.err.count("\n") == 1


def test_a_number_says_how_it_was_computed(graph):
    assert "formula: number of rows\n" in text_of("networks/count", graph)


def test_rows_without_a_receipt_of_their_run_are_named(graph):
    ids = [run.receipt.id for run in graph.runs if run.keys["experiment"] == "flipflop"]
    left = [receipt for receipt in graph.receipts if receipt.id not in ids]
    shown = text_of("fig2c", replace(graph, chain=replace(graph.chain, receipts=left)))
    assert "no receipt of a training run for the rows in lines 4\n" in shown
    assert "no receipt of a training run" not in text_of("fig2c", graph)


def test_a_job_of_an_earlier_run_is_explained_by_its_configuration(graph):
    last = dict(graph.configuration)
    run = next(run for run in graph.runs if run.keys["experiment"] == "romo")
    values = copy.deepcopy(last["values"])
    values["nonlinear"]["networks"]["romo"]["epochs"] = 7
    earlier = {"values": values, "files": {"old.yaml": values}, "command_line": []}
    changed = {**last, "hash": "new", "earlier": {run.receipt.configuration: earlier}}
    shown = text_of("nonlinear.csv:2", replace(graph, configuration=changed))
    assert "configuration of romo, of an earlier run" in shown
    assert "nonlinear/networks/romo/epochs = 7  (old.yaml)" in shown


def test_characters_that_do_not_print_are_escaped(graph):
    receipts = [
        replace(receipt, machine={**receipt.machine, "device": "\x1b[31m"})
        for receipt in graph.receipts
    ]
    changed = replace(graph, chain=replace(graph.chain, receipts=receipts))
    shown = text_of("nonlinear.csv:2", changed)
    assert "\x1b" not in shown
    assert r"\x1b[31m" in shown


def test_runs_that_were_trained_together_are_told_apart(project):
    graph = Graph.read(RESULTS, project)
    runs = [run for run in graph.runs if run.keys["experiment"] == "romo"]
    outputs = {path: h for run in runs for path, h in run.outputs.items()}
    first = replace(
        runs[0].receipt,
        rule="train_stack_romo",
        wildcards={},
        outputs=outputs,
        parameters={"experiment": {"task": "romo"}, "g": [0.0, 0.9], "seeds": [0]},
        command_line=["--config", "together=True"],
    )
    chain = replace(graph.chain, receipts=[first])
    together = replace(graph, chain=chain)
    row = pd.DataFrame({"experiment": ["romo"], "g": [0.9], "seed": [0]})
    (found,) = together.runs_of(row, [first])
    assert found.record == "results/nonlinear/romo/g0.9/seed0/record.json"
    assert list(found.outputs) == [found.record]


def test_the_command_line(project, monkeypatch, capsys):
    monkeypatch.chdir(project)
    assert main(["explain", "fig2", "--results", "results"]) == 0
    assert "rule fig2" in capsys.readouterr().out
    assert main(["explain", "fig9z"]) == 1
    assert capsys.readouterr().err.count("\n") == 1


PANELS = {
    "fig1": 12, "fig2": 4, "fig3": 5, "fig4": 4, "fig5": 2, "figS_published": 18,
    "figS_linear_spectrum": 4, "figS_sentiment": 7, "overview": 9,
    "figS_second_order": 2, "figS_cosine": 6, "figS_divergence": 8, "figS_rate": 5,
    "figS_transitions": 9, "figS_first_order": 12, "figS_weak": 3, "figS_channels": 9,
    "figS_directions": 9,
}  # fmt: skip


@pytest.mark.parametrize("figure", PANELS)
def test_every_panel_is_known(figure):
    letters = [chr(ord("a") + number) for number in range(PANELS[figure])]
    module = import_module(f"interplay.figures.{figure}")
    assert sorted(module.PANELS) == letters


@pytest.mark.slow
def test_every_panel_of_the_real_workflow_leads_to_runs(reproduction):
    graph = Graph.read(Path("results/preview"), reproduction.folder)
    assert {"fig1_stated", "figS_published", "romo/overview"} <= set(graph.figures)
    for figure, receipt in graph.figures.items():
        for letter in panels_of(receipt):
            name = f"{figure}:{letter}"
            shown = text_of(name, graph)
            path = next(iter(receipt.outputs))
            target = path if receipt.wildcards else receipt.rule
            again = f"interplay run {target} --cores 1 --force --configfile preview.yaml"
            assert f"{again} tiny.yaml\n" in shown
            # One job trains, measures and forgets the networks of second_order.
            if "\n0 rows of" not in shown and "rule second_order" not in shown:
                assert re.search(r"\d+ runs?( of [\w.]+)?, rule train", shown), name
    shown = text_of("fig2c", graph)
    assert "example_trial" not in shown
    assert (reproduction.results / RECEIPTS).is_file()
