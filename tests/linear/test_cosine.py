"""The cosine task: without initial connectivity a network has one direction and stalls."""

from dataclasses import replace

import numpy as np
import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st

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
from interplay.linear.dense import loss_and_gradient, simulate_states
from interplay.linear.network import draw_network

TRIAL = CosineTrial(duration=20, scored=10, period=5, dt=0.1)


def network_of(g, n=32):
    return with_one_direction(draw_network(n, g, 0))


def oscillator(network):
    """Return W of rank two on which the output is cos(2 pi t / period) at every sample."""
    value = sustaining_eigenvalue(TRIAL.period, TRIAL.dt)
    other = np.random.default_rng(0).standard_normal(len(network.m))
    other -= network.m * (network.m @ other)
    basis = np.stack([network.m, other / np.linalg.norm(other)], axis=1)
    block = np.array([[value.real, -value.imag], [value.imag, value.real]])
    return basis @ block @ basis.T


def test_an_oscillator_has_no_loss():
    network = network_of(0.0)
    W = oscillator(network)
    loss, gradient = loss_and_gradient(W, cosine_task(network, TRIAL))
    assert loss < 1e-24
    assert np.abs(gradient).max() < 1e-10
    assert upper_eigenvalue(W) == pytest.approx(sustaining_eigenvalue(5, 0.1))
    output = cosine_output(network, W, TRIAL)
    np.testing.assert_allclose(output.output, output.target, atol=1e-10)


@given(period=st.floats(1, 100))
def test_a_small_step_sustains_the_oscillation_of_continuous_time(period):
    expected = 1 + 2j * np.pi / period
    assert sustaining_eigenvalue(period, 1e-6) == pytest.approx(expected, abs=1e-4)


def test_without_connectivity_learning_stays_in_one_direction():
    network = network_of(0.0)
    curves, W = learn_cosine(network, TRIAL, 0.2, 200)
    amount = network.m @ W @ network.m
    np.testing.assert_allclose(W, amount * np.outer(network.m, network.m), atol=1e-14)
    assert amount < -0.1
    assert (curves.eigenvalue_im < 1e-12).all()
    # The best single real mode decays at once: the loss keeps the power of the cosine.
    assert curves.loss.iloc[-1] > 0.9 * curves.loss.iloc[0]


def test_with_connectivity_an_oscillation_is_learnt():
    network = network_of(0.4)
    curves, W = learn_cosine(network, TRIAL, 0.15, 700)
    found = measure_cosine(network, curves, W, 0.05)
    assert found["final_loss"] < 0.05 * found["initial_loss"]
    below = curves.loss < 0.05 * found["initial_loss"]
    assert found["convergence_epoch"] == curves.epoch[below].iloc[0]
    learnt = complex(found["eigenvalue_re"], found["eigenvalue_im"])
    assert abs(learnt - sustaining_eigenvalue(5, 0.1)) < 0.05
    assert found["norm_dW"] == pytest.approx(np.linalg.norm(W - network.W0))
    # A rotation needs two directions.
    assert found["s2"] > 0.5 * found["s1"]


def test_a_network_that_stalls_has_no_convergence_epoch():
    network = network_of(0.0)
    curves, W = learn_cosine(network, TRIAL, 0.2, 3)
    assert np.isnan(measure_cosine(network, curves, W, 0.05)["convergence_epoch"])


def test_a_network_that_diverges_ends_early():
    curves, W = learn_cosine(network_of(0.8), TRIAL, 1e6, 20)
    assert 0 < len(curves) < 21
    assert np.isfinite(curves.loss).all()
    assert np.isfinite(W).all()


def test_loss_is_half_the_mean_squared_error_over_two_periods():
    network = network_of(0.4)
    output = cosine_output(network, network.W0, TRIAL)
    assert output.scored.sum() == 100
    assert output.time[output.scored].tolist() == pytest.approx(
        np.linspace(0.1, 10, 100).tolist()
    )
    error = (output.target - output.output)[output.scored]
    loss, _ = loss_and_gradient(network.W0, cosine_task(network, TRIAL))
    assert loss == pytest.approx(np.mean(error**2) / 2)
    assert output.output[0] == pytest.approx(1)


def test_target_is_that_of_each_sample_for_any_step():
    network = network_of(0.0)
    coarse = cosine_task(network, replace(TRIAL, dt=0.5))
    np.testing.assert_allclose(
        coarse.target, np.cos(2 * np.pi * np.arange(0.5, 10.1, 0.5) / 5)
    )


def test_without_recurrence_the_output_decays():
    network = network_of(0.0)
    z = simulate_states(network.W0, cosine_task(network, TRIAL), 5) @ network.w
    np.testing.assert_allclose(z, 0.9 ** np.arange(6))


@pytest.mark.parametrize("values", [(0.5, 1j, -1j), (2.0, 0.1, -3.0)])
def test_upper_eigenvalue_of_known_matrices(values):
    values = np.array(values, dtype=complex)
    pair = np.array([[0.0, -1], [1, 0]])
    W = np.diag(values.real)
    if values.imag.any():
        W[1:, 1:] = pair
    expected = 1j if values.imag.any() else 2.0
    assert upper_eigenvalue(W) == pytest.approx(expected)


def test_curves_have_a_row_per_epoch():
    curves, _ = learn_cosine(network_of(0.4), TRIAL, 0.15, 4)
    assert isinstance(curves, pd.DataFrame)
    assert curves.epoch.tolist() == [0, 1, 2, 3, 4]
