"""The archive of a run: of a small project in a fresh clone, and the full run's."""

import json
import shutil
from dataclasses import replace
from pathlib import Path
from unittest.mock import ANY

import pandas as pd
import pytest

from interplay import load
from interplay.__main__ import main
from interplay.provenance.machines import MACHINES
from interplay.provenance.receipts import RECEIPTS, Chain
from interplay.provenance.verify import Verification, verify
from tests.provenance.repositories import git
from tests.provenance.small import (
    ARCHIVE,
    PART,
    SCRIPT,
    SOURCE,
    Job,
    add_a_line,
    drop_a_row,
    jobs,
    sealed,
    write,
)

FULL = Path(__file__).parents[2] / "paper" / "results"
FIGURES = {f"fig{i}.svg" for i in range(1, 6)} | {"fig2.png"}


@pytest.fixture
def clone(repository, tmp_path, monkeypatch, capsys):
    """A fresh clone of the repository, which has no results of its own."""
    git(tmp_path, "clone", "--quiet", str(repository), "clone")
    monkeypatch.chdir(tmp_path / "clone")
    capsys.readouterr()
    return tmp_path / "clone"


def test_the_archive_is_verified_in_a_fresh_clone(clone, capsys):
    assert main(["verify"]) == 0
    said = capsys.readouterr().out
    assert f"{ARCHIVE}: every file is as its receipt says" in said
    assert "0 files of the working tree changed since" in said
    assert "not in this folder: 1 files, known by their hash" in said
    assert not (clone / ARCHIVE / "part.csv").exists()


def test_later_commits_do_not_matter_and_are_counted(clone, capsys):
    for path in (SCRIPT, "config.yaml", "Snakefile", SOURCE, "envs/requirements.txt"):
        write(clone / path, "g: [2]\n")
    git(clone, "commit", "--quiet", "-am", "later")
    write(clone / "README.md", "unrelated")
    assert main(["verify"]) == 0
    assert "5 files of the working tree changed since" in capsys.readouterr().out


def test_another_archived_run_is_no_change_of_the_working_tree(clone, capsys):
    for file in ("receipts.jsonl", "tables/table.csv"):
        write(clone / "paper/earlier" / file, "g\n")
    git(clone, "add", "paper/earlier")
    assert main(["verify"]) == 0
    line = "0 files of the working tree changed since, besides archived runs"
    assert line in capsys.readouterr().out


@pytest.mark.parametrize(
    ("path", "change", "line"),
    [
        (
            f"{ARCHIVE}/tables/table.csv",
            drop_a_row,
            f"{ARCHIVE}/tables/table.csv: altered",
        ),
        (
            f"{ARCHIVE}/tables/table.csv",
            Path.unlink,
            f"{ARCHIVE}/tables/table.csv: missing",
        ),
        (f"{ARCHIVE}/{RECEIPTS}", drop_a_row, f"{ARCHIVE}/{RECEIPTS}: altered"),
        (
            f"{ARCHIVE}/configuration.json",
            Path.unlink,
            f"{ARCHIVE}/configuration.json: missing",
        ),
        (
            f"{ARCHIVE}/stray.csv",
            lambda p: write(p, ""),
            f"{ARCHIVE}/stray.csv: not expl",
        ),
    ],
)
def test_an_altered_archive_is_found(clone, path, change, line):
    change(clone / path)
    assert verify(Path(ARCHIVE), clone).problems[0].startswith(line)


def test_archived_networks_are_in_the_archive_and_checked(repository):
    kept = "networks/mante.safetensors"
    write(repository / "results" / kept, "factors")
    made = Job("archive_networks", [PART], [f"results/{kept}"], started=5.0)
    sealed(repository, [*jobs(repository), made], earlier=[])
    assert main(["archive", ARCHIVE, "--results", "results"]) == 0
    assert verify(Path(ARCHIVE), repository).problems == []
    write(repository / ARCHIVE / kept, "other factors")
    (problem,) = verify(Path(ARCHIVE), repository).problems
    assert problem.startswith(f"{ARCHIVE}/{kept}: altered")
    (repository / ARCHIVE / kept).unlink()
    (problem,) = verify(Path(ARCHIVE), repository).problems
    assert problem.startswith(f"{ARCHIVE}/{kept}: missing")


def test_csv_files_of_trainings_are_kept_until_a_table_is_gathered_from_them(repository):
    folder = "sentiment/lstm/seed0"
    names = ("curves.csv", "loss.parquet", "network.safetensors", "record.json")
    outputs = [f"results/{folder}/{name}" for name in names]
    for path in outputs:
        write(repository / path, "{}")
    made = Job("train_lstm", [PART], outputs, started=5.0)
    sealed(repository, [*jobs(repository), made], earlier=[])
    assert main(["archive", ARCHIVE, "--results", "results"]) == 0
    kept = [path.name for path in (repository / ARCHIVE / folder).iterdir()]
    assert kept == ["curves.csv"]


def test_a_figure_that_an_archive_leaves_out_is_checked_if_it_is_there(repository):
    outputs = [f"results/figures/fig3.{suffix}" for suffix in ("pdf", "png", "svg")]
    for path in outputs:
        write(repository / path, "drawn")
    sealed(repository, [*jobs(repository), Job("fig3", [PART], outputs, started=5.0)])
    assert main(["archive", ARCHIVE, "--results", "results"]) == 0
    archived = repository / ARCHIVE / "figures"
    assert [path.name for path in archived.iterdir()] == ["fig3.svg"]
    for name in ("fig3.svg", "fig3.pdf"):
        write(archived / name, "altered")
    problems = verify(Path(ARCHIVE), repository).problems
    assert [problem.partition(": ")[0] for problem in problems] == [
        f"{ARCHIVE}/figures/fig3.pdf",
        f"{ARCHIVE}/figures/fig3.svg",
    ]


@pytest.mark.parametrize("is_said", [True, False])
def test_code_that_is_not_the_commits_is_found(repository, is_said):
    """The run used a script with uncommitted changes; its receipts may hide that."""
    add_a_line(repository / SCRIPT)
    git_state = {"commit": git(repository, "rev-parse", "HEAD"), "clean": True}
    hidden = {} if is_said else {"git": git_state}
    these = [replace(one, changes=hidden) for one in jobs(repository)]
    sealed(repository, these, earlier=[])
    assert main(["archive", ARCHIVE, "--results", "results"]) == (0 if is_said else 1)
    if not is_said:
        (problem, _) = verify(Path("results"), repository).problems
        assert (
            f"{SCRIPT}, with which results/part.csv was made, is not that of" in problem
        )
        return
    found = verify(Path(ARCHIVE), repository)
    assert (found.status, found.problems) == (3, [])
    assert found.unchecked == [
        f"{SCRIPT}: cannot be checked: the job ran with uncommitted changes, which no "
        "commit contains"
    ]


def test_an_archive_of_an_unknown_format_is_one_line(clone, capsys):
    path = clone / ARCHIVE / RECEIPTS
    path.write_text('{"id": "0", "rule": "measure", "outputs": {}}\n')
    assert main(["verify"]) == 3
    said = capsys.readouterr()
    assert said.err.count("\n") == 1
    assert said.out == ""
    line = (
        f"{ARCHIVE}/{RECEIPTS}: cannot be checked: expected receipts of format 2, found"
    )
    assert said.err.startswith(line)


@pytest.mark.slow
def test_the_archive_of_a_run(reproduction, tmp_path, monkeypatch, capsys):
    monkeypatch.chdir(reproduction.folder)
    folder = tmp_path / "archive"
    for _ in range(2):
        assert main(["archive", str(folder), "--results", "results/preview"]) == 0
    figures = {path.name for path in (folder / "figures").iterdir()}
    assert figures >= FIGURES
    assert {name for name in figures if not name.endswith(".svg")} == {"fig2.png"}
    assert (folder / "nonlinear/romo/overview.svg").is_file()
    kept = pd.read_csv(folder / "networks/mante.csv").set_index(["g", "seed"])
    whole = pd.isna(kept.functional_rank[0.9, 0])
    assert (load("mante", g=0.9, seed=0, results=folder).rank is None) == whole
    machines = json.loads((folder / MACHINES).read_text())
    trained = len(list(reproduction.results.rglob("record.json")))
    assert sum(machine["jobs"] for machine in machines) == trained
    table = pd.read_csv(folder / "costs.csv").set_index(["stage", "step"])
    networks = len(list((reproduction.results / "nonlinear").rglob("record.json")))
    assert table.loc[("nonlinear", "train"), "jobs"] == networks
    assert (table.wall_seconds > 0).all()
    assert verify(folder, reproduction.folder).problems == []
    assert main(["explain", "fig1d", "--results", str(folder)]) == 0

    (folder / "tables" / "claims.csv").write_text("id\n")
    (problem,) = verify(folder, reproduction.folder).problems
    assert "tables/claims.csv: altered" in problem

    assert list(folder.glob("nonlinear/*/*.csv"))
    assert main(["archive", "--small", str(folder), "--results", "results/preview"]) == 0
    assert {file.name for file in folder.glob("nonlinear/*/*")} == {"overview.svg"}
    assert verify(folder, reproduction.folder).problems == []


@pytest.mark.parametrize("folder", [".", "results"])
def test_another_folder_is_not_replaced(project, tmp_path, monkeypatch, capsys, folder):
    project = shutil.copytree(project, tmp_path / "project")
    monkeypatch.chdir(project)
    # A file that archives have does not make an archive of a live folder.
    (project / "results" / MACHINES).write_text("[]")
    before = sorted(project.rglob("*"))
    assert main(["archive", folder, "--results", "results"]) == 1
    assert "or one by `interplay archive`" in capsys.readouterr().err
    assert sorted(project.rglob("*")) == before


def test_an_earlier_folder_stays_if_the_new_one_cannot_be_made(
    project, tmp_path, monkeypatch, capsys
):
    monkeypatch.chdir(project)
    (project / "workflow/rules").mkdir(exist_ok=True)
    folder = tmp_path / "archive"
    folder.mkdir()
    chain = Chain.read(project / "results" / RECEIPTS)
    Chain([], replace(chain.seal, archived={"costs.csv": ""})).write(folder / RECEIPTS)
    assert main(["archive", str(folder), "--results", "results"]) == 1
    assert "expected benchmark files" in capsys.readouterr().err
    assert [path.name for path in tmp_path.rglob("*")] == ["archive", RECEIPTS]


# The archived full run


@pytest.mark.parametrize("git", [True, False])
def test_the_full_run_is_as_its_receipts_say(monkeypatch, git):
    monkeypatch.chdir(FULL.parents[1])
    if not git:
        monkeypatch.setenv("PATH", "")
    assert verify(Path(ARCHIVE), FULL.parents[1]) == Verification([], ANY, ANY)
    assert {path.name for path in (FULL / "figures").iterdir()} >= FIGURES


def test_the_full_run_shows_what_the_paper_is_about():
    networks = pd.read_csv(FULL / "tables/nonlinear.csv")
    main = networks[networks.experiment.isin(("flipflop", "mante", "romo"))]
    assert main.groupby("experiment").size().to_dict() == {
        "flipflop": 40, "mante": 50, "romo": 55,
    }  # fmt: skip
    ranks = main[main.g == 0].groupby("task").functional_rank.median()
    assert ranks["flipflop"] == 2
    assert ranks.between(2, 8).all()
    epochs = main.groupby(["task", "g"]).convergence_epoch.mean()
    for task in ("flipflop", "mante", "romo"):
        assert epochs[task, 0.9] < epochs[task, 0.0]
    linear = pd.read_csv(FULL / "tables/linear.csv")
    norms = linear.groupby("g").norm_dW.mean()
    assert norms[0.9] < norms[0.6] < norms[0.0]
