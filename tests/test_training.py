"""A run that is stopped and taken up again, and what its checkpoints say."""

import os
import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest
import torch

from interplay.lowrank.truncation import functional_rank, shuffled, truncations
from interplay.nonlinear.measurements import convergence_epoch
from interplay.nonlinear.training import Run, State, initial_state, train
from interplay.optimisers.adam import Adam, AdamState, at_rest
from interplay.optimisers.in_torch import TorchAdam
from interplay.runs.checkpoints import load_checkpoint, save_checkpoint
from interplay.storage.errors import InputError
from interplay.tasks import make_task

TASK = make_task("romo", 0.5)
SCRIPTS = Path(__file__).parents[1] / "workflow" / "scripts"


def run_of(epochs):
    return Run("romo", 0.9, 1, n=24, epochs=epochs, batch=4, learning_rate=0.05 / 24)


def test_steps_are_those_of_torchs_adam_to_the_bit():
    rng = np.random.default_rng(20)
    weights = {"W": rng.standard_normal((90, 90), np.float32)}
    start = AdamState(**at_rest(weights))
    compiled, in_torch = Adam(start, 0, 0.01), TorchAdam(start, 0, 0.01, "cpu")
    weight = torch.tensor(weights["W"], requires_grad=True)
    theirs = torch.optim.Adam([weight], lr=0.01, fused=True)
    for scale in (1, 1e-3, 1e-25, 0, 1, 1e3):
        gradient = scale * rng.standard_normal((90, 90), np.float32)
        compiled.step({"W": gradient})
        in_torch.step({"W": torch.from_numpy(gradient)})
        weight.grad = torch.from_numpy(gradient)
        theirs.step()
    expected = weight.detach().numpy()
    np.testing.assert_array_equal(compiled.weights["W"], expected)
    np.testing.assert_array_equal(in_torch.put_down()["weights"]["W"], expected)
    assert not np.array_equal(start.weights["W"], expected), "the state is left alone"


@pytest.mark.parametrize(
    "script, module",
    [("train_network.py", "torch"), ("train_lstm.py", "torch._dynamo")],
)
def test_jobs_do_without_what_is_slow_to_import(script, module):
    program = f"""
import ast, sys
from pathlib import Path
tree = ast.parse(Path("{SCRIPTS / script}").read_text())
imports = [n for n in tree.body if isinstance(n, ast.Import | ast.ImportFrom)]
exec("\\n".join(map(ast.unparse, imports)))
if "torch" in sys.modules:
    require_determinism()
assert "{module}" not in sys.modules
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
            expected = getattr(whole, group)[name]
            np.testing.assert_array_equal(getattr(resumed, group)[name], expected)


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
