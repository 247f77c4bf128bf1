"""Quantities of the claims on tables with known answers."""

import math

import numpy as np
import pandas as pd
import pytest

from interplay.claims.quantities import linear, networks, spectra, tables
from interplay.linear.theory import loss as predicted_loss
from interplay.linear.theory import scalings, singular_values


def linear_network(g, zhat):
    """The curves of a network that is exactly what third-order theory says."""
    tau = np.linspace(0, 0.6 * (1 - g**2) ** 2, 400)
    s1, s2 = singular_values(tau, zhat, g)
    return pd.DataFrame(
        {
            "zhat": zhat, "g": g, "epoch": range(len(tau)), "tau": tau,
            "loss": predicted_loss(tau, zhat, g), "s1": s1, "s2": s2,
        }
    )  # fmt: skip


def test_theory_agrees_with_itself():
    rows = linear_network(0.6, 0.5)
    for column in ("loss", "s1"):
        assert linear.agreement(rows, column, within=1e-9, threshold=0.05) == 1
    shifted = rows.assign(loss=rows.loss + 0.2 * 0.5**2 / 2)
    assert linear.agreement(shifted, "loss", within=0.1, threshold=0.05) == 0


def test_singular_values_grow_at_first_and_third_order():
    rows = linear_network(0.0, 0.5)
    s1 = linear.growth_order(rows, "s1", between=(1e-4, 0.02))
    s2 = linear.growth_order(rows, "s2", between=(0.05, 0.25))
    assert s1 == pytest.approx(1, abs=0.02)
    assert s2 == pytest.approx(3)
    assert linear.half_time_ratio(rows, of="s2", to="s1") > 1


def test_the_readout_at_the_start_and_how_it_grows():
    rows = linear_network(0.6, 0.5)
    assert linear.first_readout_ratio(rows) == pytest.approx(1, abs=0.01)
    start = pd.DataFrame(
        {"zhat": [0.5], "N": [400], "initial_loss": [(0.5 - 0.1) ** 2 / 2]}
    )
    assert linear.initial_readout(start) == pytest.approx(0.1 * 20)


def test_a_linearised_readout_misses_by_its_distance_from_the_trained_one():
    row = {"initial_readout": 0.4, "final_readout": 2.0}

    def missed(readout):
        return linear.linearisation_error(
            pd.DataFrame([row | {"linearised_readout": readout}])
        )

    assert missed(1.2) == pytest.approx(0.5)
    assert missed(2.8) == pytest.approx(0.5)
    assert missed(2.0) == 0


def test_what_theory_predicts_at_convergence():
    rows = linear_network(0.6, 2.0)
    measured = linear.concavity(rows, threshold=0.05)
    bent = rows.assign(loss=rows.loss * 0.9)
    assert linear.predicted_concavity(bent, threshold=0.05) == pytest.approx(measured)
    last = rows[rows.loss < 0.05 * 2].iloc[0]
    found = linear.converged_ratio(rows, of="s2", to="s1", threshold=0.05)
    assert found == pytest.approx(last.s2 / last.s1)


def test_a_network_that_scales_exactly_does_not_deviate():
    g = np.array([0.6, 0.0, 0.9, 0.3])
    rows = pd.DataFrame({"g": g, "tau_star": 3 * (1 - g**2) ** 2})
    assert linear.deviation_from_scaling(rows, "tau_star") == pytest.approx(0)
    exact = scalings(g)["mean_gradient_norm"] * 5
    rows["mean_gradient_norm"] = exact.to_numpy() * (1 + 0.2 * (g == 0.9))
    measured = linear.relative_deviation_from_scaling(rows, "mean_gradient_norm")
    assert measured == pytest.approx(0.2)


def test_what_never_converged_tells_nothing():
    rows = pd.DataFrame({"g": [0.0, 0.9], "zhat": 1.0, "tau_star": np.nan})
    assert math.isnan(linear.deviation_from_scaling(rows, "tau_star"))
    assert math.isnan(tables.ratio(rows, "tau_star", of="g == 0.9", to="g == 0"))
    assert math.isnan(linear.effective_time_ratio(rows, of=0.9, to=0.0))
    assert math.isnan(tables.trend(rows, "tau_star"))


def test_an_unconverged_network_counts_as_all_epochs():
    rows = pd.DataFrame(
        {
            "g": [0.0, 0.3, 0.9], "counted_epochs": [200, 90, 40],
            "converged": [False, True, True],
        }
    )  # fmt: skip
    assert networks.epochs_trend(rows) == pytest.approx(-1)
    assert networks.epochs_ratio(rows, of=0.9, to=0.0) == pytest.approx(0.2)
    assert math.isnan(networks.epochs_ratio(rows, of=1.2, to=0.0))
    assert networks.epochs_at_largest_g(rows) == 1
    assert networks.epochs_at_largest_g(rows.assign(g=[0.9, 0.3, 0.0])) == 5


def test_a_diverged_network_is_never_the_faster_one():
    rows = pd.DataFrame(
        {
            "g": [0.0, 0.9],
            "counted_epochs": [50, math.inf],
            "converged": [True, False],
        }
    )
    assert networks.epochs_ratio(rows, of=0.9, to=0.0) == math.inf


def test_two_networks_that_did_not_converge_tell_nothing():
    rows = pd.DataFrame({"g": [0.0, 0.9], "counted_epochs": 9, "converged": False})
    assert math.isnan(networks.epochs_ratio(rows, of=0.9, to=0.0))


def test_a_bumpier_curve_is_rougher():
    epoch = np.arange(60)
    smooth, bumpy = np.exp(-epoch / 10), np.exp(-epoch / 10 + 0.2 * (epoch % 2))
    curves = [{"epoch": epoch, "loss": smooth, "g": 0.9}]
    curves.append({"epoch": epoch, "loss": bumpy, "g": 0.0})
    rows = pd.concat(map(pd.DataFrame, curves))
    assert networks.roughness_ratio(rows, of=0.9, to=0.9) == pytest.approx(1)
    assert networks.roughness_ratio(rows, of=0.9, to=0.0) < 0.6


def spectrum(**matrices):
    parts = [
        pd.DataFrame(
            {"matrix": name, "index": range(1, len(values) + 1), "value": values}
        )
        for name, values in matrices.items()
    ]
    return pd.concat(parts, ignore_index=True).astype({"value": float})


def test_what_spectra_tell():
    dW = spectrum(dW=[4, 3, 0, 0])
    assert spectra.captured(dW, rank=1) == pytest.approx(16 / 25)
    assert spectra.singular_value_gap(dW, index=1) == pytest.approx(4 / 3)
    assert spectra.singular_value_gap(dW, index=2) == math.inf
    both = spectrum(dW=[4, 3], W0=[8, 6], W=[9, 6])
    assert spectra.relative_norm_of_dW(both) == pytest.approx(0.5)
    assert spectra.difference_beyond(both, index=1) == 0
    assert spectra.share_above(dW, fraction=0.01) == 0.5


def test_value_at_the_largest_network():
    rows = pd.DataFrame({"N": [64, 1024, 256], "ratio": [3.0, 1.1, 2.0]})
    assert tables.at_largest(rows, "ratio", "N") == 1.1
    assert math.isnan(tables.at_largest(rows.assign(ratio=np.nan), "ratio", "N"))
