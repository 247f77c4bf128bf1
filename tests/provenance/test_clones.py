"""The archive in clones of every kind: what git cannot give is said, not called altered."""

import shutil
from pathlib import Path

import pytest

from interplay.__main__ import main
from interplay.provenance.verify import verify
from tests.provenance.repositories import git
from tests.provenance.small import ARCHIVE, drop_a_row, write


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


@pytest.mark.parametrize(
    "way",
    [
        shallow,
        partial,
        unpacked,
        unpacked_in_another_repository,
        unpacked_without_git,
        of_another_owner,
    ],
)
def test_a_clone_without_the_commit_says_so(
    repository, tmp_path, monkeypatch, capsys, way
):
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
