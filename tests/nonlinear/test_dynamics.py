"""One step, a simulation and the torch module agree with the compiled engine."""

from dataclasses import replace

import numpy as np
import pytest
import torch
from hypothesis import given, settings
from hypothesis import strategies as st

from interplay import make_task
from interplay.nonlinear.engine import Engine
from interplay.nonlinear.run import Run, initial_state
from interplay.nonlinear.trained import TrainedNetwork


def network_of(task_name, g=1.5, n=40):
    """Return a network with its initial weights."""
    task = make_task(task_name, 0.5)
    run = Run(task_name, g, 0, n, epochs=0, batch=1, learning_rate=0.0)
    state = replace(initial_state(run, task), losses=[1.0])
    return TrainedNetwork.of(run, task, state)


@pytest.fixture(params=["flipflop", "mante", "romo"])
def net(request):
    return network_of(request.param)


def test_simulation_and_torch_have_the_outputs_of_the_engine(net):
    trials = net.test_trials(5)
    engine = Engine.for_batch(net.network, trials, net.task.dt)
    expected = engine.simulate(net.network, trials.inputs)
    outputs, states = net.simulate(trials.inputs)
    assert outputs.dtype == states.dtype == np.float32
    assert states.shape == (len(trials.inputs), 5, 40)
    np.testing.assert_allclose(outputs, expected, atol=2e-5)
    by_torch = net.as_torch()(torch.from_numpy(trials.inputs))
    assert by_torch.dtype == torch.float32
    np.testing.assert_allclose(by_torch.detach().numpy(), expected, atol=2e-5)
    assert np.abs(expected).max() > 0.1


def test_a_change_of_the_torch_module_leaves_the_network_alone(net):
    module = net.as_torch()
    before = net.network.W.copy()
    with torch.no_grad():
        module.W.zero_()
    np.testing.assert_array_equal(net.network.W, before)


@settings(max_examples=25, deadline=None)
@given(
    st.integers(0, 2**32 - 1),
    st.lists(st.integers(1, 3), max_size=3),
    st.sampled_from([np.float32, np.float64]),
)
def test_a_step_of_many_states_is_a_step_of_each(seed, batch, dtype):
    net = network_of("mante", n=12)
    rng = np.random.default_rng(seed)
    x = rng.standard_normal((*batch, 12)).astype(dtype)
    u = rng.standard_normal((*batch, 4)).astype(dtype)
    after = net.step(x, u)
    assert after.dtype == dtype
    tolerance = {np.float32: 1e-5, np.float64: 1e-12}[dtype]
    W, B = (np.asarray(w, np.float64) for w in (net.network.W, net.network.B))
    for index in np.ndindex(*batch):
        expected = 0.5 * x[index] + 0.5 * (W @ np.tanh(x[index]) + B @ u[index])
        np.testing.assert_allclose(after[index], expected, atol=10 * tolerance)
    by_torch = net.as_torch().to(torch.from_numpy(x).dtype)
    stepped = by_torch.step(torch.from_numpy(x), torch.from_numpy(u)).detach().numpy()
    np.testing.assert_allclose(stepped, after, atol=10 * tolerance)


def test_a_simulation_is_made_of_steps(net):
    inputs = net.test_trials(2).inputs
    outputs, states = net.simulate(inputs)
    for t in range(1, len(inputs)):
        np.testing.assert_array_equal(states[t], net.step(states[t - 1], inputs[t]))
    np.testing.assert_allclose(outputs, np.tanh(states) @ net.network.C.T)
