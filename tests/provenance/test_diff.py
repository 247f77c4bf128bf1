"""The comparison of two runs: small ones, and two real ones that differ in one edit."""

import shutil
from dataclasses import replace
from pathlib import Path

import matplotlib.image
import numpy as np
import pandas as pd
import pytest

from interplay.__main__ import main
from interplay.provenance.causes import described_machine
from interplay.provenance.contents import (
    drawing_difference,
    own_columns,
    pixel_difference,
    table_difference,
)
from interplay.provenance.diff import difference
from tests.provenance.small import (
    ARCHIVE,
    PART,
    SOURCE,
    TABLE,
    Job,
    jobs,
    sealed,
    write,
)
from tests.running import snakemake


@pytest.fixture
def two(small):
    """The small project, and the same in a folder `other`."""
    return small, Path(shutil.copytree(small, small / "other"))


def answer(two):
    return difference(Path("results"), Path("other/results"), two[0])


def lines(two):
    return answer(two).lines


SAME_RUN = (
    "results and other/results are the same run; every output is as its receipt says"
)


def test_the_same_run_is_the_same(two):
    found = answer(two)
    assert (found.lines, found.status) == ([SAME_RUN], 0)


def test_a_run_is_the_same_as_its_archive(repository):
    found = difference(Path("results"), Path(ARCHIVE), repository)
    assert "are the same run; every output" in found.lines[0]
    assert found.status == 0


@pytest.mark.parametrize("side", [0, 1])
def test_an_altered_copy_is_not_the_same(two, side):
    """Its file is named before anything else is said, whichever side it is on."""
    write(two[side] / TABLE, "g,x\n0.0,2\n0.9,3\n")
    found = answer(two)
    shown = ("results/", "other/results/")[side]
    assert found.lines[0].startswith(f"{shown}tables/table.csv: altered: expected sha256")
    assert "are the receipts of the same run; not every output" in found.lines[1]
    assert found.status == 1


def test_an_altered_file_is_not_read(two):
    write(two[1] / CODE, "x = 1\n")
    sealed(two[1], jobs(two[1]), earlier=[])
    write(two[1] / TABLE, "no table")
    found = answer(two)
    assert found.lines[0].startswith("other/results/tables/table.csv: altered")
    assert found.lines[-1] == "results: equal in what both have"
    assert found.status == 1


CODE = "workflow/scripts/library/part.py"


@pytest.mark.parametrize(
    ("path", "text", "cause"),
    [
        (CODE, "x = 1\n", f"  code: {CODE} differs"),
        (SOURCE, "g\n0.8\n", f"  input: {SOURCE}: "),
        (
            "envs/requirements.txt",
            "numpy==2.4.7\n",
            "  lock: envs/requirements.txt: sha256 ",
        ),
    ],
)
def test_the_first_job_that_differs_and_its_cause(two, path, text, cause):
    write(two[1] / path, text)
    sealed(two[1], jobs(two[1]), earlier=[])
    found = lines(two)
    assert found[0] == "first job that differs: measure, which makes part.csv"
    assert found[1].startswith(cause)
    assert "  its results are nevertheless equal" in found
    assert "verdicts: not in both runs" in found
    assert "figures: none to compare" in found
    assert found[-1] == "results: equal in what both have"
    assert answer(two).status == 0


def test_another_output_of_equal_jobs_is_not_reproduced(two):
    write(two[1] / PART, "g,x\n0.9,1.5\n")
    sealed(two[1], jobs(two[1]), earlier=[])
    found = lines(two)
    assert found[0] == "first job that differs: measure, which makes part.csv"
    assert found[1] == "  not reproduced: no cause is recorded, and the output differs"
    assert found[-1] == "results: 1 files differ"
    assert answer(two).status == 1


def blas(kernel):
    return [{"internal_api": "openblas", "version": "0.3.30", "architecture": kernel}]


MACHINE = {
    "system": "Linux-6.1-amd64-x86_64-with-glibc2.36", "python": "3.11.7", "threads": 1,
    "processor": "AMD EPYC", "flags": ["avx", "avx512f"], "blas": blas("SkylakeX"),
    "device": "cpu", "slurm_job": None,
}  # fmt: skip


def with_seeds(folder, *seeds, device="cpu"):
    """Add a training job per seed, whose records the first job reads."""
    second, first = jobs(folder)
    trained = []
    for seed in seeds:
        record = f"results/seed{seed}/record.json"
        write(folder / record, "{}")
        machine = MACHINE | {"device": device}
        wildcards = {"seed": seed}
        trained.append(
            Job("train", [], [record], wildcards, changes={"machine": machine})
        )
        first.inputs.append(record)
    return [second, first, *trained]


@pytest.mark.parametrize(
    ("before", "after", "causes"),
    [
        ("0", "01", ["  input: 1 jobs of train are new: seed = 1"]),
        ("012", "0", ["  input: 2 jobs of train are gone: seed = 1, 2"]),
        (
            "0",
            "1",
            [
                "  input: 1 jobs of train are gone: seed = 0",
                "  input: 1 jobs of train are new: seed = 1",
            ],
        ),
    ],
)
def test_another_seed_is_the_cause_of_another_output(two, before, after, causes):
    sealed(two[0], with_seeds(two[0], *before), earlier=[])
    write(two[1] / PART, "g,x\n0.9,1.5\n")
    sealed(two[1], with_seeds(two[1], *after), earlier=[])
    found = lines(two)
    assert found[0] == "first job that differs: measure, which makes part.csv"
    assert found[1 : 1 + len(causes)] == causes
    assert not any("not reproduced" in line for line in found)


@pytest.mark.parametrize(
    ("changes", "cause"),
    [
        ({"device": "cuda"}, "machine: device: cpu, then cuda"),
        ({"python": "3.12.1"}, "machine: Python 3.11.7, then 3.12.1"),
        ({"processor": "Xeon"}, "machine: processor: AMD EPYC, then Xeon"),
        ({"flags": ["avx"]}, "machine: vector instructions of the first only: avx512f"),
        (
            {"blas": blas("Haswell")},
            "machine: openblas: 0.3.30 with kernel SkylakeX, then 0.3.30 with kernel Haswell",
        ),
        (
            {"system": "Linux-6.1-amd64-x86_64-with-glibc2.41"},
            "machine: system: Linux with glibc2.36, then Linux with glibc2.41",
        ),
        (
            {"system": "Linux-7.0-x86_64-with-glibc2.36", "slurm_job": "7", "threads": 2},
            "",
        ),
    ],
)
def test_another_machine_is_a_cause(two, changes, cause):
    for folder, machine in zip(two, (MACHINE, MACHINE | changes), strict=True):
        train = Job("train", [], ["results/record.json"], changes={"machine": machine})
        write(folder / "results/record.json", "{}")
        sealed(folder, [*jobs(folder), train], earlier=[])
    found = lines(two)
    first = "first job that differs: train, which makes record.json"
    expected = [first, f"  {cause}"] if cause else [SAME_JOBS]
    assert found[: len(expected)] == expected


SAME_JOBS = "no job that both runs have differs"


def test_libraries_of_linear_algebra_are_told_apart():
    for kernels in (["SkylakeX", "Haswell"], ["Haswell", "SkylakeX"]):
        libraries = [one for kernel in kernels for one in blas(kernel)]
        said = described_machine(MACHINE | {"blas": libraries})["openblas:"]
        assert said == "0.3.30 with kernel Haswell and 0.3.30 with kernel SkylakeX"


def test_another_version_of_a_package_is_a_cause(two):
    second, first = jobs(two[1])
    imported = replace(first, changes={"packages": {"numpy": "2.4.7", "other": "1"}})
    sealed(two[1], [second, imported], earlier=[])
    assert lines(two)[1] == "  packages: numpy 2.4.6, then 2.4.7"


def test_times_are_no_difference(two):
    for folder, seconds in zip(two, ("1.0", "2.0"), strict=True):
        second, first = jobs(folder)
        write(folder / "results/record.json", seconds)
        first.outputs.append("results/record.json")
        sealed(folder, [second, first], earlier=[])
    assert lines(two)[0] == SAME_JOBS
    assert answer(two).status == 0


DRAWN = {
    "figures/fig2.pdf": "{name} {path}",
    "figures/fig2.svg": "<svg><metadata>{name}</metadata><path d='{path}'/></svg>",
    "paper.pdf": "{name} {path}",
}


def drawn(folder, name, path):
    """Add a figure, and an article that shows it; both carry a name of their job."""
    for file, text in DRAWN.items():
        write(folder / "results" / file, text.format(name=name, path=path))
    *figure, article = (f"results/{file}" for file in DRAWN)
    added = [
        Job("fig2", [PART], figure, started=5.0),
        Job("paper", figure[1:], [article], started=7.0),
    ]
    sealed(folder, [*jobs(folder), *added], earlier=[])


@pytest.mark.parametrize(
    ("path", "status", "last"),
    [
        ("M 1", 0, "results: equal in what both have"),
        ("M 2", 1, "results: 2 files differ"),
    ],
)
def test_names_of_jobs_and_commits_are_no_difference(two, path, status, last):
    drawn(two[0], "first", "M 1")
    drawn(two[1], "second", path)
    found = answer(two)
    assert (found.lines[-1], found.status) == (last, status)
    assert ("  figures/fig2.svg: another picture" in found.lines) == bool(status)


def test_columns_of_one_run_only_are_said(two):
    write(two[1] / TABLE, "g,x,y\n0.0,2,5\n0.9,1,5\n")
    sealed(two[1], jobs(two[1]), earlier=[])
    found = answer(two)
    assert "tables/table.csv: columns of the second only: y" in found.lines
    assert (found.lines[-1], found.status) == ("results: equal in what both have", 0)


@pytest.mark.parametrize(("gathered", "status"), [({TABLE: [PART]}, 0), ({}, 3)])
def test_a_table_that_is_not_there_is_compared_where_it_was_gathered(
    two, gathered, status
):
    """Archives leave out the parts of tables, whose bytes change with a column."""
    for folder, part in zip(two, ("g,x\n0.9,1\n", "g,x,y\n0.9,1,5\n"), strict=True):
        write(folder / PART, part)
        second, first = jobs(folder)
        record = f"{Path(PART).parent}/record.json"
        write(folder / record, "{}")
        # The outputs of a training may be deleted.
        first.outputs.append(record)
        sealed(folder, [replace(second, parts=gathered), first], earlier=[])
        (folder / PART).unlink()
    found = answer(two)
    assert found.status == status
    unknown = "not at hand to be compared: 1 files whose bytes differ, such as part.csv"
    assert (unknown in found.lines) == (status == 3)


def test_a_run_without_its_workflow_cannot_be_compared(small, tmp_path_factory):
    alone = shutil.copytree(
        small / "results", tmp_path_factory.mktemp("alone") / "results"
    )
    found = difference(alone, alone, alone.parent)
    assert found.status == 3
    assert "expected the workflow in" in found.lines[0]


def test_runs_without_a_common_job_cannot_be_compared(two):
    write(two[1] / "results/other.csv", "x\n1\n")
    for path in (PART, TABLE):
        (two[1] / path).unlink()
    sealed(two[1], [Job("other", [], ["results/other.csv"])], earlier=[])
    found = answer(two)
    expected = ["cannot be compared: the runs have no job in common"]
    assert (found.lines, found.status) == (expected, 3)


def test_jobs_of_one_run_only_are_counted(two):
    second, first = jobs(two[1])
    sealed(two[1], [first], earlier=[])
    (two[1] / second.outputs[0]).unlink()
    assert "only in results: 1 jobs: 1 gather" in lines(two)


def test_a_table_says_by_how_much():
    ours = pd.DataFrame({"g": [0.0, 0.9], "x": [1.0, 2.0], "verdict": ["a", "b"]})
    theirs = pd.DataFrame({"g": [0.9, 1.2], "x": [2.5, 1.0], "verdict": ["c", "b"]})
    assert list(table_difference(ours, theirs)) == [
        "1 rows are in the first only",
        "1 rows are in the second only",
        "x differs in 1 of 1 rows, by at most 0.5, 0.25 of the value",
        "verdict differs in 1 of 1 rows",
    ]
    assert list(table_difference(ours, ours)) == []


def test_own_columns_of_tables_are_named(tmp_path):
    a, b = tmp_path / "a.csv", tmp_path / "b.csv"
    write(a, "g,x\n0,1\n")
    write(b, "g,y,z\n0,1,2\n")
    assert list(own_columns(a, b)) == [
        "columns of the first only: x",
        "columns of the second only: y, z",
    ]


def test_missing_values_are_equal():
    table = pd.DataFrame({"g": [0.0], "x": [np.nan]})
    assert list(table_difference(table, table.copy())) == []


def test_pictures_are_compared_by_their_pixels(tmp_path):
    picture = np.zeros((4, 5, 3), dtype=np.uint8)
    for name in ("a", "b", "c"):
        matplotlib.image.imsave(tmp_path / f"{name}.png", picture)
        picture[0, 0] = 255
    a, b, c = (tmp_path / f"{name}.png" for name in "abc")
    assert pixel_difference(a, b) == "5.00% of the pixels differ"
    assert pixel_difference(b, c) == "0.00% of the pixels differ"


def test_drawings_are_compared_without_their_metadata(tmp_path):
    for name, (number, drawn) in {"a": (1, 1), "b": (2, 1), "c": (2, 2)}.items():
        text = f"<svg><metadata>{number}</metadata><path d='M {drawn}'/></svg>"
        write(tmp_path / f"{name}.svg", text)
    a, b, c = (tmp_path / f"{name}.svg" for name in "abc")
    assert drawing_difference(a, b) == []
    assert drawing_difference(a, c) == ["another picture"]
    for drawing, level in ((a, 0), (c, 255)):
        picture = np.full((4, 5, 3), level, np.uint8)
        matplotlib.image.imsave(drawing.with_suffix(".png"), picture)
    assert drawing_difference(a, c) == ["100.00% of the pixels differ"]


def test_the_command_line(two, monkeypatch, capsys):
    write(two[1] / CODE, "x = 1\n")
    sealed(two[1], jobs(two[1]), earlier=[])
    monkeypatch.chdir(two[0])
    assert main(["diff", "results", "other/results"]) == 0
    assert "first job that differs: measure" in capsys.readouterr().out
    assert main(["diff", "results", "nowhere"]) == 3
    line = (
        "cannot be compared: nowhere/receipts.jsonl: expected receipts, found no file\n"
    )
    assert capsys.readouterr().out == line


@pytest.mark.slow
def test_two_real_runs_that_differ_in_one_parameter(reproduction, tmp_path):
    copy = tmp_path / "copy"
    shutil.copytree(reproduction.folder, copy, symlinks=True)
    edit = "linear: {threshold: 0.5}\n"
    (copy / "edit.yaml").write_text(edit)
    files = [*reproduction.configuration, "edit.yaml"]
    snakemake(copy, "--cores", "all", "--configfile", *files, "--", "claims", "fig4")
    folders = (folder / "results/preview" for folder in (reproduction.folder, copy))
    whole = difference(*folders, tmp_path)
    found = whole.lines
    assert whole.status == 1
    assert found[0].startswith("first job that differs: ")
    assert "  parameters: threshold: 0.05, then 0.5" in found
    assert any(line.startswith("tables/linear.csv: ") for line in found)
    assert not any("tables/linear_curves.parquet" in line for line in found)
    assert any(line.startswith("verdicts that differ: ") for line in found)
    assert any("figures/fig4.svg: " in line for line in found)
    assert any(line.startswith("figures that differ: ") for line in found)
