"""The engine's loss and gradient are those of autograd through the torch module."""

import numpy as np
import pytest
import torch
from hypothesis import given, settings
from hypothesis import strategies as st

from interplay import Trials, make_task
from interplay.nonlinear.engine import Engine
from interplay.nonlinear.in_torch import RateNetwork
from interplay.nonlinear.network import (
    Network,
    draw_inputs_and_readout,
    draw_recurrent,
    masked_loss,
)

DT = 0.5
TASKS = [
    ("flipflop", {"hold": "per_channel"}),
    ("flipflop", {"hold": "last_pulse"}),
    ("mante", {}),
    ("romo", {}),
]


def make_network(task, n, g, dtype):
    rng = np.random.default_rng(4)
    W = draw_recurrent(rng, n, g)
    B, C = draw_inputs_and_readout(rng, n, task.n_inputs, task.n_outputs)
    return Network(*(weights.astype(dtype) for weights in (W, B, C)))


def draw(task, n_trials, dtype):
    trials = task.draw(np.random.default_rng(7), n_trials)
    return Trials(*(array.astype(dtype) for array in trials))


def autograd(network, trials):
    """Return loss and gradient in float64, from the torch module of `as_torch`."""
    module = RateNetwork(Network(*(w.astype(float) for w in vars(network).values())), DT)
    inputs, targets, mask = (torch.from_numpy(a.astype(float)) for a in trials)
    loss = masked_loss(module(inputs), targets, mask)
    loss.backward()
    return loss.item(), {name: w.grad.numpy() for name, w in module.named_parameters()}


def assert_gradient_equals_autograd(network, trials, tolerance):
    loss, gradient = autograd(network, trials)
    engine = Engine.for_batch(network, trials, DT)
    our_loss, our_gradient = engine.loss_and_gradient(network, trials)
    assert our_loss == pytest.approx(loss, rel=tolerance)
    for name, mine in vars(our_gradient).items():
        error = np.linalg.norm(mine - gradient[name])
        assert error <= tolerance * np.linalg.norm(gradient[name])


@pytest.mark.parametrize("name, options", TASKS)
@pytest.mark.parametrize("g", [0.0, 0.9, 1.8])
@pytest.mark.parametrize("dtype, tolerance", [(np.float64, 1e-10), (np.float32, 1e-5)])
def test_gradient_equals_autograd(name, options, g, dtype, tolerance):
    task = make_task(name, DT, **options)
    network, trials = make_network(task, 48, g, dtype), draw(task, 8, dtype)
    assert_gradient_equals_autograd(network, trials, tolerance)


@settings(max_examples=30, deadline=None)
@given(
    n=st.integers(1, 70),
    n_trials=st.integers(1, 20),
    n_samples=st.integers(1, 40),
    n_inputs=st.integers(1, 5),
    n_outputs=st.integers(1, 4),
    seed=st.integers(0, 1000),
)
def test_gradient_of_any_shape(n, n_trials, n_samples, n_inputs, n_outputs, seed):
    """Whatever has to be padded to whole tiles, and wherever a block of steps ends."""
    normal = np.random.default_rng(seed).standard_normal
    W, B, C = normal((n, n)) / n**0.5, normal((n, n_inputs)), normal((n_outputs, n))
    inputs, targets, mask = (
        normal((n_samples, n_trials, k)) for k in (n_inputs, n_outputs, n_outputs)
    )
    trials = Trials(inputs, targets, np.abs(mask))
    assert_gradient_equals_autograd(Network(W, B, C), trials, 1e-9)


@pytest.mark.parametrize("rest", [0, 1, 9, 12])
def test_gradient_of_trials_that_begin_with_rest(rest):
    """Steps before the first input are not simulated, nor those after the last output."""
    task = make_task("mante", DT)
    trials = Trials(*(array[:12] for array in draw(task, 5, np.float64)))
    trials.inputs[:rest] = 0
    network = make_network(task, 40, 0.9, np.float64)
    assert_gradient_equals_autograd(network, trials, 1e-12)


def test_readout_of_one_step_by_hand():
    network = Network(*(np.array([[weight]], np.float32) for weight in (2, 3, 5)))
    inputs = np.array([1, 0], np.float32).reshape(2, 1, 1)
    z = Engine(network, 2, 1, DT).simulate(network, inputs).flatten()
    x1 = 0.5 * 3
    x2 = 0.5 * x1 + 0.5 * 2 * np.tanh(x1)
    np.testing.assert_allclose(z, [5 * np.tanh(x1), 5 * np.tanh(x2)], rtol=1e-6)


def test_an_engine_can_be_used_again():
    """Even after a batch that begins earlier, whose states its buffers still hold."""
    task = make_task("romo", DT)
    network, trials = make_network(task, 32, 0.5, np.float32), draw(task, 4, np.float32)
    compiled = Engine.for_batch(network, trials, DT)

    def gradient(u):
        batch = trials._replace(inputs=u)
        return compiled.loss_and_gradient(network, batch)[1].W.copy()

    first = gradient(trials.inputs)
    gradient(trials.inputs + 1)
    np.testing.assert_array_equal(gradient(trials.inputs), first)
    assert not gradient(0 * trials.inputs).any(), "a network at rest learns nothing"


def test_initial_weights():
    rng = np.random.default_rng(0)
    n = 400
    W0 = draw_recurrent(rng, n, 0.9)
    assert W0.std() == pytest.approx(0.9 / np.sqrt(n), rel=0.01)
    assert abs(W0.mean()) < 4 * 0.9 / np.sqrt(n) / n
    B, C = draw_inputs_and_readout(rng, n, 4, 2)
    np.testing.assert_allclose(np.linalg.norm(B, axis=0), np.sqrt(n), rtol=1e-6)
    np.testing.assert_allclose(np.linalg.norm(C, axis=1), 1 / np.sqrt(n), rtol=1e-6)
    assert not draw_recurrent(rng, 8, 0.0).any()
