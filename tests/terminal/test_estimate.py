"""The cost of a run, from the archived run: the same jobs cost the same, work scales."""

import io
import json

import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st

from interplay.launch import command, configuration_of, environment
from interplay.provenance.archive import archive
from interplay.terminal.estimate import ArchivedRun, estimates, table
from interplay.terminal.progress import Job
from interplay.terminal.screen import PlainLines
from interplay.terminal.watching import watch
from interplay.terminal.work import EXPONENT, work_in

TRAIN, RANK, FIG2 = (
    ("nonlinear", "train"),
    ("nonlinear", "functional_rank"),
    ("figures", "fig2"),
)
COSTS = {TRAIN: (4, 800.0), RANK: (2, 50.0), FIG2: (1, 4.0)}


def configuration(epochs=1000, N=256):
    return {
        "nonlinear": {
            "N": N,
            "dt": 0.5,
            "epochs": epochs,
            "batch": 32,
            "learning_rate": 0.03,
            "optimiser": "adam",
            "trained": ["W"],
            "g": [0.0, 0.9],
            "seeds": [0],
            "networks": {"mante": {"task": "mante"}, "romo": {"task": "romo"}},
            "measurements": {"test_trials": 512},
        }
    }


def jobs(results="results"):
    """All jobs of the archived run: four networks, two measurements, a figure, and `all`."""
    found = [Job("all", "all")]
    for name in ("mante", "romo"):
        folder = f"nonlinear/{name}"
        for g in ("0.0", "0.9"):
            path = f"{folder}/g{g}/seed0"
            found.append(
                Job(
                    "train_network",
                    "Training",
                    {"experiment": name, "g": g, "seed": "0"},
                    (f"{results}/{path}/network.safetensors",),
                    benchmark=f"{results}/benchmarks/{path}/train.tsv",
                )
            )
        found.append(
            Job(
                "functional_rank",
                "Truncating",
                {"experiment": name},
                benchmark=f"{results}/benchmarks/{folder}/functional_rank.tsv",
            )
        )
    figure = f"{results}/figures/fig2.pdf", f"{results}/figures/fig2.png"
    found.append(
        Job(
            "fig2",
            "Drawing",
            {},
            figure,
            benchmark=f"{results}/benchmarks/figures/fig2.tsv",
        )
    )
    return found


def archived_run(folder, values=None):
    work_of = work_in(values or configuration())
    work = {TRAIN: 0.0, RANK: 0.0}
    for job in jobs():
        if job.rule in ("train_network", "functional_rank"):
            step = TRAIN if job.rule == "train_network" else RANK
            work[step] += work_of(job.rule, job.wildcards)
    return ArchivedRun(folder, COSTS, work)


def by_stage(rows):
    return {row.stage: row for row in rows}


def test_the_kept_jobs_cost_the_kept_total(tmp_path):
    rows = by_stage(estimates(jobs(), configuration(), "results", archived_run(tmp_path)))
    assert {stage: row.jobs for stage, row in rows.items()} == {
        "nonlinear": 6,
        "figures": 1,
    }
    assert rows["nonlinear"].seconds == pytest.approx(850.0)
    assert rows["figures"].seconds == pytest.approx(4.0)
    assert not any(row.unknown for row in rows.values())


@given(factor=st.integers(1, 20), N=st.sampled_from([64, 128, 512]))
def test_training_costs_by_epochs_and_size(tmp_path_factory, factor, N):
    archived = archived_run(tmp_path_factory.getbasetemp())
    trainings = [job for job in jobs() if job.rule == "train_network"]
    values = configuration(epochs=1000 * factor, N=N)
    (row,) = estimates(trainings, values, "results", archived)
    assert row.seconds == pytest.approx(800.0 * factor * (N / 256) ** EXPONENT)
    assert row.bytes == 4 * (4 * N**2)


def test_a_longer_trial_costs_more():
    work = work_in(configuration())
    lengths = {"mante": 96, "romo": 56}
    costs = {name: work("train_network", {"experiment": name}) for name in lengths}
    ratio = lengths["mante"] / lengths["romo"]
    assert costs["mante"] / costs["romo"] == pytest.approx(ratio)


def test_what_the_archived_run_lacks_is_not_guessed(tmp_path):
    # An archive of an older version: costs, and neither configuration nor this step.
    old = ArchivedRun(tmp_path, {TRAIN: (4, 800.0), FIG2: (1, 4.0)})
    rows = estimates(jobs(), configuration(), "results", old)
    assert by_stage(rows)["figures"].unknown == ()
    assert by_stage(rows)["nonlinear"].seconds == 0
    assert len(by_stage(rows)["nonlinear"].unknown) == 6
    lines = table(rows, tmp_path)
    assert any("not known of 6 jobs: train_network, functional_rank" in x for x in lines)
    # Networks that are trained together share a step with single ones, and not their cost.
    together = Job(
        "train_stack_mante",
        "Training",
        benchmark="results/benchmarks/nonlinear/mante/train.tsv",
    )
    (row,) = estimates([together], configuration(), "results", archived_run(tmp_path))
    assert row.unknown == ("train_stack_mante",)


def test_files_are_as_large_as_those_of_the_archived_run(tmp_path):
    (tmp_path / "figures").mkdir()
    (tmp_path / "figures/fig2.pdf").write_bytes(b"1234567")
    archived = archived_run(tmp_path)
    rows = estimates(
        jobs("results/preview"), configuration(), "results/preview", archived
    )
    assert by_stage(rows)["figures"].bytes == 7


def test_the_table_has_the_stages_in_order_and_their_sum(tmp_path):
    rows = estimates(jobs()[::-1], configuration(), "results", archived_run(tmp_path))
    lines = table(rows, tmp_path)
    assert [line.split()[0] for line in lines[:4]] == [
        "stage", "nonlinear", "figures", "total",
    ]  # fmt: skip
    assert lines[3].split()[1:3] == ["7", f"{854 / 3600:.2f}"]
    assert str(tmp_path) in lines[4]
    assert table([], tmp_path) == ["Nothing to be done: all results are there."]


def test_without_an_archived_run_nothing_is_known(tmp_path):
    assert ArchivedRun.read(tmp_path / "none") == ArchivedRun(tmp_path / "none")


@pytest.mark.slow
def test_a_dry_run_of_everything_costs_what_the_archived_run_cost(reproduction, tmp_path):
    folder = reproduction.folder
    archive(reproduction.results.relative_to(folder), tmp_path / "archived", folder)
    files = ["--configfile", *reproduction.configuration]
    arguments = ["-nF", "--cores", "1", *files, "--", *reproduction.targets]
    ended = watch(command(arguments), folder, environment(), PlainLines(io.StringIO()))
    assert ended.status == 0
    values = configuration_of(arguments, folder)
    described = json.loads((tmp_path / "archived/configuration.json").read_text())
    assert values == described["values"]
    archived = ArchivedRun.read(tmp_path / "archived")
    rows = estimates(ended.progress.jobs.values(), values, "results/preview", archived)
    costs = pd.read_csv(tmp_path / "archived/costs.csv").query("stage != 'workflow'")
    assert {row.stage: row.jobs for row in rows} == costs.groupby(
        "stage"
    ).jobs.sum().to_dict()
    assert not any(row.unknown for row in rows)
    assert sum(row.seconds for row in rows) == pytest.approx(costs.cpu_seconds.sum())
