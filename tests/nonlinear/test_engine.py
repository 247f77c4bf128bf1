"""The gradient of the rate network against plain autograd, for every task's shape."""

import numpy as np
import pytest
import torch
from hypothesis import given, settings
from hypothesis import strategies as st

from interplay import Trials, make_task
from interplay.nonlinear.engine import Engine
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
    tensors = (torch.tensor(a, dtype=dtype, requires_grad=True) for a in (W, B, C))
    return Network(*tensors)


def plain_readout(network, inputs):
    """The equations of the module's docstring, one autograd node per term."""
    x = torch.zeros(inputs.shape[1], network.W.shape[0], dtype=inputs.dtype)
    outputs = []
    for u in inputs:
        recurrent = torch.tanh(x) @ network.W.T
        x = (1 - DT) * x + DT * (recurrent + u @ network.B.T)
        outputs.append(torch.tanh(x) @ network.C.T)
    return torch.stack(outputs)


def autograd(network, trials):
    inputs, targets, mask = trials
    loss = masked_loss(plain_readout(network, inputs), targets, mask)
    gradient = torch.autograd.grad(loss, [network.W, network.B, network.C])
    return loss.detach(), Network(*gradient)


def draw(task, n_trials, dtype):
    trials = task.draw(np.random.default_rng(7), n_trials)
    return tuple(torch.tensor(a, dtype=dtype) for a in trials)


def engine(network, trials):
    W, B, C, *arrays = (
        tensor.detach().numpy() for tensor in (network.W, network.B, network.C, *trials)
    )
    network, trials = Network(W, B, C), Trials(*arrays)
    compiled = Engine.for_batch(network, trials, DT)
    loss, gradient = compiled.loss_and_gradient(network, trials)
    tensors = map(torch.from_numpy, (gradient.W, gradient.B, gradient.C))
    return torch.tensor(loss, dtype=torch.float64), Network(*tensors)


def relative_error(a, b):
    return float(
        torch.linalg.norm(a.double() - b.double()) / torch.linalg.norm(b.double())
    )


@pytest.mark.parametrize("name, options", TASKS)
@pytest.mark.parametrize("g", [0.0, 0.9, 1.8])
@pytest.mark.parametrize(
    "dtype, tolerance", [(torch.float64, 1e-10), (torch.float32, 1e-5)]
)
def test_gradient_equals_autograd(name, options, g, dtype, tolerance):
    task = make_task(name, DT, **options)
    trials = draw(task, 8, torch.float64)
    reference = make_network(task, 48, g, torch.float64)
    loss, gradient = autograd(reference, trials)

    network = make_network(task, 48, g, dtype)
    our_loss, our_gradient = engine(network, tuple(a.to(dtype) for a in trials))

    assert relative_error(our_loss, loss) < tolerance
    for name in ("W", "B", "C"):
        mine, theirs = getattr(our_gradient, name), getattr(gradient, name)
        assert relative_error(mine, theirs) < tolerance


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
    generator = torch.Generator().manual_seed(seed)

    def normal(*shape):
        numbers = torch.randn(shape, generator=generator, dtype=torch.float64)
        return numbers.requires_grad_()

    network = Network(normal(n, n) / n**0.5, normal(n, n_inputs), normal(n_outputs, n))
    trials = [
        normal(n_samples, n_trials, k).detach() for k in (n_inputs, n_outputs, n_outputs)
    ]
    trials[2] = trials[2].abs()
    loss, gradient = autograd(network, trials)
    our_loss, our_gradient = engine(network, trials)
    assert relative_error(our_loss, loss) < 1e-10
    for name in ("W", "B", "C"):
        mine, theirs = getattr(our_gradient, name), getattr(gradient, name)
        torch.testing.assert_close(mine, theirs, rtol=1e-9, atol=1e-11)


def test_readout_of_one_step_by_hand():
    network = Network(*(np.array([[weight]], np.float32) for weight in (2, 3, 5)))
    inputs = np.array([1, 0], np.float32).reshape(2, 1, 1)
    z = Engine(network, 2, 1, DT).simulate(network, inputs).flatten()
    x1 = 0.5 * 3
    x2 = 0.5 * x1 + 0.5 * 2 * np.tanh(x1)
    np.testing.assert_allclose(z, [5 * np.tanh(x1), 5 * np.tanh(x2)], rtol=1e-6)


def test_an_engine_can_be_used_again():
    """Even after a batch that begins earlier, whose states its buffers still hold."""
    task, rng = make_task("romo", DT), np.random.default_rng(7)
    W = draw_recurrent(rng, 32, 0.5)
    network = Network(W, *draw_inputs_and_readout(rng, 32, task.n_inputs, task.n_outputs))
    trials = task.draw(rng, 4)
    compiled = Engine.for_batch(network, trials, DT)

    def gradient(u):
        batch = trials._replace(inputs=u)
        return compiled.loss_and_gradient(network, batch)[1].W.copy()

    first = gradient(trials.inputs)
    gradient(trials.inputs + 1)
    np.testing.assert_array_equal(gradient(trials.inputs), first)
    assert not gradient(0 * trials.inputs).any(), "a network at rest learns nothing"


@pytest.mark.parametrize("rest", [0, 1, 9, 12])
def test_gradient_of_trials_that_begin_with_rest(rest):
    """Steps before the first input are not simulated, nor those after the last output."""
    task = make_task("mante", DT)
    network = make_network(task, 40, 0.9, torch.float64)
    trials = [array[:12].clone() for array in draw(task, 5, torch.float64)]
    trials[0][:rest] = 0
    loss, gradient = autograd(network, trials)
    our_loss, our_gradient = engine(network, trials)
    torch.testing.assert_close(our_loss, loss, rtol=1e-12, atol=0)
    for name in ("W", "B", "C"):
        mine, theirs = getattr(our_gradient, name), getattr(gradient, name)
        torch.testing.assert_close(mine, theirs, rtol=1e-9, atol=1e-12)


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
