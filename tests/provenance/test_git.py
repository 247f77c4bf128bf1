"""git: what is asked of it, and what it answers where it knows nothing."""

import os
import shutil
from datetime import datetime, timedelta, timezone

import pytest

from interplay.provenance.git import Repository, Unknown, Why, repository_of
from tests.provenance.repositories import commit_files, git
from tests.provenance.small import SCRIPT, write

NAME = "dossier à part/ü 漢字.txt"
FILES = {
    "Snakefile": b"# rules\n",
    SCRIPT: b"x = 1\r\n",
    NAME: b"text\n",
    "image.png": b"\0\r\n",
    ".gitignore": b"/results\n",
}


@pytest.fixture
def repository(tmp_path):
    """A repository, in a path with a space."""
    folder = tmp_path / "a project"
    git(tmp_path, "init", "--quiet", folder)
    commit_files(folder, FILES)
    return folder


def found(folder):
    answer = repository_of(folder)
    assert isinstance(answer, Repository), answer
    return answer


def contents(folder, commit=None):
    """Return the files of a commit as the module reads them."""
    answer = found(folder)
    commit = answer.head if commit is None else answer.commit(commit)
    return answer.contents(commit)


def test_a_clean_repository(repository):
    answer = found(repository)
    assert answer.head.id == git(repository, "rev-parse", "HEAD")
    assert contents(repository) == FILES
    assert answer.is_clean()
    write(repository / "results/table.csv", "g\n")
    assert answer.is_clean()
    write(repository / "paper/results/table.csv", "g\n")
    assert answer.is_clean()


@pytest.mark.parametrize(
    "change",
    [
        lambda folder: (folder / SCRIPT).write_text("x = 2\n"),
        lambda folder: (folder / NAME).unlink(),
        lambda folder: (folder / "image.png").write_bytes(b"\0\n"),
        lambda folder: write(folder / "more.py", ""),
        lambda folder: (write(folder / "more.py", ""), git(folder, "add", "more.py")),
        lambda folder: (write(folder / "Snakefile", ""), git(folder, "add", ".")),
        lambda folder: (
            git(folder, "update-index", "--assume-unchanged", SCRIPT),
            write(folder / SCRIPT, "x = 2\n"),
        ),
        lambda folder: ((folder / NAME).unlink(), (folder / NAME).symlink_to("x")),
    ],
    ids=[
        "edited",
        "removed",
        "binary",
        "untracked",
        "added",
        "staged",
        "assumed",
        "link",
    ],
)
def test_a_change_is_seen(repository, change):
    change(repository)
    assert not found(repository).is_clean()


def test_the_day_of_a_commit_is_the_committers(repository, monkeypatch):
    monkeypatch.setenv("GIT_COMMITTER_DATE", "2026-11-25T23:30:00-0230")
    git(repository, "commit", "--quiet", "--amend", "-m", "committer a b <c> 1 +0000")
    commit = found(repository).head
    zone = timezone(-timedelta(hours=2, minutes=30))
    assert commit.time == datetime(2026, 11, 25, 23, 30, tzinfo=zone)
    assert commit.day == "2026-11-25"


@pytest.mark.parametrize("name", ["", "HEAD", "--help", "0" * 40, "0" * 64, "0" * 39])
def test_a_commit_that_is_not_there(repository, name):
    assert found(repository).commit(name) == Unknown(Why.NO_COMMIT)


# No answer


def test_no_git(repository, monkeypatch):
    monkeypatch.setenv("PATH", "")
    assert repository_of(repository) == Unknown(Why.NO_GIT)


def test_no_repository(tmp_path):
    assert repository_of(tmp_path) == Unknown(Why.NO_REPOSITORY)


def test_a_repository_without_a_commit(tmp_path):
    git(tmp_path, "init", "--quiet", ".")
    write(tmp_path / "Snakefile", "")
    git(tmp_path, "add", ".")
    assert repository_of(tmp_path) == Unknown(Why.NOT_OURS)


def test_another_repository_around_an_unpacked_zip(repository, tmp_path):
    around = tmp_path / "around"
    git(tmp_path, "init", "--quiet", around)
    commit_files(around, FILES)
    copy = around / "interplay-main"
    shutil.copytree(repository, copy, ignore=shutil.ignore_patterns(".git"))
    assert repository_of(copy) == Unknown(Why.NOT_OURS)
    git(around, "add", ".")
    git(around, "commit", "--quiet", "-m", "copy")
    assert found(copy).is_clean()
    assert contents(copy) == FILES


def test_a_repository_of_another_user(repository, monkeypatch):
    # What git's own tests set where they may not change the owner of a file.
    monkeypatch.setenv("GIT_TEST_ASSUME_DIFFERENT_OWNER", "1")
    answer = repository_of(repository)
    assert answer.why is Why.REFUSED
    assert answer.said.startswith("fatal: detected dubious ownership in repository at")


@pytest.mark.skipif(os.getuid() != 0, reason="expected to be root, who can change owners")
def test_a_folder_of_another_user(repository):
    for path in (repository, *repository.rglob("*")):
        os.chown(path, 12345, 12345)
    assert repository_of(repository).why is Why.REFUSED


def test_a_damaged_repository_is_refused_in_gits_words(repository):
    (repository / ".git").rename(repository / "other")
    (repository / ".git").write_text("gitdir: nowhere\n")
    answer = repository_of(repository)
    assert answer.why is Why.REFUSED
    assert answer.said.startswith("fatal: ")


# Ways to have a clone


def test_a_shallow_clone(repository, tmp_path):
    first = found(repository).head.id
    write(repository / SCRIPT, "x = 2\n")
    git(repository, "commit", "--quiet", "-am", "later")
    clone = tmp_path / "clone"
    git(tmp_path, "clone", "--quiet", "--depth", "1", f"file://{repository}", clone)
    assert found(clone).is_clean()
    assert found(clone).commit(first) == Unknown(Why.NO_COMMIT)


@pytest.mark.parametrize("kept", ["blob:none", "tree:0"])
@pytest.mark.parametrize("online", [True, False])
def test_a_partial_clone_fetches_nothing(repository, tmp_path, kept, online):
    first = found(repository).head.id
    git(repository, "config", "uploadpack.allowFilter", "true")
    write(repository / SCRIPT, "x = 2\n")
    git(repository, "commit", "--quiet", "-am", "later")
    clone = tmp_path / "clone"
    git(tmp_path, "clone", "--quiet", f"--filter={kept}", f"file://{repository}", clone)
    if not online:
        repository.rename(tmp_path / "gone")
    before = sorted(clone.rglob("*"))
    answer = found(clone)
    assert answer.is_clean()
    assert contents(clone) == FILES | {SCRIPT: b"x = 2\n"}
    commit = answer.commit(first)
    if kept == "blob:none":
        assert answer.changed(commit) == [SCRIPT]
        commit = answer.contents(commit)
        assert commit.said == "1 of 5 are missing"
    assert commit.why is Why.NO_OBJECTS
    assert sorted(clone.rglob("*")) == before


def test_a_worktree(repository, tmp_path):
    git(repository, "worktree", "add", "--quiet", tmp_path / "other")
    assert found(tmp_path / "other").is_clean()
    assert contents(tmp_path / "other") == FILES


def test_a_submodule_of_another_repository(repository, tmp_path):
    outer = tmp_path / "outer"
    git(tmp_path, "init", "--quiet", outer)
    allow = ("-c", "protocol.file.allow=always")
    git(outer, *allow, "submodule", "--quiet", "add", repository, "interplay")
    git(outer, "commit", "--quiet", "-m", "outer")
    inner = outer / "interplay"
    assert found(inner).head.id == found(repository).head.id
    assert found(inner).is_clean()
    assert contents(inner) == FILES
    # Nobody knows whether a submodule inside of the workflow is as in its own commit.
    write(outer / "Snakefile", "")
    git(outer, "add", ".")
    git(outer, "commit", "--quiet", "-m", "workflow")
    assert found(outer).changed(found(outer).head) == ["interplay"]


# What a clone or its user may set


@pytest.mark.parametrize("scope", ["--local", "--global"])
def test_line_ends_that_git_changes(repository, tmp_path, scope, monkeypatch):
    monkeypatch.setenv("GIT_CONFIG_GLOBAL", str(tmp_path / "gitconfig"))
    clone = tmp_path / "clone"
    git(repository, "config", "--global", "core.autocrlf", "true")
    git(tmp_path, "clone", "--quiet", repository, clone)
    git(clone, "config", scope, "core.autocrlf", "true")
    assert (clone / NAME).read_bytes() == b"text\r\n"
    for folder in (repository, clone):
        assert found(folder).is_clean()
        assert contents(folder) == FILES


def test_a_replaced_commit_is_not_followed(repository):
    first = found(repository).head.id
    write(repository / SCRIPT, "x = 2\n")
    git(repository, "commit", "--quiet", "-am", "later")
    git(repository, "replace", first, "HEAD")
    assert contents(repository, first) == FILES
    git(repository, "replace", "-d", first)
    blobs = [git(repository, "rev-parse", f"{name}:{SCRIPT}") for name in (first, "HEAD")]
    git(repository, "replace", *blobs)
    assert contents(repository, first) == FILES


def test_nothing_that_a_clone_brings_along_is_run(repository, tmp_path):
    ran = tmp_path / "ran"
    program = tmp_path / "program"
    program.write_text(f"#!/bin/sh\ntouch {ran}\ncat\n")
    program.chmod(0o755)
    attributes = "*.py filter=own diff=own ident export-ignore\n"
    write(
        repository / ".git/info/attributes",
        f"{attributes}*.txt working-tree-encoding=UTF-16\n",
    )
    for name in ("post-index-change", "post-checkout", "reference-transaction"):
        shutil.copy(program, repository / ".git/hooks" / name)
    for key in (
        "core.fsmonitor", "filter.own.smudge", "filter.own.clean", "diff.own.textconv",
        "diff.external", "gpg.program", "core.pager", "core.sshCommand",
        "core.alternateRefsCommand",
    ):  # fmt: skip
        git(repository, "config", key, str(program))
    git(repository, "config", "log.showSignature", "true")
    os.utime(repository / SCRIPT, (1, 1))
    answer = found(repository)
    assert contents(repository) == FILES
    assert answer.is_clean()
    assert answer.changed(answer.head) == []
    assert not ran.exists()
    # The same settings do run for git itself.
    git(repository, "status")
    assert ran.exists()


@pytest.mark.parametrize(
    "variable",
    [
        "GIT_DIR",
        "GIT_WORK_TREE",
        "GIT_INDEX_FILE",
        "GIT_OBJECT_DIRECTORY",
        "GIT_COMMON_DIR",
    ],
)
def test_the_environment_does_not_mislead(repository, tmp_path, monkeypatch, variable):
    other = tmp_path / "other"
    git(tmp_path, "init", "--quiet", other)
    monkeypatch.setenv(variable, str(other / ".git"))
    assert found(repository).is_clean()
    assert contents(repository) == FILES
    assert repository_of(tmp_path) == Unknown(Why.NO_REPOSITORY)


def test_another_format_of_objects(tmp_path):
    git(tmp_path, "init", "--quiet", "--object-format=sha256", ".")
    commit_files(tmp_path, FILES)
    assert len(found(tmp_path).head.id) == 64
    assert found(tmp_path).is_clean()
    assert contents(tmp_path) == FILES
