"""The cost of a run, from the archived run: the same jobs cost the same, work scales."""

import io

import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st

from interplay.launch import command, environment
from interplay.provenance.archive import archive
from interplay.snakemake_arguments import configuration_of
from interplay.storage.files import read_json
from interplay.terminal.cost_table import cpu_time, table
from interplay.terminal.estimate import (
    EXPONENT,
    START,
    ArchivedRun,
    estimates,
    networks_in,
    work_of,
)
from interplay.terminal.progress import Job
from interplay.terminal.screen import PlainLines
from interplay.terminal.watching import watch


def configuration(epochs=1000, N=256):
    return {
        "nonlinear": {
            "N": N, "dt": 0.5, "epochs": epochs, "batch": 32, "learning_rate": 0.03,
            "optimiser": "adam", "trained": ["W"], "g": [0.0, 0.9], "seeds": [0],
            "networks": {"mante": {"task": "mante"}, "romo": {"task": "romo"}},
        }
    }  # fmt: skip


def job(rule, path, output="", **wildcards):
    benchmark = f"results/benchmarks/{path}.tsv"
    return Job(rule, "message", wildcards, (f"results/{output}",), benchmark=benchmark)


def training(name, g):
    folder = f"nonlinear/{name}/g{g}/seed0"
    output = f"{folder}/network.safetensors"
    wildcards = {"experiment": name, "g": g, "seed": "0"}
    return job("train_network", f"{folder}/train", output, **wildcards)


RANK = "functional_rank"
TRAININGS = [training(name, g) for name in ("mante", "romo") for g in ("0.0", "0.9")]
JOBS = [
    Job("all", "all"),
    *TRAININGS,
    *(
        job(RANK, f"nonlinear/{name}/{RANK}", experiment=name)
        for name in ("mante", "romo")
    ),
    job("fig2", "figures/fig2", "figures/fig2.pdf"),
]
"""all jobs of the archived run"""


def archived_run(folder):
    networks = networks_in(configuration())
    work = {"fig2": 1.0}
    for rule, count in (("train_network", 4), (RANK, 2)):
        these = [each for each in JOBS if each.rule == rule]
        work[rule] = (
            sum(work_of(rule, each.wildcards, networks) for each in these) / count
        )
    seconds = {("nonlinear", "train"): 200.0, ("nonlinear", RANK): 25.0}
    return ArchivedRun(folder, seconds | {("figures", "fig2"): 4.0}, work)


def test_the_archived_jobs_cost_the_archived_total(tmp_path):
    (tmp_path / "figures").mkdir()
    (tmp_path / "figures/fig2.pdf").write_bytes(b"1234567")
    archived = archived_run(tmp_path)
    nonlinear, figures = estimates(JOBS[::-1], configuration(), "results", archived)
    assert (nonlinear.stage, nonlinear.jobs) == ("nonlinear", 6)
    assert nonlinear.seconds == pytest.approx(850.0)
    assert (figures.stage, figures.jobs, figures.seconds) == ("figures", 1, 4.0)
    assert figures.bytes == 7
    assert nonlinear.unknown == figures.unknown == ()
    lines = table([nonlinear, figures], tmp_path)
    stages = [line.split()[0] for line in lines[:4]]
    assert stages == ["stage", "nonlinear", "figures", "total"]
    assert lines[3].split()[1:4] == ["7", "14", "min"]
    assert lines[4].startswith(f"Estimated from the archived run ({tmp_path})")


@given(st.floats(1e-3, 1e7))
def test_a_time_is_readable_and_right_to_two_digits(seconds):
    amount, unit = cpu_time(seconds).split()
    units = {"s": 1, "min": 60, "h": 3600}
    if amount == "<1":
        assert seconds < 1
    else:
        assert float(amount) >= 0.9
        assert float(amount) * units[unit] == pytest.approx(seconds, rel=0.06, abs=0.5)


def test_networks_of_an_unknown_size_have_no_cost(tmp_path):
    archived = archived_run(tmp_path)
    (row,) = estimates(TRAININGS, {}, "results", archived)
    assert (row.seconds, len(row.unknown)) == (0, 4)


@given(factor=st.integers(1, 20), N=st.sampled_from([64, 128, 512]))
def test_training_costs_by_epochs_and_size(tmp_path_factory, factor, N):
    archived = archived_run(tmp_path_factory.getbasetemp())
    values = configuration(epochs=1000 * factor, N=N)
    (row,) = estimates(TRAININGS, values, "results", archived)
    scale = factor * (N / 256) ** EXPONENT
    assert row.seconds == pytest.approx(4 * START + (800.0 - 4 * START) * scale)
    assert row.bytes == 4 * (4 * N**2)


def test_work_is_that_of_all_networks_and_time_steps():
    linear = {"N": 2, "epochs": 3, "seeds": [0], "targets": [1, 2]}
    linear["cosine"] = {"N": 4, "epochs": 5, "seeds": [0, 1]}
    networks = networks_in(configuration() | {"linear": linear})
    mante, romo = ({"experiment": name} for name in ("mante", "romo"))
    ratio = work_of(RANK, mante, networks) / work_of(RANK, romo, networks)
    assert ratio == pytest.approx(96 / 56)
    one = work_of(RANK, mante | {"seed": "0"}, networks)
    assert work_of(RANK, mante, networks) == 2 * one
    assert work_of("train_linear", {"seed": "0"}, networks) == 3 * 2 * 2**EXPONENT
    assert work_of("train_cosine", {"seed": "0"}, networks) == 5 * 4**EXPONENT
    assert work_of("fig2", {}, networks) == 1


def test_rules_that_the_archived_run_lacks_are_not_guessed(tmp_path):
    # Networks that are trained together share a step with single ones, and not their cost.
    together = job("train_stack_mante", "nonlinear/mante/train")
    rows = estimates(
        [together, *JOBS], configuration(), "results", archived_run(tmp_path)
    )
    assert rows[0].unknown == ("train_stack_mante",)
    assert "? Cost not known of 1 job: train_stack_mante." in table(rows, tmp_path)
    nothing = ArchivedRun.read(tmp_path / "none")
    rows = estimates(JOBS, configuration(), "results", nothing)
    assert len(rows[0].unknown) == 6
    assert not any("Estimated from" in line for line in table(rows, tmp_path))
    assert table([], tmp_path) == ["Nothing to be done: all results are there."]


@pytest.mark.slow
def test_a_dry_run_of_everything_costs_what_the_archived_run_cost(reproduction, tmp_path):
    folder = reproduction.folder
    archive(reproduction.results.relative_to(folder), tmp_path / "archived", folder)
    files = ["--configfile", *reproduction.configuration]
    arguments = ["-nF", "--cores", "1", *files, "--", *reproduction.targets]
    ended = watch(command(arguments), folder, environment(), PlainLines(io.StringIO()))
    assert ended.status == 0
    values = configuration_of(arguments, folder)
    assert values == read_json(tmp_path / "archived/configuration.json")["values"]
    archived = ArchivedRun.read(tmp_path / "archived")
    rows = estimates(ended.progress.jobs.values(), values, "results/preview", archived)
    costs = pd.read_csv(tmp_path / "archived/costs.csv").query("stage != 'workflow'")
    jobs = costs.groupby("stage").jobs.sum().to_dict()
    assert {row.stage: row.jobs for row in rows} == jobs
    assert not any(row.unknown for row in rows)
    assert sum(row.seconds for row in rows) == pytest.approx(costs.cpu_seconds.sum())
