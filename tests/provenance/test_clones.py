"""The archive in clones of every kind: what git cannot give is said, not called altered."""

import shutil
import tarfile
from pathlib import Path

import pytest

from interplay.__main__ import main
from interplay.provenance.sources import SOURCES, read_sources, write_sources
from interplay.provenance.verify import verify
from tests.provenance.repositories import git
from tests.provenance.small import (
    ARCHIVE,
    SCRIPT,
    SOURCE,
    drop_a_row,
    jobs,
    resealed,
    sealed,
    write,
)


def shallow(repository, clone, _):
    git(clone.parent, "clone", "--quiet", "--depth", "1", f"file://{repository}", clone)
    return "this clone does not contain the commit"


def partial(repository, clone, _):
    git(repository, "config", "uploadpack.allowFilter", "true")
    options = ("--quiet", "--filter=blob:none", f"file://{repository}")
    git(clone.parent, "clone", *options, clone)
    repository.rename(clone.parent / "gone")
    return "this clone does not contain all objects of the commit: 1 of 10 are missing"


def unpacked(repository, clone, _):
    shutil.copytree(repository, clone, ignore=shutil.ignore_patterns(".git"))
    return "the workflow is in no git repository"


def unpacked_in_another_repository(repository, clone, _):
    git(clone.parent, "init", "--quiet", ".")
    unpacked(repository, clone, None)
    return "the git repository around the workflow does not track its Snakefile"


def unpacked_without_git(repository, clone, monkeypatch):
    unpacked(repository, clone, None)
    monkeypatch.setenv("PATH", "")
    return "there is no git on this machine"


def of_another_owner(repository, clone, monkeypatch):
    git(clone.parent, "clone", "--quiet", repository, clone)
    monkeypatch.setenv("GIT_TEST_ASSUME_DIFFERENT_OWNER", "1")
    return "git refuses to read the repository: fatal: detected dubious ownership"


WAYS = [
    shallow,
    partial,
    unpacked,
    unpacked_in_another_repository,
    unpacked_without_git,
    of_another_owner,
]


@pytest.mark.parametrize("way", WAYS)
def test_an_archive_carries_its_sources(repository, tmp_path, monkeypatch, capsys, way):
    for path in (SCRIPT, "config.yaml", "Snakefile", SOURCE, "envs/requirements.txt"):
        write(repository / path, "g: [2]\n")
    git(repository, "commit", "--quiet", "-am", "later")
    clone = tmp_path / "clone"
    why = way(repository, clone, monkeypatch)
    monkeypatch.chdir(clone)
    capsys.readouterr()
    assert main(["verify", ARCHIVE]) == 0
    said = capsys.readouterr().out
    assert f"{ARCHIVE}: every file is as its receipt says" in said
    if way is not partial:
        assert f"code: compared with {ARCHIVE}/{SOURCES}; commit " in said
        assert why in said
    changed = read_sources(clone / ARCHIVE / SOURCES)
    (commit,) = changed
    changed[commit][SCRIPT] = b"from library.part import f\n\nf(2)\n"
    write_sources(changed, clone / ARCHIVE / SOURCES)
    resealed(clone / ARCHIVE)
    assert main(["verify", ARCHIVE]) == 1
    line = f"{SCRIPT}: altered: changed since {ARCHIVE}/part.csv was made"
    assert line in capsys.readouterr().err


def test_carried_sources_are_compared_with_git(repository):
    file = repository / ARCHIVE / SOURCES
    contents = read_sources(file)
    ((commit, files),) = contents.items()
    assert {SCRIPT, SOURCE, "Snakefile", "config.yaml"} < set(files)
    before = file.read_bytes()
    write_sources(contents, file)
    assert file.read_bytes() == before
    said = f"{ARCHIVE}/{SOURCES}: "
    for path, line in (
        ("config.yaml", f"altered: config.yaml is not as in commit {commit[:12]}"),
        ("README.md", "not explained: no receipt names README.md of it"),
    ):
        write_sources({commit: files | {path: b"text"}}, file)
        resealed(repository / ARCHIVE)
        assert verify(Path(ARCHIVE), repository).problems == [said + line]
    for data in (before[:-20], before + b"more", b""):
        file.write_bytes(data)
        resealed(repository / ARCHIVE)
        (problem,) = verify(Path(ARCHIVE), repository).problems
        line = "altered: expected the sources of a run, found damage"
        assert problem.startswith(f"{said}{line}")
    with tarfile.open(file, "w:xz") as tar:
        tar.addfile(tarfile.TarInfo(f"{commit}/../outside"))
    resealed(repository / ARCHIVE)
    (problem,) = verify(Path(ARCHIVE), repository).problems
    assert problem.endswith(f"expected files of commits, found {commit}/../outside")


def test_sources_have_no_archived_runs(repository):
    write(repository / "paper/field/receipts.jsonl", "of another run")
    write(repository / "paper/field/tables/part.csv", "of another run")
    write(repository / "paper/paper.typ", "text")
    git(repository, "add", "paper/field", "paper/paper.typ")
    git(repository, "commit", "--quiet", "-m", "another run")
    sealed(repository, jobs(repository))
    assert main(["archive", ARCHIVE, "--results", "results"]) == 0
    (files,) = read_sources(repository / ARCHIVE / SOURCES).values()
    inside = {path for path in files if path.startswith("paper/")}
    assert inside == {"paper/paper.typ", SOURCE}


@pytest.mark.parametrize("way", WAYS)
def test_a_clone_without_the_commit_says_so(
    repository, tmp_path, monkeypatch, capsys, way
):
    (repository / ARCHIVE / SOURCES).unlink()
    resealed(repository / ARCHIVE)
    write(repository / "workflow/rules/part.smk", "rule later:\n")
    git(repository, "commit", "--quiet", "-am", "later")
    clone = tmp_path / "clone"
    why = way(repository, clone, monkeypatch)
    monkeypatch.chdir(clone)
    capsys.readouterr()
    assert main(["verify", ARCHIVE]) == 3
    said = capsys.readouterr()
    (line,) = said.err.splitlines()
    assert line.startswith("workflow/rules/part.smk: cannot be checked: commit ")
    assert why in line
    assert "code: compared with the files that are here; commit " in said.out
    assert "every file is as its receipt says" not in said.out
    # A file with the right hash is the run's, wherever it comes from; and an output is none
    # of git's.
    write(clone / "workflow/rules/part.smk", "# a rule, with another comment\n")
    assert main(["verify", ARCHIVE]) == 0
    drop_a_row(clone / ARCHIVE / "tables/table.csv")
    assert main(["verify", ARCHIVE]) == 1


def test_line_ends_that_git_changes_alter_nothing(repository, tmp_path, monkeypatch):
    """Sources are read from git's objects, and .gitattributes keeps the archive's bytes."""
    write(repository / ".gitattributes", "* -text\n")
    git(repository, "add", ".")
    git(repository, "commit", "--quiet", "-m", "attributes")
    (tmp_path / "gitconfig").write_text("[core]\n\tautocrlf = true\n")
    monkeypatch.setenv("GIT_CONFIG_GLOBAL", str(tmp_path / "gitconfig"))
    assert verify(Path(ARCHIVE), repository).problems == []
    git(tmp_path, "clone", "--quiet", repository, "clone")
    monkeypatch.chdir(tmp_path / "clone")
    assert main(["verify"]) == 0
