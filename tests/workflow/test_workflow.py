"""The real workflow, in a copy of the repository."""

import json
import os
import signal
import subprocess
import time
from pathlib import Path

import numpy as np
import pandas as pd
import pytest
import yaml

from interplay.provenance.code import code_files
from tests.conftest import TINY
from tests.running import SMALL, SNAKEMAKE, contents, refused, small_networks, snakemake

NETWORK = "results/nonlinear/one/g0.9/seed0"

pytestmark = pytest.mark.slow


def start_training(folder):
    options = "--cores", "1", "--configfile", "one.yaml", "--"
    return subprocess.Popen(
        [*SNAKEMAKE, *options, f"{NETWORK}/network.safetensors"],
        cwd=folder,
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
        start_new_session=True,
    )


def test_a_killed_job_goes_on_to_the_same_network_to_the_bit(copies):
    whole, killed = copies(), copies()
    entry = {"like": "flipflop", "N": 96, "epochs": 2000}
    for folder in (whole, killed):
        config = {"nonlinear": {"networks": {"one": entry}}}
        (folder / "one.yaml").write_text(yaml.safe_dump(config))
    assert start_training(whole).wait() == 0

    process = start_training(killed)
    checkpoint = killed / NETWORK / "checkpoint.safetensors"
    while not checkpoint.exists() and process.poll() is None:
        time.sleep(0.1)
    os.killpg(process.pid, signal.SIGKILL)
    assert process.wait() == -signal.SIGKILL
    assert not (killed / NETWORK / "network.safetensors").exists()

    assert start_training(killed).wait() == 0
    record = json.loads((killed / NETWORK / "record.json").read_text())
    assert record["resumed_at"] > 0
    for name in ("network.safetensors", "loss.parquet"):
        files = [folder / NETWORK / name for folder in (whole, killed)]
        assert files[0].read_bytes() == files[1].read_bytes()
    assert not checkpoint.exists()


TABLE = f"{SMALL}/networks.csv"


@pytest.fixture(scope="module")
def two_cores(copies):
    """Return a folder in which two small networks were trained on two cores."""
    folder = copies()
    snakemake(folder, "--cores", "2", TABLE, *small_networks(folder))
    return folder


def test_one_core_and_two_give_the_same_to_the_bit(copies, two_cores):
    one_core = copies()
    snakemake(one_core, "--cores", "1", TABLE, *small_networks(one_core))
    assert len(contents(one_core)) == 2 * 2 + 10
    assert contents(one_core) == contents(two_cores)


def test_networks_trained_together_end_as_if_trained_alone(copies, two_cores):
    losses, records = [], []
    together = copies()
    options = (*small_networks(together), "--config", "together=True")
    snakemake(together, "--cores", "2", TABLE, *options)
    for folder in (two_cores, together):
        of_seed = folder / SMALL / "g0.9/seed1"
        losses.append(pd.read_parquet(of_seed / "loss.parquet").loss[:10])
        records.append(json.loads((of_seed / "record.json").read_text()))
    # Later epochs differ: training amplifies rounding.
    np.testing.assert_allclose(*losses, rtol=1e-5)
    assert [each.get("trained_together", 1) for each in records] == [1, 2]
    assert records[0]["W0_sha256"] == records[1]["W0_sha256"]


def test_a_network_that_diverges_is_said_and_does_not_stop_the_others(copies):
    folder = copies()
    options = small_networks(folder, learning_rate=1e38)
    snakemake(folder, "--cores", "2", TABLE, *options)
    networks = pd.read_csv(folder / TABLE)
    assert networks.diverged.all()
    assert not networks.converged.any()
    assert networks.functional_rank.isna().all()
    for seed in (0, 1):
        of_seed = folder / SMALL / f"g0.9/seed{seed}"
        record = json.loads((of_seed / "record.json").read_text())
        losses = pd.read_parquet(of_seed / "loss.parquet").loss
        assert record["diverged"]
        assert record["epochs"] == len(losses) < 100
    log = folder / "results/logs/nonlinear/small/g0.9/seed0/train.log"
    assert "the loss became" in log.read_text()


def test_a_bad_configuration_ends_before_anything_is_computed(copies):
    folder = copies()
    said = refused(folder, "-n", *small_networks(folder, N=1))
    assert "config: nonlinear/networks/small/N: 1 is less than the minimum of 2" in said
    assert not (folder / "results").exists()


# Which jobs an edit of the code reruns. Nothing is computed: every result of the preview
# is an empty file that Snakemake takes for finished.

PREVIEW = ("--configfile", "preview.yaml", "tiny.yaml")


@pytest.fixture(scope="module")
def finished(copies):
    """Return a copy of the repository in which the preview counts as finished."""
    folder = copies()
    (folder / "tiny.yaml").write_text(yaml.safe_dump(TINY))
    summary = snakemake(folder, *PREVIEW, "--summary").splitlines()
    header = next(i for i, line in enumerate(summary) if line.startswith("output_file"))
    for line in summary[header + 1 :]:
        path = folder / line.split("\t")[0]
        path.parent.mkdir(parents=True, exist_ok=True)
        if path.suffix:
            path.touch()
        else:
            path.mkdir()
    snakemake(folder, *PREVIEW, "--touch", "--forceall", "--cores", "1")
    assert jobs_to_run(folder) == {}
    return folder


@pytest.fixture
def edit(finished):
    """Return a function that changes a file of the library and says what reruns."""
    originals = {}

    def rerun_after(module, change):
        path = finished / "workflow/scripts/interplay" / module
        originals[path] = path.read_text()
        path.write_text(change(originals[path]))
        return jobs_to_run(finished)

    yield rerun_after
    for path, text in originals.items():
        path.write_text(text)


def jobs_to_run(folder):
    """Return how many jobs of each rule a dry run lists."""
    said = snakemake(folder, *PREVIEW, "-n").splitlines()
    if "Job stats:" not in said:
        return {}
    rows = said[said.index("Job stats:") + 3 :]
    counts = dict(row.split() for row in rows[: rows.index("")])
    return {
        rule: int(count) for rule, count in counts.items() if rule not in ("all", "total")
    }


def with_a_line(text):
    return text + "\n\nEXTRA = 1\n"


def trainings(rerun):
    return {rule for rule in rerun if rule.startswith("train")}


def test_a_measurement_reruns_itself_and_what_follows_but_no_training(edit):
    rerun = edit("lowrank/truncation.py", with_a_line)
    assert {"functional_rank", "fig1", "fig2"} < rerun.keys()
    assert not trainings(rerun)
    assert not rerun.keys() & {"singular_values", "learning_curves", "shuffle_loss"}


@pytest.mark.parametrize(
    "module", ["lowrank/truncation.py", "nonlinear/training.py", "figures/style.py"]
)
def test_a_comment_or_another_layout_reruns_nothing(edit, module):
    assert edit(module, lambda text: "# why\n\n\n" + text.replace("(\n", "(\n\n")) == {}


def test_the_figures_style_reruns_figures_and_paper_only(edit):
    rerun = edit("figures/style.py", with_a_line)
    figures = {rule for rule in rerun if rule.startswith("fig")}
    assert len(figures) > 8
    assert rerun.keys() <= figures | {"draw_overview", "paper"}


def test_one_figure_reruns_itself_and_the_paper_only(edit):
    rerun = edit("figures/fig1.py", with_a_line)
    assert rerun.keys() == {"fig1", "fig1_stated", "paper"}


def test_a_task_reruns_its_own_networks_only(edit):
    rerun = edit("tasks/mante.py", with_a_line)
    assert rerun["train_network"] < 20
    assert trainings(rerun) == {"train_network"}


@pytest.mark.parametrize(
    ("module", "rules"),
    [
        ("nonlinear/training.py", {"train_network"}),
        ("linear/descent.py", {"train_linear", "train_small_targets"}),
        ("sentiment/training.py", {"train_lstm"}),
    ],
)
def test_a_stage_retrains_no_other_stage(edit, module, rules):
    assert trainings(edit(module, with_a_line)) == rules


def test_a_new_task_reruns_nothing(finished):
    task = finished / "workflow/scripts/interplay/tasks/match.py"
    task.write_text((task.parent / "mante.py").read_text().replace("Mante", "Match"))
    try:
        assert jobs_to_run(finished) == {}
    finally:
        task.unlink()


SCRIPTS = Path(__file__).parents[2] / "workflow" / "scripts"
STAGES = {"nonlinear", "linear", "sentiment"}


@pytest.mark.parametrize(
    ("script", "stage", "tasks"),
    [
        ("train_network.py", "nonlinear", ["mante"]),
        ("train_stack.py", "nonlinear", ["mante"]),
        ("train_linear.py", "linear", []),
        ("train_lstm.py", "sentiment", []),
    ],
)
def test_a_training_contains_no_module_of_another_stage(script, stage, tasks):
    named = [f"interplay.tasks.{task}" for task in tasks]
    files = code_files(SCRIPTS / script, named)
    parts = [file.relative_to(SCRIPTS).parts for file in files]
    packages = {part[1] for part in parts if part[0] == "interplay" and len(part) > 2}
    assert packages & STAGES == {stage}
    assert not packages & {"figures", "claims", "paper", "site"}
    modules = {part[2] for part in parts if part[:2] == ("interplay", "tasks")}
    shared = {"__init__.py", "drawing.py", "options.py", "trials.py"}
    assert modules <= shared | {f"{task}.py" for task in tasks}
