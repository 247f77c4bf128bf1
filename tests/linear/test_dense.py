"""Dense gradient descent of linear networks: exact gradients, and agreement with theory."""

import numpy as np
import pytest
import torch
from hypothesis import given, settings
from hypothesis import strategies as st

from interplay.linear.dense import Task, gradient_descent, loss_and_gradient
from interplay.linear.descent import descend
from interplay.linear.divergence import target_task
from interplay.linear.network import Trial, draw_network


def random_task(n, steps, seed):
    rng = np.random.default_rng(seed)
    vectors = rng.standard_normal((3, n))
    weight = rng.random(steps)
    return Task(*vectors, rng.standard_normal(steps), weight / weight.sum(), dt=0.3)


def loss_by_torch(W, task):
    start, drive, readout = map(torch.from_numpy, (task.start, task.drive, task.readout))
    x, loss = start, 0
    for target, weight in zip(task.target, task.weight, strict=True):
        x = x + task.dt * (W @ x - x + drive)
        loss = loss + weight * (target - readout @ x) ** 2 / 2
    return loss


@settings(deadline=None, max_examples=30)
@given(n=st.integers(1, 8), steps=st.integers(1, 12), seed=st.integers(0, 1000))
def test_gradient_is_that_of_autograd(n, steps, seed):
    task = random_task(n, steps, seed)
    W = np.random.default_rng([seed, 1]).standard_normal((n, n)) / np.sqrt(n)
    loss, gradient = loss_and_gradient(W, task)
    tensor = torch.from_numpy(W).requires_grad_()
    expected = loss_by_torch(tensor, task)
    (autograd,) = torch.autograd.grad(expected, tensor, allow_unused=True)
    assert loss == pytest.approx(expected.item(), rel=1e-12)
    np.testing.assert_allclose(gradient, autograd.numpy(), rtol=1e-9, atol=1e-11)


def test_gradient_is_that_of_finite_differences():
    task = random_task(5, 20, 7)
    W = np.random.default_rng(8).standard_normal((5, 5)) / 3
    _, gradient = loss_and_gradient(W, task)
    step = 1e-6
    for i, j in np.ndindex(5, 5):
        change = np.zeros((5, 5))
        change[i, j] = step
        up, down = (loss_and_gradient(W + sign * change, task)[0] for sign in (1, -1))
        assert gradient[i, j] == pytest.approx((up - down) / (2 * step), abs=1e-7)


@pytest.mark.parametrize("zhat", [0.5, 2.0])
def test_dense_descent_is_that_in_bases(zhat):
    trial, rate = Trial(duration=101, onset=1, window=1, dt=0.5), 0.005
    network = draw_network(32, 0.6, 0)
    rng = np.random.default_rng(0)
    (expected,) = descend(network, [zhat], [rate], 20, trial, rng)
    task = target_task(network, zhat, trial)
    epochs = list(gradient_descent(network.W0, task, rate, 20))
    np.testing.assert_allclose([e.loss for e in epochs], expected.loss, atol=1e-9)
    np.testing.assert_allclose(epochs[-1].W - network.W0, expected.dW, atol=1e-9)


def test_a_diverging_network_ends_the_series_at_its_last_finite_epoch():
    network = draw_network(16, 0.6, 0)
    task = target_task(network, 2.0, Trial(duration=51, onset=1, window=1, dt=0.5))
    epochs = list(gradient_descent(network.W0, task, 100.0, 50))
    assert 0 < len(epochs) < 51
    assert all(np.isfinite(e.loss) and np.isfinite(e.gradient).all() for e in epochs)
