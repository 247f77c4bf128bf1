"""Divergence at the phase transition, where an eigenvalue of W reaches 1."""

import numpy as np
import pandas as pd
import pytest

from interplay.linear.dense import loss_and_gradient
from interplay.linear.divergence import learn_target, measure_divergence, target_task
from interplay.linear.network import Network, Trial, draw_network
from interplay.linear.rates import learning_rate

TRIAL = Trial(duration=201, onset=1, window=1, dt=0.5)


def with_largest_eigenvalue(value, n=16):
    """Return a network whose W has one eigenvector, m + w, with a given eigenvalue."""
    m, w = np.eye(n)[:2]
    direction = (m + w) / np.sqrt(2)
    return Network(value * np.outer(direction, direction), m, w)


def test_readout_and_gradient_grow_as_an_eigenvalue_approaches_one():
    """Eq. (5): the readout is 1 / (2 (1 − value)) up to a constant; its gradient, squared."""
    readouts, norms = [], []
    for value in (0.8, 0.9, 0.95):
        network = with_largest_eigenvalue(value)
        task = target_task(network, 0.0, TRIAL)
        loss, gradient = loss_and_gradient(network.W0, task)
        readouts.append(np.sqrt(2 * loss))
        norms.append(np.linalg.norm(gradient) / readouts[-1])
    fixed = [(1 / (1 - value) - 1) / 2 for value in (0.8, 0.9, 0.95)]
    assert readouts == pytest.approx(fixed, rel=1e-3)
    assert norms[2] / norms[1] == pytest.approx(4, rel=0.1)


def test_beyond_the_transition_the_loss_grows_with_the_trial():
    network = with_largest_eigenvalue(1.1)
    short, long = (
        loss_and_gradient(network.W0, target_task(network, 1.0, trial))[0]
        for trial in (Trial(101, 1, 1, 0.5), TRIAL)
    )
    # One eigenvalue of 1.1 grows by 1.05 per step: 200 more steps, squared.
    assert long / short == pytest.approx(1.05**400, rel=0.1)


def test_small_target_converges():
    network = draw_network(32, 0.6, 0)
    rate = float(learning_rate(0.015, 0.6))
    curves = learn_target(network, 0.5, TRIAL, rate, 200)
    found = measure_divergence(curves, 200)
    assert (found["diverged"], found["epochs"]) == (False, 200)
    assert found["final_loss"] < 0.05 * found["initial_loss"]
    assert np.isnan(found["crossing_epoch"])
    assert curves.columns.tolist() == [
        "zhat", "epoch", "tau", "loss", "gradient_norm",
        "lambda1", "lambda2", "lambda3", "lambda4", "lambda5",
    ]  # fmt: skip
    values = curves.filter(like="lambda").to_numpy()
    assert values[0, 0] == np.linalg.eigvals(network.W0).real.max()
    assert (np.diff(values, axis=1) <= 1e-12).all()


def test_large_steps_diverge_and_are_a_result():
    network = draw_network(32, 0.8, 0)
    curves = learn_target(network, 4.0, TRIAL, 0.01, 200)
    found = measure_divergence(curves, 200)
    assert found["diverged"] and found["epochs"] < 200
    assert np.isfinite(curves.to_numpy()).all()
    assert found["largest_real_part"] >= 1
    assert found["crossing_epoch"] <= found["epochs"]
    assert found["largest_loss"] > found["initial_loss"]


def curve(loss, lambda1):
    table = pd.DataFrame({"loss": loss, "lambda1": lambda1})
    return table.assign(zhat=2.0, epoch=table.index, gradient_norm=table.loss)


def test_measurements_of_a_curve():
    found = measure_divergence(curve([2.0, 3.0, 1.0, 1.5], [0.5, 1.0, 0.9, 1.2]), 3)
    assert found["rises"] == 2
    assert found["crossing_epoch"] == 1
    assert found["largest_real_part"] == 1.2
    assert found["largest_loss"] == found["largest_gradient_norm"] == 3
    assert not found["diverged"]


@pytest.mark.parametrize("epochs", [3, 200])
def test_a_loss_above_the_first_or_an_early_end_is_divergence(epochs):
    ends_above = curve([2.0, 1.0, 1.0, 2.5], [0.5] * 4)
    assert measure_divergence(ends_above, epochs)["diverged"]
    ends_early = curve([2.0, 1.0, 1.0, 0.5], [0.5] * 4)
    assert measure_divergence(ends_early, epochs)["diverged"] == (epochs == 200)
