"""Training one network: resuming, optimisers, trained weights, divergence."""

import os
import subprocess
import sys
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from interplay import make_task
from interplay.nonlinear.engine import Engine
from interplay.nonlinear.network import Network
from interplay.nonlinear.run import Run, State, initial_state
from interplay.nonlinear.training import stretch, train
from interplay.runs.checkpoints import Checkpoints

TASK = make_task("romo", 0.5)
SCRIPTS = Path(__file__).parents[2] / "workflow" / "scripts"


def run_of(epochs):
    return Run("romo", 0.9, 1, n=24, epochs=epochs, batch=4, learning_rate=0.05 / 24)


@pytest.mark.parametrize(
    "script, module", [("train_network", "torch"), ("train_lstm", "torch._dynamo")]
)
def test_jobs_do_not_import_slow_modules(script, module):
    program = f"""
import sys, {script}
if "torch" in sys.modules:
    {script}.require_determinism()
assert "{module}" not in sys.modules
"""
    environment = os.environ | {"PYTHONPATH": str(SCRIPTS)}
    subprocess.run([sys.executable, "-c", program], env=environment, check=True)


def test_a_resumed_run_is_bit_identical(tmp_path):
    whole = train(run_of(130), TASK, initial_state(run_of(130), TASK))
    part = train(run_of(70), TASK, initial_state(run_of(70), TASK))
    checkpoints = Checkpoints(tmp_path / "checkpoint.safetensors", "this run")
    checkpoints.save(part, part.progress)
    saved = State.from_checkpoint(*checkpoints.load())
    resumed = train(run_of(130), TASK, saved)
    assert resumed.losses == whole.losses
    for group, arrays in whole.groups.items():
        for name, expected in arrays.items():
            np.testing.assert_array_equal(resumed.groups[group][name], expected)


@pytest.mark.parametrize("optimiser", ["adam", "gradient_descent"])
@pytest.mark.parametrize("trained", [("W",), ("B", "C"), ("W", "B", "C")])
def test_only_the_trained_weights_change(optimiser, trained):
    run = replace(run_of(3), optimiser=optimiser, trained=trained)
    start = initial_state(run, TASK)
    ended = train(run, TASK, start)
    for name in "WBC":
        same = np.array_equal(ended.weights[name], start.weights[name])
        assert same == (name not in trained)


def test_gradient_descent_takes_the_steps_of_its_formula():
    run = replace(run_of(1), optimiser="gradient_descent", learning_rate=0.5)
    start = initial_state(run, TASK)
    network = Network(**start.weights)
    (trials,) = stretch(run, TASK, 0)
    engine = Engine.for_batch(network, trials, TASK.dt)
    _, gradient = engine.loss_and_gradient(network, trials)
    ended = train(run, TASK, start)
    for name in "WBC":
        expected = start.weights[name] - np.float32(0.5) * getattr(gradient, name)
        np.testing.assert_array_equal(ended.weights[name], expected)


def test_runs_that_differ_in_how_they_train_share_weights_and_trials():
    runs = [run_of(9), replace(run_of(50), learning_rate=0.1, trained=("W",))]
    starts = [initial_state(run, TASK) for run in runs]
    for name in "WBC":
        np.testing.assert_array_equal(*(start.weights[name] for start in starts))
    first = [next(stretch(run, TASK, 0)) for run in runs]
    np.testing.assert_array_equal(first[0].inputs, first[1].inputs)


def test_a_loss_that_is_not_finite_ends_the_run():
    state = initial_state(run_of(9), TASK)
    state.weights["C"][:] = float("nan")
    ended = train(run_of(9), TASK, state)
    assert ended.diverged
    assert ended.epoch == 1
    # As after a checkpoint of the ended run.
    assert train(run_of(9), TASK, ended) is ended
