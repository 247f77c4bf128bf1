"""The archive of a run: of a small project in a fresh clone, and the full run's."""

import json
import re
import shutil
import subprocess
from pathlib import Path

import pandas as pd
import pytest

from interplay.__main__ import main
from interplay.nonlinear.finding import load
from interplay.nonlinear.settled import settled
from interplay.provenance.archive import ARCHIVED
from interplay.provenance.place import MACHINES
from interplay.provenance.receipts import NAME
from interplay.provenance.verify import verify
from interplay.storage.hashes import file_hash
from tests.provenance.small import (
    PART,
    SCRIPT,
    SOURCE,
    add_a_line,
    drop_a_row,
    job,
    jobs,
    sealed,
    write,
    write_results,
    write_sources,
)

FULL = Path(__file__).parents[2] / "paper" / "results"
FIGURES = [f"fig{i}.{suffix}" for i in range(1, 6) for suffix in ("pdf", "png")]
ARCHIVE = "paper/results"


def git(folder, *arguments):
    author = ["-c", "user.name=author", "-c", "user.email=author@example.org"]
    subprocess.run(
        ["git", *author, "-C", folder, *arguments], check=True, capture_output=True
    )


@pytest.fixture
def repository(tmp_path, monkeypatch):
    """A small project under git, whose archived run is committed."""
    root = tmp_path / "repository"
    write_sources(root)
    write(root / ".gitignore", "/results\n")
    git(tmp_path, "init", "--quiet", str(root))
    git(root, "add", ".")
    git(root, "commit", "--quiet", "-m", "workflow")
    write_results(root)
    write(root / "results/benchmarks/measure.tsv", "s\tmax_rss\tcpu_time\n1\t2\t3\n")
    sealed(root, jobs(root))
    monkeypatch.chdir(root)
    assert main(["archive", ARCHIVE, "--results", "results"]) == 0
    git(root, "add", ".")
    git(root, "commit", "--quiet", "-m", "results")
    return root


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
        (f"{ARCHIVE}/{NAME}", drop_a_row, f"{ARCHIVE}/{NAME}: altered"),
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


def test_kept_networks_are_in_the_archive_and_checked(repository):
    kept = "networks/mante.safetensors"
    write(repository / "results" / kept, "factors")
    made = job(repository, "keep_networks", [PART], [f"results/{kept}"], 5.0)
    sealed(repository, [*jobs(repository), made], earlier=[])
    assert main(["archive", ARCHIVE, "--results", "results"]) == 0
    assert verify(Path(ARCHIVE), repository).problems == []
    write(repository / ARCHIVE / kept, "other factors")
    (problem,) = verify(Path(ARCHIVE), repository).problems
    assert problem.startswith(f"{ARCHIVE}/{kept}: altered")
    (repository / ARCHIVE / kept).unlink()
    (problem,) = verify(Path(ARCHIVE), repository).problems
    assert problem.startswith(f"{ARCHIVE}/{kept}: missing")


def test_code_that_is_not_the_commits_is_found(repository):
    """The run used a script with uncommitted changes."""
    add_a_line(repository / SCRIPT)
    sealed(repository, jobs(repository), earlier=[])
    assert main(["archive", ARCHIVE, "--results", "results"]) == 0
    (problem, *_) = verify(Path(ARCHIVE), repository).problems
    assert problem == f"{SCRIPT}: altered since results/part.csv was made"


def test_a_clone_without_the_commit_says_so(repository, tmp_path, monkeypatch, capsys):
    add_a_line(repository / "LICENSE") if (repository / "LICENSE").exists() else None
    source = f"file://{repository}"
    git(tmp_path, "clone", "--quiet", "--depth", "1", source, "shallow")
    monkeypatch.chdir(tmp_path / "shallow")
    capsys.readouterr()
    assert main(["verify"]) == 0
    assert "is not in this clone" in capsys.readouterr().out


def test_an_archive_without_git_is_compared_with_the_files(repository, capsys):
    shutil.rmtree(repository / ".git")
    capsys.readouterr()
    assert main(["verify", ARCHIVE]) == 0
    assert "compared with the files that are here" in capsys.readouterr().out


def test_an_archive_of_an_older_format_is_one_line(clone, capsys):
    path = clone / ARCHIVE / NAME
    path.write_text('{"id": "0", "rule": "measure", "outputs": {}}\n')
    assert main(["verify"]) == 1
    said = capsys.readouterr()
    assert said.err.count("\n") == 1
    assert said.err.startswith(f"{ARCHIVE}/{NAME}: older format")


@pytest.mark.slow
def test_the_archive_of_a_run(reproduction, tmp_path, monkeypatch, capsys):
    monkeypatch.chdir(reproduction.folder)
    folder = tmp_path / "archive"
    for _ in range(2):
        assert main(["archive", str(folder), "--results", "results/preview"]) == 0
    assert {path.name for path in (folder / "figures").iterdir()} >= set(FIGURES)
    assert (folder / "site/index.html").is_file()
    assert load("mante", g=0.9, seed=0, results=folder).rank is not None
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


@pytest.mark.parametrize("folder", [".", "results"])
def test_another_folder_is_not_replaced(project, monkeypatch, capsys, folder):
    monkeypatch.chdir(project)
    before = sorted(project.rglob("*"))
    assert main(["archive", folder, "--results", "results"]) == 1
    assert "or one by `interplay archive`" in capsys.readouterr().err
    assert sorted(project.rglob("*")) == before


def test_an_earlier_folder_stays_if_the_new_one_cannot_be_made(
    project, tmp_path, monkeypatch, capsys
):
    monkeypatch.chdir(project)
    (project / "workflow/rules").mkdir(exist_ok=True)
    (tmp_path / "archive").mkdir()
    (tmp_path / "archive" / MACHINES).write_text("[]")
    assert main(["archive", str(tmp_path / "archive"), "--results", "results"]) == 1
    assert "expected benchmark files" in capsys.readouterr().err
    assert [path.name for path in tmp_path.rglob("*")] == ["archive", MACHINES]


# The archived full run


def altered(folder):
    """Return the archived files that are not as the receipts say, of any format."""
    lines = (folder / NAME).read_text().splitlines()
    receipts = [line for line in map(json.loads, lines) if "outputs" in line]
    hashes = {path: h for each in receipts for path, h in each["outputs"].items()}
    (results,) = {str(Path(p).parents[1]) for p in hashes if p.endswith("/fig1.pdf")}
    files = [path for pattern in ARCHIVED for path in folder.glob(pattern)]
    found = {path.relative_to(folder).as_posix(): file_hash(path) for path in files}
    wrong = [path for path, h in found.items() if hashes[f"{results}/{path}"] != h]
    if {each["lock"] for each in receipts} != {file_hash(folder / "requirements.txt")}:
        wrong.append("requirements.txt")
    return wrong


def test_the_full_run_is_as_its_receipts_say():
    assert altered(FULL) == []
    assert {path.name for path in (FULL / "figures").iterdir()} >= set(FIGURES)


def test_the_full_run_shows_what_the_paper_is_about():
    networks = pd.read_csv(FULL / "tables/nonlinear.csv")
    assert len(networks) == 185
    text = networks[networks.hold != "last_pulse"]
    ranks = text[text.g == 0].groupby("task").functional_rank.median()
    assert ranks["flipflop"] == 2
    assert ranks.between(2, 8).all()
    epochs = text.groupby(["task", "g"]).convergence_epoch.mean()
    for task in ("flipflop", "mante", "romo"):
        assert epochs[task, 0.9] < epochs[task, 0.0]
    linear = pd.read_csv(FULL / "tables/linear.csv")
    assert len(linear) == 150
    norms = linear.groupby("g").norm_dW.mean()
    assert norms[0.9] < norms[0.6] < norms[0.0]


def test_the_readme_counts_the_verdicts_of_the_full_run():
    verdicts = pd.read_csv(FULL / "tables/claims.csv").verdict.value_counts()
    readme = (FULL.parents[1] / "README.md").read_text()
    counts = [verdicts[name] for name in ("holds", "holds partly", "fails", "not tested")]
    (row,) = re.findall(r"^\| (\d+), with every parameter.*$", readme, re.M)
    assert int(row) == verdicts.sum()
    cells = " | ".join(map(str, counts))
    assert f"as the paper states it | {cells} |" in readme


def test_the_findings_compare_with_the_published_values_as_the_full_run_does():
    networks = pd.read_csv(FULL / "tables/nonlinear.csv")
    networks = networks[settled(networks) & (networks.hold != "per_channel")]
    published = pd.read_csv(FULL.parent / "published.csv").fillna({"bound": ""})
    published = published[published.bound == ""]
    text = (FULL.parents[1] / "docs/findings.md").read_text()
    findings = " ".join(text.split())

    def medians(quantity):
        for task in ("flipflop", "mante", "romo"):
            ours = networks[networks.task == task].groupby("g")[quantity].mean()
            theirs = published.query("task == @task and quantity == @quantity")
            ratios = ours / theirs.set_index("g").value.astype(float)
            yield f"{ratios.median():.2f}"

    epochs, norms = (medians(name) for name in ("convergence_epoch", "norm_dW"))
    assert "convergence takes {}, {} and {} of the published".format(*epochs) in findings
    assert "norms are {}, {} and {} times the published".format(*norms) in findings
    (lstm,) = pd.read_csv(FULL / "tables/sentiment.csv").itertuples()
    ranks = f"rank {lstm.sufficient_rank_dW} of `dW`, or {lstm.sufficient_rank_W} of `W`"
    assert ranks in findings
