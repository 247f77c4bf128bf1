"""Dense gradient descent: exact gradients, and the end of a descent that diverges."""

import numpy as np
import pytest
import torch
from hypothesis import given, settings
from hypothesis import strategies as st

from interplay.linear.dense import (
    Task,
    gradient_descent,
    loss_and_gradient,
    simulate_states,
)
from interplay.linear.divergence import target_task
from interplay.linear.network import Trial, draw_network, simulate

TRIAL = Trial(duration=21, onset=1, window=1, dt=0.5)


def random_task(n, steps, dt, rng):
    """Return a task with a random start, drive, readout, target and weight."""
    start, drive, readout = rng.standard_normal((3, n))
    target, weight = rng.standard_normal((2, steps))
    return Task(start, drive, readout, target, weight**2, dt)


def loss_by_torch(W, task):
    """Return the loss of a W that requires a gradient, written sample by sample."""
    start, drive, readout = map(torch.tensor, (task.start, task.drive, task.readout))
    x, loss = start, torch.zeros((), dtype=torch.float64)
    for target, weight in zip(task.target, task.weight, strict=True):
        x = (1 - task.dt) * x + task.dt * (W @ x + drive)
        loss = loss + weight * (target - readout @ x) ** 2 / 2
    return loss


@settings(deadline=None, max_examples=40)
@given(
    n=st.integers(1, 8),
    steps=st.integers(1, 12),
    dt=st.floats(0.05, 1),
    seed=st.integers(0, 1000),
)
def test_gradient_is_that_of_autograd(n, steps, dt, seed):
    rng = np.random.default_rng(seed)
    task = random_task(n, steps, dt, rng)
    W = rng.standard_normal((n, n)) / np.sqrt(n)
    tensor = torch.tensor(W, requires_grad=True)
    expected = loss_by_torch(tensor, task)
    (gradient,) = torch.autograd.grad(expected, tensor)
    loss, found = loss_and_gradient(W, task)
    assert loss == pytest.approx(expected.item(), rel=1e-12)
    np.testing.assert_allclose(
        found, gradient.numpy(), rtol=1e-10, atol=1e-12 * np.abs(found).max()
    )


def test_states_are_those_of_the_simulation():
    network = draw_network(20, 0.5, 0)
    task = target_task(network, 1.0, TRIAL)
    states = simulate_states(network.W0, task, TRIAL.driven)
    expected = simulate(network, network.W0, TRIAL)
    np.testing.assert_allclose(states[1:] @ network.w, expected, atol=1e-14)


def test_a_diverging_descent_ends_with_its_last_finite_epoch():
    network = draw_network(16, 0.5, 0)
    task = target_task(network, 4.0, TRIAL)
    dense = list(gradient_descent(network.W0, task, 10.0, 100))
    assert 1 < len(dense) < 101
    last = dense[-1]
    assert np.isfinite([last.loss, last.gradient_norm]).all()
    with np.errstate(over="ignore", invalid="ignore"):
        W = last.W - 10.0 * loss_and_gradient(last.W, task)[1]
        loss, gradient = loss_and_gradient(W, task)
        assert not np.isfinite([loss, np.linalg.norm(gradient)]).all()
