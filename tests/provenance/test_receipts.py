"""Receipts: what verification finds, in a small project and in the real workflow."""

import os
import subprocess
import sys
from dataclasses import replace
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from interplay.__main__ import main
from interplay.provenance.code import code_hash
from interplay.provenance.receipts import (
    NAME,
    Job,
    issue,
    read_receipts,
    write_receipts,
)
from interplay.provenance.verify import problems
from interplay.storage.errors import InputError

SCRIPT = "workflow/scripts/make.py"


def job(root, name, inputs, outputs, started=1.0):
    return Job(
        name=name,
        wildcards={},
        inputs=inputs,
        outputs=outputs,
        parameters={"g": 0.9},
        script=SCRIPT,
        modules=[],
        code_hash=code_hash(root / SCRIPT),
        threads=1,
        started=started,
        ended=started + 1,
        recorded_inputs={},
    )


def write(path, text):
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(text)


@pytest.fixture
def project(tmp_path):
    """A source, a part made of it, a table made of the part, and their receipts."""
    write(tmp_path / "envs/requirements.txt", "numpy==2.4.6\n")
    write(tmp_path / "paper/source.csv", "g\n0.9\n")
    write(tmp_path / SCRIPT, "from library.part import f\n\nf()\n")
    write(tmp_path / "workflow/scripts/library/__init__.py", "")
    write(tmp_path / "workflow/scripts/library/part.py", "def f():\n    return 1\n")
    write(tmp_path / "results/part.csv", "g,x\n0.9,1\n")
    write(tmp_path / "results/tables/table.csv", "g,x\n0.0,2\n0.9,1\n")
    write_receipts(issue(jobs(tmp_path), [], [], tmp_path), tmp_path / "results" / NAME)
    return tmp_path


def jobs(root):
    return [
        job(root, "gather", ["results/part.csv"], ["results/tables/table.csv"], 3.0),
        job(root, "measure", ["paper/source.csv"], ["results/part.csv"], 1.0),
    ]


def found(root):
    return list(problems(root / "results", root))


def test_nothing_is_found_where_nothing_was_altered(project):
    assert found(project) == []
    receipts = read_receipts(project / "results" / NAME)
    assert [receipt.rule for receipt in receipts] == ["measure", "gather"]
    assert receipts[1].parents == [receipts[0].id]


def flip_a_byte(path):
    data = bytearray(path.read_bytes())
    data[len(data) // 2] ^= 1
    path.write_bytes(data)


def drop_a_row(path):
    path.write_text("".join(path.read_text().splitlines(keepends=True)[:-1]))


def add_a_line(path):
    path.write_text(path.read_text() + "x = 1\n")


@pytest.mark.parametrize(
    ("path", "change", "line"),
    [
        ("results/part.csv", flip_a_byte, "altered"),
        ("results/tables/table.csv", drop_a_row, "altered"),
        ("paper/source.csv", flip_a_byte, "altered"),
        ("envs/requirements.txt", add_a_line, "altered"),
        (SCRIPT, add_a_line, "altered"),
        ("workflow/scripts/library/part.py", add_a_line, "altered"),
        ("workflow/scripts/library/part.py", Path.unlink, "missing"),
        ("results/tables/table.csv", Path.unlink, "missing"),
        ("results/tables/other.csv", lambda path: path.write_text(""), "not explained"),
        (f"results/{NAME}", flip_a_byte, "altered"),
        (f"results/{NAME}", drop_a_row, None),
    ],
)
def test_the_first_file_that_is_not_what_it_was_is_named(project, path, change, line):
    change(project / path)
    first = found(project)[0]
    if line is None:  # a receipt less: what it was of is not explained any more
        path, line = "results/tables/table.csv", "not explained"
    assert first.startswith(str(path)) or first.startswith(str(project / path))
    assert f": {line}" in first


def test_the_results_of_another_configuration_have_receipts_of_their_own(project):
    write(project / "results/preview/logs/train.log", "done\n")
    write(project / "results/preview/tables/table.csv", "g\n0.9\n")
    assert found(project) == []


def test_a_comment_in_a_script_is_no_alteration(project):
    text = (project / SCRIPT).read_text()
    (project / SCRIPT).write_text("# why\n" + text)
    assert found(project) == []


def test_an_altered_file_is_not_blessed_by_a_later_run(project):
    flip_a_byte(project / "results/part.csv")
    earlier = read_receipts(project / "results" / NAME)
    again = issue(jobs(project), earlier, [], project)
    write_receipts(again, project / "results" / NAME)
    assert found(project)[0].startswith("results/part.csv: altered")


def test_a_run_of_some_jobs_keeps_the_receipts_of_others(project):
    earlier = read_receipts(project / "results" / NAME)
    second, first = jobs(project)
    again = replace(first, started=9.0, ended=10.0)
    receipts = issue([again], earlier, [], project)
    assert [receipt.rule for receipt in receipts] == ["measure", "gather"]
    write_receipts(receipts, project / "results" / NAME)
    assert found(project) == []
    (project / second.outputs[0]).unlink()
    assert [r.rule for r in issue([again], receipts, [], project)] == ["measure"]


def test_a_result_of_another_input_than_there_is_is_not_explained(project):
    earlier = read_receipts(project / "results" / NAME)
    write(project / "results/part.csv", "g,x\n0.9,3\n")
    second, first = jobs(project)
    rerun = replace(first, started=9.0, ended=10.0)
    write_receipts(
        issue([second, rerun], earlier, [], project), project / "results" / NAME
    )
    assert found(project) == [
        "results/tables/table.csv: not explained: made of another results/part.csv "
        "than there is"
    ]


def test_what_snakemake_recorded_of_an_input_counts(project):
    second, first = jobs(project)
    wrong = replace(second, recorded_inputs={"results/part.csv": "0" * 64})
    write_receipts(issue([wrong, first], [], [], project), project / "results" / NAME)
    assert "made of another results/part.csv" in found(project)[0]


@settings(suppress_health_check=[HealthCheck.function_scoped_fixture], max_examples=100)
@given(position=st.integers(0, 10**6), bit=st.integers(0, 7))
def test_any_bit_of_the_receipts_is_noticed(project, position, bit):
    path = project / "results" / NAME
    whole = path.read_bytes()
    data = bytearray(whole)
    data[position % len(data)] ^= 1 << bit
    path.write_bytes(data)
    try:
        assert found(project)
    finally:
        path.write_bytes(whole)


def test_receipts_that_are_not_there_are_one_line(tmp_path):
    with pytest.raises(InputError, match="expected receipts, found no file"):
        read_receipts(tmp_path / NAME)


def test_the_command_line(project, monkeypatch, capsys):
    monkeypatch.chdir(project)
    assert main(["verify"]) == 0
    drop_a_row(project / "results/tables/table.csv")
    assert main(["verify", "results"]) == 1
    assert capsys.readouterr().err.startswith("results/tables/table.csv: altered")


# The real workflow


def verified(folder):
    command = [sys.executable, "-m", "interplay", "verify"]
    ended = subprocess.run(command, cwd=folder, capture_output=True, text=True)
    return ended.returncode, ended.stderr


@pytest.mark.slow
def test_a_run_that_nobody_touched_is_verified(reproduction):
    assert verified(reproduction.folder) == (0, "")


@pytest.mark.slow
@pytest.mark.parametrize(
    ("path", "change", "line"),
    [
        ("results/preview/tables/linear_theory.parquet", flip_a_byte, "altered"),
        ("results/preview/tables/linear_scalings.csv", drop_a_row, "altered"),
        ("results/preview/sentiment/data/train.txt", os.unlink, "missing"),
        ("results/preview/figures/fig1.png", flip_a_byte, "altered"),
        ("results/preview/paper.pdf", flip_a_byte, "altered"),
        ("workflow/scripts/interplay/theory.py", add_a_line, "altered"),
        ("workflow/scripts/prepare_sentences.py", add_a_line, "altered"),
    ],
)
def test_what_was_changed_after_a_run_is_named(reproduction, path, change, line):
    altered = reproduction.folder / path
    whole = altered.read_bytes()
    change(altered)
    status, message = verified(reproduction.folder)
    altered.write_bytes(whole)
    assert status == 1
    assert message.startswith(f"{path}: {line}")
