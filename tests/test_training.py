"""A run that is stopped and taken up again, and what its checkpoints say."""

import os
import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest
import torch

from interplay.adam import Adam, AdamState, at_rest
from interplay.checkpoint import load_checkpoint, save_checkpoint
from interplay.errors import InputError
from interplay.lowrank import functional_rank, shuffled, truncations
from interplay.tasks import make_task
from interplay.training import Run, State, convergence_epoch, initial_state, train

TASK = make_task("romo", 0.5)
SCRIPTS = Path(__file__).parents[1] / "workflow" / "scripts"


def run_of(epochs):
    return Run("romo", 0.9, 1, n=24, epochs=epochs, batch=4, learning_rate=0.05 / 24)


def test_steps_are_those_of_torchs_adam_to_the_bit():
    rng = torch.Generator().manual_seed(20)
    start = AdamState(**at_rest({"W": torch.randn(9, 9, generator=rng).numpy()}))
    ours = Adam(start, 0, 0.01, "cpu")
    weight = start.weights["W"].clone().requires_grad_()
    theirs = torch.optim.Adam([weight], lr=0.01, fused=True)
    for _ in range(5):
        gradient = torch.randn(9, 9, generator=rng)
        ours.step({"W": gradient})
        weight.grad = gradient
        theirs.step()
    assert torch.equal(ours.weights["W"], weight)


def test_training_does_without_torchs_compiler():
    program = """
import sys
from interplay.record import require_determinism
from interplay.tasks import make_task
from interplay.training import Run, initial_state, train
require_determinism()
run = Run("romo", 0.9, 1, n=8, epochs=2, batch=2, learning_rate=0.01)
task = make_task("romo", 0.5)
train(run, task, initial_state(run, task))
assert "torch._dynamo" not in sys.modules
"""
    environment = os.environ | {"PYTHONPATH": str(SCRIPTS)}
    subprocess.run([sys.executable, "-c", program], env=environment, check=True)


def test_a_resumed_run_is_bit_identical(tmp_path):
    whole = train(run_of(130), TASK, initial_state(run_of(130), TASK))
    part = train(run_of(70), TASK, initial_state(run_of(70), TASK))
    path = tmp_path / "checkpoint.safetensors"
    save_checkpoint(part, "this run", path)
    resumed = train(run_of(130), TASK, load_checkpoint(State, "this run", path))
    assert resumed.losses == whole.losses
    for group in ("weights", "means", "squares"):
        for name in "WBC":
            assert torch.equal(getattr(resumed, group)[name], getattr(whole, group)[name])


def test_a_checkpoint_of_another_run_is_not_taken_up(tmp_path):
    path = tmp_path / "checkpoint.safetensors"
    save_checkpoint(initial_state(run_of(1), TASK), "that run", path)
    assert load_checkpoint(State, "this run", path) is None
    assert load_checkpoint(State, "this run", tmp_path / "none") is None


def test_a_truncated_checkpoint_is_named(tmp_path):
    path = tmp_path / "checkpoint.safetensors"
    save_checkpoint(initial_state(run_of(1), TASK), "this run", path)
    path.write_bytes(path.read_bytes()[:-10])
    with pytest.raises(InputError, match="found damage"):
        load_checkpoint(State, "this run", path)


def test_a_loss_that_is_not_finite_ends_the_run():
    state = initial_state(run_of(9), TASK)
    state.weights["C"][:] = float("nan")
    ended = train(run_of(9), TASK, state)
    assert ended.diverged
    assert ended.epoch == 1


def test_convergence_and_functional_rank():
    assert convergence_epoch(np.array([1, 0.5, 0.04, 0.2]), 0.05) == 2
    assert convergence_epoch(np.array([1, 0.05]), 0.05) is None
    assert functional_rank(np.array([1, 0.2, 0.01, 0.3]), 0.05) == 2
    assert functional_rank(np.array([1.0]), 0.05) is None


def test_truncation_and_shuffle():
    rng = np.random.default_rng(0)
    dW = rng.standard_normal((9, 9))
    parts = list(truncations(dW, range(10)))
    assert not parts[0].any()
    np.testing.assert_allclose(parts[9], dW, atol=1e-12)
    assert [np.linalg.matrix_rank(part) for part in parts] == list(range(10))
    mixed = shuffled(dW, rng)
    np.testing.assert_array_equal(np.sort(mixed, axis=None), np.sort(dW, axis=None))
    assert not np.array_equal(mixed, dW)
