"""What `interplay verify` prints, and its exit status."""

import os
import shutil
import subprocess
import sys
from dataclasses import replace
from pathlib import Path

import pytest

from interplay.__main__ import main
from interplay.provenance.notes import locked_versions
from interplay.provenance.receipts import RECEIPTS, Chain
from interplay.provenance.verify import verify
from interplay.storage.text import printable
from tests.provenance.small import (
    ARCHIVE,
    PART,
    SOURCE,
    TABLE,
    drop_a_row,
    flip_a_byte,
    jobs,
    rewritten,
    sealed,
    write,
)

ROOT = Path(__file__).parents[2]


@pytest.fixture
def here(small, monkeypatch):
    """The small project, as the current folder."""
    monkeypatch.chdir(small)
    return small


def status_of(*words):
    """Return the exit status of `interplay verify`, also after wrong usage."""
    try:
        return main(["verify", *words])
    except SystemExit as end:
        return end.code


@pytest.mark.parametrize("words", [[], ["results"], ["--results", "results"]])
def test_whole_results(here, capsys, words):
    assert status_of(*words) == 0
    said = capsys.readouterr()
    assert said.err == ""
    digest = Chain.read(here / "results" / RECEIPTS).digest
    first, *_, last = said.out.splitlines()
    assert first == "results: every file is as its receipt says"
    assert last == f"  digest: {digest}, compare it with a published one"


def test_problems_by_kind(here, capsys):
    flip_a_byte(here / PART)
    drop_a_row(here / TABLE)
    for name in ("a.csv", "b.csv"):
        write(here / "results" / name, "")
    (here / SOURCE).unlink()
    assert status_of() == 1
    counts = "results: 2 altered, 1 missing, 2 not explained"
    first = capsys.readouterr().err.splitlines()
    assert first[0].startswith(f"{PART}: altered: expected sha256")
    assert first[1:] == [
        f"{SOURCE}: missing: {PART} needs it",
        "results/a.csv: not explained: no receipt names it",
        f"{counts}; with --all, each is printed",
    ]
    assert status_of("--all") == 1
    everything = capsys.readouterr().err.splitlines()
    assert [line.split(": ")[0] for line in everything[:-1]] == [
        PART, TABLE, SOURCE, "results/a.csv", "results/b.csv",
    ]  # fmt: skip
    assert everything[-1] == counts


def test_a_digest_is_as_given_or_not(here, capsys):
    digest = Chain.read(here / "results" / RECEIPTS).digest
    for given in (digest, f"sha256:{digest}", digest.upper()):
        assert status_of("results", "--digest", given) == 0
        assert capsys.readouterr().out.endswith("  digest: as given\n")
    assert status_of("results", "--digest", "0" * 64) == 1
    said = capsys.readouterr()
    assert "altered: expected the digest 0000" in said.err
    assert said.out.endswith(f"  digest: {digest}, not the given one\n")


@pytest.mark.parametrize(
    "words",
    [
        ["--digest", ""],
        ["--digest", "sha256:"],
        ["--digest", "0" * 63],
        ["--digest", "0" * 65],
        ["--digest", "0" * 63 + "g"],
        ["--digest", "sha256:sha256:" + "0" * 64],
        ["results", "results", "--digest", "0" * 64],
        ["nowhere"],
        ["config.yaml"],
        ["--unknown"],
    ],
)
def test_wrong_usage(here, capsys, words):
    assert status_of(*words) == 2
    assert "expected" in capsys.readouterr().err or words == ["--unknown"]


def test_help_names_the_statuses(capsys):
    assert status_of("--help") == 0
    said = " ".join(capsys.readouterr().out.split())
    assert "Exit status: 0 if every file is as its receipt says; 1 if" in said


def test_nothing_to_check_is_wrong_usage(tmp_path, monkeypatch, capsys):
    monkeypatch.chdir(tmp_path)
    assert status_of() == 2
    assert capsys.readouterr().err.startswith("interplay: results: expected receipts")


def test_results_without_receipts_are_not_passed_over(here, capsys):
    """A first run was stopped before a job ended: the archive is not the answer."""
    shutil.copytree(here / "results", here / ARCHIVE)
    shutil.rmtree(here / "results")
    assert status_of() == 0
    assert capsys.readouterr().out.startswith(f"{ARCHIVE}: every file")
    write(here / "results/logs/workflow/run.json", "{}")
    for words in ([], ["results"]):
        assert status_of(*words) == 3
        said = capsys.readouterr()
        assert said.out == ""
        assert said.err.startswith(
            ("interplay: results: exp", "results/receipts.jsonl: can")
        )
        assert "found no" in said.err


def test_receipts_whose_line_ends_git_changed(here, capsys):
    path = here / "results" / RECEIPTS
    path.write_bytes(path.read_bytes().replace(b"\n", b"\r\n"))
    assert status_of() == 3
    (line,) = capsys.readouterr().err.splitlines()
    assert line.startswith(f"results/{RECEIPTS}: cannot be checked: its line ends were")
    path.write_bytes(path.read_bytes().replace(b"\r\n", b"\n", 1))
    assert status_of() == 1


def test_results_without_their_workflow_cannot_be_checked(here, tmp_path_factory):
    folder = tmp_path_factory.mktemp("other") / "results"
    shutil.copytree(here / "results", folder)
    answer = verify(folder, folder.parent)
    assert (answer.status, answer.problems) == (3, [])
    assert "expected the workflow" in answer.unchecked[0]


def test_damaged_fields_are_one_line(here, capsys):
    path = here / "results" / RECEIPTS
    whole = path.read_text()
    for one, other in (
        ('"inputs": {', '"inputs": [], "other": {'),
        ('"parents": []', '"parents": null'),
        ('"git": {"commit"', '"git": {"other"'),
        ('"leaves": [', '"leaves": "", "other": ['),
    ):
        assert one in whole
        path.write_text(whole.replace(one, other))
        assert status_of() == 1
        assert ": altered: line " in capsys.readouterr().err


NAMES = ["\x1b[2J", "a\nb", "\u202egnp", "caf\xe9"]


def test_names_are_shown_without_what_a_terminal_obeys(here, capsys):
    for name in NAMES:
        write(here / "results" / f"{name}.csv", "")
    write(here / "results" / os.fsdecode(b"\xff"), "")
    assert status_of("--all") == 1
    said = capsys.readouterr().err
    assert said.count("\n") == len(NAMES) + 2
    assert all(line.isprintable() for line in said.splitlines())
    for shown in (r"\x1b[2J.csv", r"a\nb.csv", r"\u202egnp.csv", "café.csv", r"\udcff"):
        assert f"results/{shown}: not explained" in said


def test_printable_text_stays_as_it_is():
    assert printable("ΔW, 3 × 10⁻³ “é”") == "ΔW, 3 × 10⁻³ “é”"


def interplay(folder, *words, read=True, **environment):
    """Run the command; return its status, whether its output is read or not."""
    path = {"PYTHONPATH": str(ROOT / "workflow/scripts")}
    reader, writer = os.pipe()
    if not read:
        os.close(reader)
    process = subprocess.Popen(
        [sys.executable, "-m", "interplay", *words],
        cwd=folder, stdout=writer, stderr=writer, env={**os.environ, **path, **environment},
    )  # fmt: skip
    os.close(writer)
    said = b""
    if read:
        with open(reader, "rb") as output:
            said = output.read()
    return process.wait(), said.decode()


@pytest.mark.parametrize("environment", [{}, {"PYTHONUNBUFFERED": "1"}])
def test_the_status_does_not_depend_on_the_reader(small, environment):
    for name in range(200):
        write(small / f"results/{name}.csv", "")
    assert interplay(small, "verify", "--all", read=False, **environment) == (1, "")
    for path in small.glob("results/*.csv"):
        if path != small / PART:
            path.unlink()
    assert interplay(small, "verify", read=False, **environment) == (0, "")


def test_the_status_does_not_depend_on_the_encoding(small):
    write(small / "results/café.csv", "")
    status, said = interplay(small, "verify", PYTHONIOENCODING="ascii")
    assert status == 1
    assert r"results/caf\xe9.csv: not explained" in said


# Notes


def test_rules_that_were_edited_later_are_said_in_plain_words(here, capsys):
    earlier = Chain.read(here / "results" / RECEIPTS).receipts
    write(here / "workflow/rules/part.smk", "rule part:\n    input: []\n")
    sealed(here, jobs(here)[:1], earlier)
    assert status_of() == 0
    assert "rules: 1 of 2 jobs ran before the last edit to" in capsys.readouterr().out


def test_versions_that_differ_from_the_lock_are_said(here, capsys):
    rewritten(
        here / "results",
        lambda one: replace(one, packages={"numpy": "1.0"}),
    )
    assert status_of() == 0
    said = capsys.readouterr().out
    line = "packages: 2 jobs did not use the versions of the lock: numpy 1.0 instead of"
    assert f"{line} 2.4.6" in said


def test_a_build_of_the_version_in_the_lock_is_no_difference(here, capsys):
    rewritten(
        here / "results",
        lambda one: replace(one, packages={"numpy": "2.4.6+mkl"}),
    )
    assert status_of() == 0
    assert "packages:" not in capsys.readouterr().out


def test_a_lock_names_versions():
    text = "# by pip\nA_b.c==1.0\nd==2 ; python_version > '3'\n    # via a\n"
    assert locked_versions(text) == {"a-b-c": "1.0", "d": "2"}
