"""The cosine task: what a linear network can and cannot learn without W0."""

import numpy as np
import pandas as pd
import pytest

from interplay.linear.cosine import (
    CosineTrial,
    cosine_output,
    cosine_task,
    learn_cosine,
    measure_cosine,
    sustaining_eigenvalue,
    upper_eigenvalue,
    with_one_direction,
)
from interplay.linear.dense import loss_and_gradient
from interplay.linear.network import Network, draw_network

TRIAL = CosineTrial(duration=20, scored=10, period=5, dt=0.1)


def network(n, g, seed=0):
    return with_one_direction(draw_network(n, g, seed))


def oscillator():
    """Return two neurons that oscillate with the target's period forever."""
    value = sustaining_eigenvalue(TRIAL.period, TRIAL.dt)
    W = np.array([[value.real, -value.imag], [value.imag, value.real]])
    m = np.array([1.0, 0.0])
    return Network(W, m, m), value


def test_two_neurons_that_oscillate_have_no_loss():
    solution, value = oscillator()
    loss, gradient = loss_and_gradient(solution.W0, cosine_task(solution, TRIAL))
    assert loss < 1e-25
    assert np.abs(gradient).max() < 1e-11
    assert upper_eigenvalue(solution.W0) == pytest.approx(value)
    assert sustaining_eigenvalue(5, 1e-6) == pytest.approx(1 + 0.4j * np.pi, abs=1e-5)
    table = cosine_output(solution, solution.W0, TRIAL)
    np.testing.assert_allclose(table.output, table.target, atol=1e-11)
    assert table.time.iloc[[0, -1]].tolist() == pytest.approx([0, 20])
    assert table.scored.sum() == 100
    assert table.time[table.scored].max() == pytest.approx(10)


def test_without_initial_connectivity_dW_is_a_multiple_of_one_matrix():
    start = network(24, 0.0)
    curves, W = learn_cosine(start, TRIAL, 0.2, 100)
    factor = start.m @ W @ start.m
    assert abs(factor) > 0.1
    np.testing.assert_allclose(W, factor * np.outer(start.m, start.m), atol=1e-12)
    assert (curves.eigenvalue_im == 0).all()
    assert curves.eigenvalue_re.iloc[-1] == pytest.approx(factor)


@pytest.mark.parametrize("n", [8, 64])
def test_without_initial_connectivity_learning_stalls_whatever_the_size(n):
    """The network reduces to one number, so all sizes learn the same curve."""
    curves, _ = learn_cosine(network(n, 0.0), TRIAL, 0.2, 300)
    smallest = _best_exponential()
    assert curves.loss.iloc[-1] == pytest.approx(smallest, rel=0.01)
    assert curves.loss.min() >= smallest * (1 - 1e-9)
    assert curves.loss.iloc[-1] > 0.5 * curves.loss.iloc[0]


def _best_exponential():
    """Return the smallest loss of an output (1 − dt + dt a)^k over all real a."""
    k = np.arange(1, 101)
    target = TRIAL.target(TRIAL.dt * k)
    decays = np.linspace(-1, 1.05, 20001)[:, None] ** k
    return (np.mean((target - decays) ** 2, axis=1) / 2).min()


def test_with_initial_connectivity_an_oscillating_pair_leaves_the_disk():
    start = network(64, 0.8)
    curves, W = learn_cosine(start, TRIAL, 0.05, 800, eigenvalue_interval=100)
    found = measure_cosine(start, curves, W, threshold=0.05)
    _, expected = oscillator()
    assert found["final_loss"] < 0.05 * found["initial_loss"]
    assert found["convergence_epoch"] < 800
    assert found["eigenvalue_im"] == pytest.approx(expected.imag, abs=0.05)
    assert found["eigenvalue_re"] == pytest.approx(expected.real, abs=0.1)
    assert np.hypot(found["eigenvalue_re"], found["eigenvalue_im"]) > 0.8
    assert found["s2"] > 0.1 * found["s1"]


def test_measurements_are_those_of_the_curves():
    start = network(16, 0.4)
    curves, W = learn_cosine(start, TRIAL, 0.1, 5)
    found = measure_cosine(start, curves, W, threshold=0.05)
    assert curves.epoch.tolist() == list(range(6))
    assert found["final_loss"] == curves.loss.iloc[-1]
    assert found["norm_dW"] == pytest.approx(np.linalg.norm(W - start.W0))
    assert np.isnan(found["convergence_epoch"])


def test_loss_is_half_the_mean_squared_error_over_two_periods():
    start = network(12, 0.4)
    output = cosine_output(start, start.W0, TRIAL)
    error = (output.target - output.output)[output.scored]
    loss, _ = loss_and_gradient(start.W0, cosine_task(start, TRIAL))
    assert loss == pytest.approx(np.mean(error**2) / 2)
    assert output.output[0] == pytest.approx(1)


def test_a_network_that_diverges_ends_early():
    curves, W = learn_cosine(network(12, 0.8), TRIAL, 1e6, 20)
    assert 0 < len(curves) < 21
    assert np.isfinite(curves.loss).all()
    assert np.isfinite(W).all()


def test_eigenvalues_are_computed_at_the_interval_only():
    every, _ = learn_cosine(network(12, 0.4), TRIAL, 0.1, 6)
    third, _ = learn_cosine(network(12, 0.4), TRIAL, 0.1, 6, eigenvalue_interval=3)
    known = third.dropna()
    assert known.epoch.tolist() == [0, 3, 6]
    pd.testing.assert_frame_equal(known, every.loc[known.index])
    assert third.loss.tolist() == every.loss.tolist()


def test_real_spectrum_gives_its_largest_modulus():
    assert upper_eigenvalue(np.diag([-2.0, 0.5])) == -2
    assert upper_eigenvalue(np.array([[1.0, 1e-12], [-1e-12, 1.0]])) == 1
