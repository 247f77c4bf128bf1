"""The comparison of two runs: small ones, and two real ones that differ in one edit."""

import shutil
from pathlib import Path

import matplotlib.image
import numpy as np
import pandas as pd
import pytest

from interplay.__main__ import main
from interplay.provenance.diff import (
    difference,
    drawing_difference,
    pixel_difference,
    table_difference,
)
from interplay.storage.files import write_json
from tests.provenance.small import (
    PART,
    SOURCE,
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


def lines(two):
    return list(difference(Path("results"), Path("other/results"), two[0]))


def test_the_same_run_is_the_same(two):
    (line,) = lines(two)
    assert "are the same run" in line


CODE = "workflow/scripts/library/part.py"


@pytest.mark.parametrize(
    ("path", "text", "cause"),
    [
        (CODE, "x = 1\n", f"  code: {CODE} differs"),
        (SOURCE, "g\n0.8\n", f"  input: {SOURCE}: "),
        ("envs/requirements.txt", "numpy==2.4.7\n", "  lock: "),
    ],
)
def test_the_first_job_that_differs_and_its_cause(two, path, text, cause):
    write(two[1] / path, text)
    sealed(two[1], jobs(two[1]), earlier=[])
    found = lines(two)
    assert found[0] == "first job that differs: measure, which makes part.csv"
    assert found[1].startswith(cause)
    assert "  its outputs are nevertheless identical" in found


def test_another_output_of_equal_jobs_is_not_reproduced(two):
    write(two[1] / PART, "g,x\n0.9,1.5\n")
    sealed(two[1], jobs(two[1]), earlier=[])
    found = lines(two)
    assert found[0] == "first job that differs: measure, which makes part.csv"
    assert "  not reproduced: code, parameters, inputs" in found[1]


def with_seeds(folder, *seeds, device="cpu"):
    """Add a training job per seed, whose records the first job reads."""
    second, first = jobs(folder)
    trained = []
    for seed in seeds:
        record = f"results/seed{seed}/record.json"
        write(folder / record, "{}")
        machine = {"device": device, "threads": 1}
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


def test_another_machine_is_a_cause(two):
    for folder, device in zip(two, ("cpu", "cuda"), strict=True):
        sealed(folder, with_seeds(folder, "0", device=device), earlier=[])
    found = lines(two)
    assert (
        found[0]
        == "first job that differs: train (seed = 0), which makes seed0/record.json"
    )
    assert found[1] == "  machine: device: cpu and cuda"


def test_the_time_in_a_record_is_no_difference(two):
    for folder, seconds in zip(two, (1.0, 2.0), strict=True):
        (second, first) = jobs(folder)
        record = "results/record.json"
        write_json({"machine": {}, "seconds": seconds}, folder / record)
        first.outputs.append(record)
        sealed(folder, [second, first], earlier=[])
    assert lines(two)[0] == "no job that both runs have differs"


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
    assert pixel_difference(b, c) == "the same picture"


def test_drawings_are_compared_without_their_metadata(tmp_path):
    for name, (number, drawn) in {"a": (1, 1), "b": (2, 1), "c": (2, 2)}.items():
        text = f"<svg><metadata>{number}</metadata><path d='M {drawn}'/></svg>"
        write(tmp_path / f"{name}.svg", text)
    a, b, c = (tmp_path / f"{name}.svg" for name in "abc")
    assert drawing_difference(a, b) == "the same picture"
    assert drawing_difference(a, c) == "another picture"
    for drawing, level in ((a, 0), (b, 255)):
        picture = np.full((4, 5, 3), level, np.uint8)
        matplotlib.image.imsave(drawing.with_suffix(".png"), picture)
    assert drawing_difference(a, b) == "100.00% of the pixels differ"


def test_the_command_line(two, monkeypatch, capsys):
    write(two[1] / CODE, "x = 1\n")
    sealed(two[1], jobs(two[1]), earlier=[])
    monkeypatch.chdir(two[0])
    assert main(["diff", "results", "other/results"]) == 0
    assert "first job that differs: measure" in capsys.readouterr().out
    assert main(["diff", "results", "nowhere"]) == 1
    assert "expected receipts, found no file" in capsys.readouterr().err


@pytest.mark.slow
def test_two_real_runs_that_differ_in_one_parameter(reproduction, tmp_path):
    copy = tmp_path / "copy"
    shutil.copytree(reproduction.folder, copy, symlinks=True)
    edit = "linear: {threshold: 0.5}\n"
    (copy / "edit.yaml").write_text(edit)
    files = [*reproduction.configuration, "edit.yaml"]
    snakemake(copy, "--cores", "all", "--configfile", *files, "--", "claims", "fig4")
    folders = (folder / "results/preview" for folder in (reproduction.folder, copy))
    found = list(difference(*folders, tmp_path))
    assert found[0].startswith("first job that differs: ")
    assert "  parameters: threshold: 0.05 and 0.5" in found
    assert any(line.startswith("tables/linear.csv: ") for line in found)
    assert not any("tables/linear_curves.parquet" in line for line in found)
    assert any(line.startswith("verdicts that differ: ") for line in found)
    assert any("figures/fig4.svg: " in line for line in found)
