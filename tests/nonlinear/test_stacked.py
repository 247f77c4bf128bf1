"""Networks trained as a stack end as if each were trained alone."""

from dataclasses import replace

import numpy as np
import pytest
import torch

from interplay import Trials, make_task
from interplay.nonlinear.engine import Engine
from interplay.nonlinear.network import Network
from interplay.nonlinear.run import Run, initial_state
from interplay.nonlinear.stacked import stack_states, train_stack, unstack_states
from interplay.nonlinear.stacked_engine import losses_and_gradients
from interplay.nonlinear.training import train
from interplay.runs.checkpoints import Checkpoints

TASK = make_task("romo", 0.5)
RUN = Run("romo", 0.9, 1, n=24, epochs=60, batch=4, learning_rate=0.05 / 24)
RUNS = [replace(RUN, g=g, seed=seed) for g in (0.0, 0.9) for seed in (1, 2)]
BEGINNINGS = [initial_state(run, TASK) for run in RUNS]
NAMES = ("W", "B", "C")
DEVICES = ["cpu", *(["cuda"] if torch.cuda.is_available() else [])]

TOLERANCE = 1e-4
"""of losses and weights, relative to the largest, after 60 epochs"""


def close(found, expected):
    found, expected = np.asarray(found), np.asarray(expected)
    error = np.abs(found - expected).max() / np.abs(expected).max()
    assert error < TOLERANCE


@pytest.mark.parametrize("device", DEVICES)
@pytest.mark.parametrize("name", ["flipflop", "mante", "romo"])
def test_losses_and_gradients_are_those_of_each_network(name, device):
    task, rng = make_task(name, 0.5), np.random.default_rng(0)
    n_runs, n_trials, n = 3, 5, 16
    weights = {
        name: torch.tensor(
            rng.standard_normal((n_runs, *shape)) / np.sqrt(n), device=device
        )
        for name, shape in zip(
            NAMES, [(n, n), (n, task.n_inputs), (task.n_outputs, n)], strict=True
        )
    }
    network, compute = Network(**weights), None
    # A GPU records the first batch's kernels, and replays them for the second.
    for _ in range(2):
        drawn = [task.draw(rng, n_trials) for _ in range(n_runs)]
        batches = [np.stack(arrays, axis=1) for arrays in zip(*drawn, strict=True)]
        trials = [torch.tensor(array, device=device).double() for array in batches]
        compute = compute or losses_and_gradients(network, task.dt, *trials)
        losses, gradients = compute(*trials)
    for i in range(n_runs):
        one = Network(**{name: w[i].cpu().numpy() for name, w in weights.items()})
        batch = Trials(*(tensor[:, i].cpu().numpy() for tensor in trials))
        loss, gradient = Engine.for_batch(one, batch, task.dt).loss_and_gradient(
            one, batch
        )
        np.testing.assert_allclose(losses[i].cpu(), loss, rtol=1e-12)
        for name in NAMES:
            expected = getattr(gradient, name)
            np.testing.assert_allclose(
                gradients[name][i].cpu(), expected, rtol=1e-9, atol=1e-12
            )


@pytest.mark.parametrize("device", DEVICES)
@pytest.mark.parametrize(
    "changes",
    [
        {},
        {"optimiser": "gradient_descent", "learning_rate": 0.05},
        {"trained": ("W",)},
        {"amsgrad": True, "eps": 1e-6, "beta2": 0.9},
        # In some epochs the gradient of some networks is larger.
        {"clip": 0.02},
    ],
)
def test_each_network_ends_as_if_trained_alone(changes, device):
    runs = [replace(run, **changes) for run in RUNS]
    starts = [initial_state(run, TASK) for run in runs]
    together = train_stack(runs, TASK, starts, device, threads=2)
    for run, start, found in zip(runs, starts, together, strict=True):
        alone = train(run, TASK, start)
        assert found.epoch == alone.epoch == 60
        close(found.losses, alone.losses)
        for name in NAMES:
            close(found.weights[name], alone.weights[name])


def test_a_stopped_stack_resumes_to_the_bit(tmp_path):
    whole = train_stack(RUNS, TASK, BEGINNINGS)
    part = train_stack([replace(run, epochs=52) for run in RUNS], TASK, BEGINNINGS)
    checkpoints = Checkpoints(tmp_path / "checkpoint.safetensors", "these")
    checkpoints.save(*stack_states(part))
    saved = unstack_states(*checkpoints.load())
    assert {state.epoch for state in saved} == {52}
    for resumed, one in zip(train_stack(RUNS, TASK, saved), whole, strict=True):
        assert resumed.losses == one.losses
        for name in NAMES:
            np.testing.assert_array_equal(resumed.weights[name], one.weights[name])


def test_a_network_that_diverges_ends_and_leaves_the_others_alone():
    bad = initial_state(RUNS[1], TASK)
    bad.weights["C"][:] = float("nan")
    mixed = [BEGINNINGS[0], bad, *BEGINNINGS[2:]]
    ended = train_stack(RUNS, TASK, mixed)
    assert [state.epoch for state in ended] == [60, 1, 60, 60]
    assert ended[1].diverged
    for found, whole in zip(ended, train_stack(RUNS, TASK, BEGINNINGS), strict=True):
        assert found.diverged or found.losses == whole.losses
    # It stays as it ended when the others are taken up again.
    assert train_stack(RUNS, TASK, ended)[1].epoch == 1


def test_runs_that_cannot_be_stacked_are_refused():
    with pytest.raises(ValueError, match="only in g and seed"):
        train_stack([RUN, replace(RUN, n=12)], TASK, BEGINNINGS[:2])
    later = train(replace(RUN, epochs=3), TASK, BEGINNINGS[0])
    with pytest.raises(ValueError, match=r"found \[0, 3\]"):
        train_stack(RUNS[:2], TASK, [BEGINNINGS[0], later])
