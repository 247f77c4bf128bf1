"""Divergence: the readout diverges as an eigenvalue of W approaches 1."""

from dataclasses import replace

import numpy as np
import pandas as pd
import pytest

from interplay.linear.dense import loss_and_gradient
from interplay.linear.divergence import (
    largest_real_parts,
    learn_target,
    measure_divergence,
    target_task,
)
from interplay.linear.network import Trial, draw_network, loss_of, simulate

TRIAL = Trial(duration=201, onset=1, window=1, dt=0.5)


def rank_one(network, value):
    """Return W0 of rank one with one nonzero eigenvalue, seen by input and readout."""
    u = network.m + network.w
    return value * np.outer(u, u) / (u @ u)


def test_loss_is_that_of_the_simulation():
    network = draw_network(32, 0.6, 0)
    loss, _ = loss_and_gradient(network.W0, target_task(network, 2.0, TRIAL))
    expected = loss_of(simulate(network, network.W0, TRIAL), 2.0, TRIAL)
    assert loss == pytest.approx(expected, rel=1e-12)


def test_gradient_diverges_as_the_eigenvalue_approaches_one():
    """Eq. (6): z ~ 1 / (1 − λ), and the gradient ~ 1 / (1 − λ)³ where z is large."""
    network = draw_network(32, 0.0, 0)
    task = target_task(network, 1.0, replace(TRIAL, duration=4001))
    norms = [
        np.linalg.norm(loss_and_gradient(rank_one(network, value), task)[1])
        for value in (0.98, 0.99)
    ]
    assert norms[1] / norms[0] == pytest.approx(8, rel=0.15)


def test_real_parts_fall_and_the_first_is_the_spectral_abscissa():
    network = draw_network(64, 0.8, 0)
    values = largest_real_parts(network.W0)
    assert (np.diff(values) <= 0).all()
    assert values[0] == np.linalg.eigvals(network.W0).real.max()
    assert largest_real_parts(rank_one(network, 0.7))[0] == pytest.approx(0.7)


def test_a_small_target_converges_below_the_transition():
    network = draw_network(64, 0.6, 0)
    curves = learn_target(network, 0.5, TRIAL, 0.03 * (1 - 0.6**2) ** 2, 200)
    found = measure_divergence(curves, 200)
    assert found["final_loss"] < 0.05 * found["initial_loss"]
    assert not found["diverged"]
    assert found["largest_real_part"] < 1
    assert np.isnan(found["crossing_epoch"])


def test_a_network_that_diverges_is_a_result():
    network = draw_network(32, 0.8, 0)
    curves = learn_target(network, 4.0, TRIAL, 0.1, 100)
    found = measure_divergence(curves, 100)
    assert found["diverged"]
    assert found["epochs"] < 100
    assert found["largest_real_part"] >= 1
    assert found["crossing_epoch"] <= found["epochs"]
    assert np.isfinite(curves.to_numpy()).all()
    assert curves.columns.tolist() == [
        "zhat", "epoch", "tau", "loss", "gradient_norm",
        "lambda1", "lambda2", "lambda3", "lambda4", "lambda5",
    ]  # fmt: skip


def test_measurements_are_those_of_the_curves():
    curves = pd.DataFrame(
        {
            "zhat": 2.0,
            "epoch": [0, 1, 2, 3],
            "loss": [2.0, 1.0, 3.0, 0.5],
            "gradient_norm": [1.0, 50.0, 2.0, 1.0],
            "lambda1": [0.8, 0.9, 1.1, 0.7],
        }
    )
    found = measure_divergence(curves, 3)
    assert found == {
        "zhat": 2.0, "epochs": 3, "diverged": False, "initial_loss": 2.0,
        "final_loss": 0.5, "largest_loss": 3.0, "initial_gradient_norm": 1.0,
        "largest_gradient_norm": 50.0, "largest_real_part": 1.1, "crossing_epoch": 2,
        "rises": 1,
    }  # fmt: skip
    assert measure_divergence(curves, 4)["diverged"]
    assert measure_divergence(curves.iloc[:3], 2)["diverged"]
