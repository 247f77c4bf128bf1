"""What rules ask for against the peak memory of their scripts."""

import json
import os
import subprocess
import sys
from dataclasses import replace
from pathlib import Path

import pytest

from interplay.configuration import memory
from interplay.configuration.experiments import Experiment

SCRIPTS = Path(__file__).parents[2] / "workflow/scripts"

# A child inherits the peak of its parent, so the script runs in a grandchild that a small
# process starts.
SMALL_PARENT = "import subprocess, sys; sys.exit(subprocess.call(sys.argv[1:]))"
PEAK = """
import json, resource, sys
from importlib import import_module
from inspect import signature
import snakemake.script, interplay.provenance.recording

class Names(dict):
    __getattr__ = dict.__getitem__
    def __iter__(self): return iter(self.values())

parts = {k: Names(v) if isinstance(v, dict) else v for k, v in json.load(sys.stdin).items()}
main = import_module(sys.argv[1]).main
main(**{name: parts[name] for name in signature(main).parameters})
kilobytes = 1 if sys.platform == "linux" else 1024
print(resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / kilobytes / 1024)
"""
TRAINING = {
    "N": 1024, "dt": 0.5, "epochs": 2, "batch": 32, "learning_rate": 0.03,
    "optimiser": "adam", "eps": 1e-8, "beta2": 0.999, "clip": None,
    "amsgrad": False, "trained": ["W", "B", "C"],
}  # fmt: skip
MANTE = Experiment("mante", "mante", {}, (0.9,), (0,), TRAINING, "")
TRIAL = {"duration": 101, "onset": 1, "window": 1}
TARGETS = [{"zhat": zhat, "learning_rate": 0.001} for zhat in (0.5, 1.0, 2.0)]


def peak(script, **parts):
    """Return the peak memory of a script, in MB."""
    base = {key: {} for key in ("input", "wildcards", "config")}
    base["resources"] = {"keep_checkpoint": 0}
    done = subprocess.run(
        [sys.executable, "-c", SMALL_PARENT, sys.executable, "-c", PEAK, script],
        input=json.dumps(base | {"threads": 1} | parts),
        env=os.environ | {"PYTHONPATH": str(SCRIPTS), "OMP_NUM_THREADS": "1"},
        capture_output=True, text=True, check=True,
    )  # fmt: skip
    return float(done.stdout)


def files(folder, *names):
    return {Path(name).stem: str(folder / name) for name in names}


def assert_fits(asked, used):
    own = asked - memory.SNAKEMAKE
    assert own / 3 < used < own


@pytest.mark.slow
def test_rate_networks_of_1024_neurons_fit(tmp_path):
    wildcards = {"experiment": "mante", "g": "0.9", "seed": "0"}
    trained = files(tmp_path, "network.safetensors", "loss.parquet", "record.json")
    params = {"experiment": MANTE.parameters, "code": "0"}
    used = peak("train_network", wildcards=wildcards, params=params, output=trained)
    assert_fits(memory.training(MANTE), used)
    inputs = {name: [path] for name, path in trained.items()}
    params = {"threshold": 0.05, "rank_trials": 128, "largest_rank": 25}
    output = files(tmp_path, "truncation.csv", "functional_rank.csv")
    used = peak(
        "functional_rank", wildcards=wildcards, params=params, input=inputs, output=output
    )
    assert_fits(memory.measuring(MANTE, test_trials=128, matrices=50), used)


@pytest.mark.slow
def test_linear_networks_of_1024_neurons_fit(tmp_path):
    names = (
        "network.safetensors", "measurements.csv", "directions.csv", "curves.parquet",
        "record.json",
    )  # fmt: skip
    params = {
        "N": 1024, "dt": 0.5, "trial": TRIAL, "targets": TARGETS, "epochs": 5,
        "threshold": 0.05, "shuffles": 2, "code": "0",
    }  # fmt: skip
    used = peak(
        "train_linear",
        wildcards={"g": "0.6", "seed": "0"},
        params=params,
        output=files(tmp_path, *names),
    )
    assert_fits(memory.linear(1024, epochs=5, targets=3, samples=202), used)


@pytest.mark.parametrize(
    ("smaller", "larger"),
    [
        (MANTE, replace(MANTE, training=TRAINING | {"N": 2048})),
        (MANTE, replace(MANTE, training=TRAINING | {"batch": 512})),
        (replace(MANTE, training=TRAINING | {"dt": 1.0}), MANTE),
    ],
    ids=["N", "batch", "samples"],
)
def test_larger_networks_batches_and_trials_ask_for_more(smaller, larger):
    assert memory.training(smaller) < memory.training(larger)


def test_a_task_that_fails_counts_as_a_long_one():
    wrong = replace(MANTE, options={"no_such_option": 1})
    assert memory.training(wrong) > memory.training(MANTE)


def test_peaks_that_were_measured_once_fit():
    """The functional rank at N = 3000, and an LSTM of 1024 units on short sentences."""
    large = replace(MANTE, training=TRAINING | {"N": 3000})
    assert_fits(memory.measuring(large, test_trials=512, matrices=50), 1580)
    assert_fits(memory.lstm(1024, 100), 1287)
    # In the archived run: real sentences, 256 units.
    assert_fits(memory.lstm(256, 100), 874)
