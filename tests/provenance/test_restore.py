"""Results that are restored from an archive, so that only changed jobs run."""

import shutil
from dataclasses import replace
from pathlib import Path

import pandas as pd
import pytest
import yaml
from hypothesis import given, settings
from hypothesis import strategies as st

from interplay.__main__ import main
from interplay.provenance.file_check import absent
from interplay.provenance.graph import Graph
from interplay.provenance.parts import rows_of
from interplay.provenance.receipts import RECEIPTS, Chain
from interplay.provenance.unchanged import DEPENDS, changes
from interplay.provenance.verify import verify
from interplay.storage.hashes import file_hash
from interplay.storage.tables import concatenate, write_table
from tests.provenance.small import (
    ARCHIVE,
    PART,
    SOURCE,
    TABLE,
    Job,
    add_a_line,
    drop_a_row,
    jobs,
    sealed,
    write,
)
from tests.running import left_to_do, snakemake


def planned(graph):
    """Return the plan in which every job is as its receipt says."""
    return [
        {
            "rule": receipt.rule,
            "inputs": list(receipt.inputs),
            "outputs": list(receipt.outputs),
            "parameters": {**receipt.parameters, "code": receipt.code_hash},
        }
        for receipt in graph.receipts
    ]


def edit_source(root, plan):
    write(root / SOURCE, "g\n1.2\n")
    return f"{SOURCE} is another one"


def edit_module(root, plan):
    module = "workflow/scripts/library/part.py"
    add_a_line(root / module)
    plan[0]["parameters"]["code"] = "0" * 64
    return f"the code is another one ({module})"


def edit_parameter(root, plan):
    plan[0]["parameters"]["epochs"] = 7
    return "parameters are others (epochs)"


def add_input(root, plan):
    plan[0]["inputs"].append("paper/other.csv")
    return "rule measure has other inputs or outputs"


def rename_rule(root, plan):
    plan[0]["rule"] = "weigh"
    return "rule measure has other inputs or outputs"


def remove_job(root, plan):
    del plan[0]
    return "this configuration has no such job"


CHANGES = [edit_source, edit_module, edit_parameter, add_input, rename_rule, remove_job]


@pytest.mark.parametrize("change", CHANGES)
def test_a_changed_job_and_those_that_depend_on_it_are_not_restored(repository, change):
    graph = Graph.read(Path(ARCHIVE), repository)
    plan = planned(graph)
    assert changes(graph, plan, repository) == {}
    reason = change(repository, plan)
    found = changes(graph, plan, repository)
    assert {why: [one.rule for one in these] for why, these in found.items()} == {
        reason: ["measure"],
        DEPENDS: ["gather"],
    }


def files_in(folder):
    paths = (path for path in folder.rglob("*") if path.is_file())
    return {path.relative_to(folder).as_posix() for path in paths}


def test_what_cannot_be_restored_is_refused_and_nothing_is_written(
    repository, monkeypatch, capsys
):
    def refused(folder, reason):
        before = files_in(repository)
        capsys.readouterr()
        assert main(["restore", str(folder)]) == 1
        said = capsys.readouterr().err
        assert reason in said
        assert said.count("\n") == 1
        assert files_in(repository) == before

    refused("results", "results: expected a folder by `interplay archive`")
    refused(ARCHIVE, "results: expected no results, found ")
    shutil.rmtree(repository / "results")
    with monkeypatch.context() as patched:
        # Snakemake writes its plan to another results folder.
        patched.setattr("interplay.provenance.planning._snakemake", lambda *_: None)
        refused(ARCHIVE, "results: expected the results folder of the configuration")
    drop_a_row(repository / ARCHIVE / "tables/table.csv")
    refused(ARCHIVE, f"{ARCHIVE}/tables/table.csv: altered")
    refused("nowhere", "expected receipts, found no file")


def stopped(*_):
    raise KeyboardInterrupt


@pytest.mark.parametrize("inner", [[], [f"results/preview/{RECEIPTS}"]])
def test_results_are_there_as_a_whole_or_not_at_all(repository, monkeypatch, inner):
    graph = Graph.read(Path(ARCHIVE), repository)
    shutil.rmtree(repository / "results")
    for path in inner:
        write(repository / path, "")

    def plan(aside, results, options):
        (aside / results).mkdir()
        return planned(graph)

    module = "interplay.provenance.restore"
    monkeypatch.setattr(f"{module}.planned_jobs", plan)
    monkeypatch.setattr(f"{module}.forget", lambda *_: None)
    before = files_in(repository)
    with monkeypatch.context() as patched:
        patched.setattr(f"{module}.move_metadata", stopped)
        with pytest.raises(KeyboardInterrupt):
            main(["restore"])
    assert files_in(repository) == before
    assert main(["restore"]) == 0
    added = {f"results/{name}" for name in (RECEIPTS, "configuration.json")}
    kept = {"results/benchmarks/costs.csv", "results/logs/sources.tar.xz"}
    assert files_in(repository) - before == {TABLE, *added, *kept}
    chain = Chain.read(repository / "results" / RECEIPTS)
    assert chain.receipts == graph.receipts
    assert chain.seal.restored == {graph.chain.digest: [PART]}
    problems = verify(Path("results"), repository).problems
    assert [one for one in problems if not one.startswith("results/preview/")] == []


def test_receipts_stay_as_long_as_a_file_that_was_made_of_them(repository):
    """A run that continues restored results keeps what explains them."""
    chain = Chain.read(repository / "results" / RECEIPTS)
    file = repository / "results" / RECEIPTS
    (repository / PART).unlink()
    restored = {"0" * 64: [PART]}
    Chain(chain.receipts, replace(chain.seal, restored=restored)).write(file)
    answer = verify(Path("results"), repository)
    assert answer.problems == []
    assert any("restored from an archive with the digest 000" in n for n in answer.notes)
    other = "results/tables/other.csv"
    write(repository / other, "g,x\n")
    later = sealed(repository, [Job("count", [TABLE], [other], started=9.0)])
    assert later.receipts[:2] == chain.receipts
    assert later.seal.restored == restored
    place = Graph.read(Path("results"), repository).place
    assert [absent(one, place) for one in later.receipts] == [[PART], [], []]
    # A part that is made again must be there from then on.
    write(repository / PART, "g,x\n0.9,1\n")
    again = sealed(repository, jobs(repository))
    assert list(again.seal.restored.values()) == [[]]
    (repository / PART).unlink()
    assert verify(Path("results"), repository).problems == [f"{PART}: missing"]


ROWS = st.lists(st.tuples(st.integers(0, 99), st.floats(width=32)), max_size=5)
KEYS = st.tuples(st.sampled_from("ab"), st.floats(0, 2))


@settings(max_examples=20, deadline=None)
@given(st.dictionaries(KEYS, ROWS, min_size=1, max_size=4))
def test_a_gathered_table_is_taken_apart_to_the_bit(tmp_path_factory, parts):
    folder = tmp_path_factory.mktemp("parts")
    frames = [
        pd.DataFrame(rows, columns=["epoch", "loss"])
        .astype({"epoch": "int32", "loss": "float32"})
        .assign(experiment=experiment, g=g)
        for (experiment, g), rows in parts.items()
    ]
    table = concatenate(frames)
    for (experiment, g), frame in zip(parts, frames, strict=True):
        rows = rows_of(table, {"experiment": experiment, "g": str(g), "seed": "0"})
        for name, part in (("before", frame), ("after", rows)):
            write_table(part, folder / f"{name}.parquet")
        if len(frame):
            after = file_hash(folder / "after.parquet")
            assert file_hash(folder / "before.parquet") == after


OWN = {"like": "flipflop", "epochs": 20, "g": [0.9], "seeds": [0]}


@pytest.mark.slow
def test_a_run_begins_with_an_archive(reproduction, copies, monkeypatch, capsys):
    folder, files = copies(), reproduction.configuration
    shutil.copy(reproduction.folder / "tiny.yaml", folder)
    archive = folder / "archive"
    monkeypatch.chdir(reproduction.folder)
    assert main(["archive", str(archive), "--results", "results/preview"]) == 0
    receipts = Chain.read(archive / RECEIPTS).receipts
    monkeypatch.chdir(folder)
    capsys.readouterr()
    assert main(["restore", "archive", "--configfile", *files]) == 0
    said = capsys.readouterr().out
    assert f"results/preview: {len(receipts)} of {len(receipts)} jobs restored" in said
    assert Chain.read(folder / "results/preview" / RECEIPTS).receipts == receipts
    assert main(["verify"]) == 0
    assert left_to_do(folder, *files) == {}

    # A figure, and what follows from it.
    figure = folder / "workflow/scripts/interplay/figures/fig4.py"
    text = figure.read_text()
    add_a_line(figure)
    assert left_to_do(folder, *files) == {"all": 1, "fig4": 1, "paper": 1}
    figure.write_text(text)

    # An edit to what made a file that the archive leaves out is noticed, too.
    training = folder / "workflow/scripts/train_linear.py"
    text = training.read_text()
    add_a_line(training)
    assert left_to_do(folder, *files)["train_linear"] == 2
    training.write_text(text)

    # A new experiment needs only its own jobs.
    own = {"nonlinear": {"networks": {"mine": OWN}}}
    (folder / "own.yaml").write_text(yaml.safe_dump(own))
    new = left_to_do(folder, *files, "own.yaml")
    assert new.pop("train_network") == 1
    assert set(new.values()) == {1}
    assert set(new) == {
        "all", "draw_overview", "example_trials", "functional_rank", "learning_curves",
        "shuffle_loss", "singular_values", "summarise_networks",
    }  # fmt: skip

    # The results can be continued, explained and archived like any others.
    snakemake(
        folder,
        "--cores",
        "all",
        "--forcerun",
        "fig3",
        "--configfile",
        *files,
        "--",
        "fig3",
    )
    later = {
        one.id: one for one in Chain.read(folder / "results/preview" / RECEIPTS).receipts
    }
    (redrawn,) = (one for one in later.values() if one.rule == "fig3")
    assert {one.id for one in receipts} - set(later) == {
        one.id for one in receipts if one.rule in ("fig3", "paper")
    }
    assert redrawn.started > max(one.ended for one in receipts)
    for command in ("verify", "explain fig2c", "archive again --results results/preview"):
        assert main(command.split()) == 0
    assert main(["verify", "again"]) == 0
