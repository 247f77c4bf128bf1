"""Networks against first order: normalisation, corrections, directions and the limits."""

from dataclasses import replace

import numpy as np
import pandas as pd
import pytest
from scipy.integrate import solve_ivp

from interplay.linear.descent import descend
from interplay.linear.first_order import (
    compare,
    train_small_targets,
    without_initial_readout,
)
from interplay.linear.measurements import compared_directions, shuffled_connectivity
from interplay.linear.network import (
    Network,
    Trial,
    directions,
    draw_network,
    orthogonal,
)
from interplay.linear.rates import learning_rates
from interplay.linear.theory import convergence_time, first_order, overlaps, scalings

TRIAL = Trial(duration=41, onset=1, window=1, dt=0.5)
THRESHOLD = 0.05


def readout(network, W):
    """Return z of Eq. (5)."""
    return network.w @ np.linalg.solve(np.eye(len(W)) - W, network.m)


def measure_flow(network, zhat, g):
    """Integrate Eq. (6) with dense float64 matrices, and measure it."""
    n = len(network.m)

    def slope(_, W):
        inverted = np.eye(n) - W.reshape(n, n)
        right = np.linalg.solve(inverted, network.m)
        left = np.linalg.solve(inverted.T, network.w)
        return ((zhat - network.w @ right) * np.outer(left, right)).ravel()

    times = np.linspace(0, 8 * convergence_time(g), 2001)
    found = solve_ivp(
        slope, times[[0, -1]], network.W0.ravel(), t_eval=times, rtol=1e-10, atol=1e-12
    )
    W = found.y.T.reshape(-1, n, n)
    z, dW = np.array([readout(network, one) for one in W]), W[-1] - network.W0
    norm = np.linalg.norm(slope(0, W[0]))
    (shuffled,) = shuffled_connectivity(network, g, 0, zhat)
    z_shuffled = readout(network, shuffled + dW)
    return {
        "initial_readout": z[0],
        "shuffled_readout": z_shuffled,
        "shuffled_initial_readout": readout(network, shuffled),
        "tau_star": np.interp(-(THRESHOLD**0.5), -np.abs(1 - z / zhat), times),
        "norm_dW": np.linalg.norm(dW),
        "shuffle_loss_ratio": (1 - z_shuffled / zhat) ** 2,
        "first_gradient_norm": norm,
        "first_readout_speed": (z[1] - z[0]) / times[1],
    }


@pytest.mark.parametrize(("g", "share"), [(0.0, 0.3), (0.4, 0.3), (0.4, -0.2)])
def test_the_correction_removes_what_a_readout_before_training_changes(g, share):
    """Two flows to a small target from the same W0: one has z0 = 0, one a share of zhat."""
    zhat, independent = 1e-4, draw_network(10, g, 0)
    fixed_point = directions(independent, independent.W0)[1][0]
    free = orthogonal(independent, fixed_point)
    length = np.linalg.norm(np.linalg.solve(np.eye(10) - free.W0, free.m))
    lifted = Network(free.W0, free.m, free.w + share * zhat / length * fixed_point)
    flows = pd.DataFrame([measure_flow(network, zhat, g) for network in (free, lifted)])
    assert flows.initial_readout[1] == pytest.approx(share * zhat, rel=1e-6)
    readouts = ["initial_readout", "shuffled_readout", "shuffled_initial_readout"]
    table = flows.assign(zhat=zhat).melt(
        ["zhat", *readouts], var_name="quantity", value_name="measured"
    )
    corrected = without_initial_readout(table, THRESHOLD).to_numpy().reshape(-1, 2)
    measured = table.measured.to_numpy().reshape(-1, 2)
    np.testing.assert_allclose(corrected[:, 1], corrected[:, 0], rtol=2e-3, atol=1e-6)
    changed = np.abs(measured[:, 1] / measured[:, 0] - 1) > 0.01
    assert changed.sum() >= 4


def measured_networks():
    """Return two seeds at g = 0 and 0.6 of two targets; one network did not converge."""
    index = pd.MultiIndex.from_product(
        [[0.5, 2.0], [0.0, 0.6], [0, 1]], names=["zhat", "g", "seed"]
    )
    table = index.to_frame(index=False).assign(experiment="linear", N=8)
    table["tau_star"] = [1.0, 3.0, 1.0, 2.0, np.nan, 4.0, 2.0, 1.0]
    table["norm_dW"] = table["mean_gradient_norm"] = table.zhat * (1 + table.seed)
    table["first_gradient_norm"] = table["first_readout_speed"] = table.zhat
    return table.assign(
        shuffle_loss_ratio=0.5, initial_readout=0.0, shuffled_readout=0.0,
        shuffled_initial_readout=0.0,
    )  # fmt: skip


def test_quantities_are_relative_to_the_mean_at_g_0_of_their_target():
    table = compare(measured_networks(), THRESHOLD)
    relative = {name: rows.relative.tolist() for name, rows in table.groupby("quantity")}
    np.testing.assert_equal(
        relative["tau_star"], [0.5, 1.5, 0.5, 1.0, np.nan, 1.0, 0.5, 0.25]
    )
    assert relative["norm_dW"] == [2 / 3, 4 / 3] * 4
    assert relative["first_gradient_norm"] == [1.0] * 8
    assert relative["shuffle_loss_ratio"] == [0.5] * 8
    known = table.ratio.notna()
    np.testing.assert_allclose(table.ratio * table.predicted, table.relative.where(known))
    # Without a readout before training there is nothing to correct.
    rest = table[table.quantity != "shuffle_loss_ratio"]
    pd.testing.assert_series_equal(rest.corrected, rest.ratio, check_names=False)


@pytest.mark.parametrize("zhat", [0.02, 2.0])
def test_first_order_scales_as_figure_4_shows(zhat):
    for row in scalings([0.0, 0.3, 0.9]).itertuples():
        at, start = (first_order(zhat, g, THRESHOLD) for g in (row.g, 0.0))
        for name in ("tau_star", "norm_dW", "mean_gradient_norm"):
            assert at[name] / start[name] == pytest.approx(getattr(row, name))
        assert at["shuffle_loss_ratio"] == row.shuffle_loss_ratio
        # Its readout is short of the target by the root of the threshold.
        reached = at["first_readout_speed"] * at["tau_star"]
        assert (1 - reached / zhat) ** 2 == pytest.approx(THRESHOLD)


@pytest.mark.parametrize("g", [0.0, 0.5])
def test_a_small_target_is_learned_at_the_rate_of_its_own_vectors(g):
    """To first order, one network has |Bᵀw|² |Bm|² in place of β², for any N."""
    zhat, rate, n = 0.005, 0.02, 24
    rates = learning_rates([{"zhat": zhat, "learning_rate": rate}], g)
    measured, compared = train_small_targets([n], g, 3, rates, TRIAL, 200, THRESHOLD, 1)
    network = draw_network(n, g, 3)
    state = np.linalg.solve(np.eye(n) - network.W0, network.m)
    w = network.w - state * (state @ network.w) / (state @ state)
    left = np.linalg.solve(np.eye(n) - network.W0.T, w / np.linalg.norm(w))
    speed = (left @ left) * (state @ state)
    (row,) = measured.itertuples()
    assert abs(row.initial_readout) < 1e-6
    assert row.first_readout_speed == pytest.approx(zhat * speed, rel=0.02)
    assert row.first_gradient_norm == pytest.approx(zhat * speed**0.5, rel=1e-5)
    star = np.log(THRESHOLD**-0.5) / speed
    assert row.tau_star == pytest.approx(star, abs=1.5 * rates[zhat])
    assert row.norm_dW == pytest.approx(zhat / speed**0.5, rel=0.03)
    assert row.converged and not row.diverged
    exact = compared[compared.direction.isin(["eq11", "eq7"])]
    assert exact["index"].tolist() == [1, 2, 1, 2]
    np.testing.assert_allclose(exact.overlap, 1, atol=1e-3)
    if g:
        others = compared[~compared.direction.isin(["eq11", "eq7"])]
        assert (others.overlap < 0.97).all()


def test_overlaps_are_those_of_a_dense_decomposition():
    n, g = 20, 0.4
    network = draw_network(n, g, 0)
    descents = descend(network, [2.0], [0.01], 30, TRIAL, np.random.default_rng(0))
    u, _, vt = np.linalg.svd(descents[0].dW)
    table = compared_directions(network, descents, g, 0)
    overlap = table.set_index(["direction", "side"]).overlap
    assert overlap["eq8", "left"] == pytest.approx(abs(u[:, 0] @ network.w))
    assert overlap["eq8", "right"] == pytest.approx(abs(vt[0] @ network.m))
    B = np.linalg.inv(np.eye(n) - network.W0)
    pairs = {
        ("eq9", "left"): (u[:, 1], network.w, network.m),
        ("eq9", "right"): (vt[1], network.m, network.w),
        ("eq11", "left"): (u[:, 0], np.zeros(n), B.T @ network.w),
        ("eq11", "right"): (vt[0], np.zeros(n), B @ network.m),
        ("eq7", "left"): (u[:, 1], B.T @ network.w, B.T @ B @ network.m),
        ("eq7", "right"): (vt[1], B @ network.m, B @ B.T @ network.w),
    }
    for place, (singular, first, vector) in pairs.items():
        # The part of `vector` that a least-squares fit of `first` does not explain.
        rest = vector - first * np.linalg.lstsq(first[:, None], vector)[0]
        cosine = abs(singular @ rest) / np.linalg.norm(rest)
        assert overlap[place] == pytest.approx(cosine), place
    assert overlap["eq11", "right"] > overlap["eq8", "right"]


def test_a_dw_of_rank_one_has_no_second_singular_vector():
    network = draw_network(8, 0.3, 0)
    descents = descend(network, [0.5], [0.1], 1, TRIAL, np.random.default_rng(0))
    rank_one = replace(
        descents[0],
        left=descents[0].left[:, :1],
        right=descents[0].right[:, :1],
        core=descents[0].core[:, :1, :1],
    )
    table = compared_directions(network, [rank_one], 0.3, 0)
    assert table[table["index"] == 2].overlap.isna().all()
    assert table[table["index"] == 1].overlap.notna().all()


@pytest.mark.parametrize("g", [0.3, 0.7])
def test_overlaps_at_large_n_are_the_closed_forms(g):
    n, found = 250, []
    for seed in range(12):
        network = draw_network(n, g, seed)
        (shuffled,) = shuffled_connectivity(network, g, seed, 1.0)
        kinds = (network.W0, np.zeros_like(shuffled), shuffled)
        for own, without, other in zip(
            *(directions(network, W0) for W0 in kinds), strict=True
        ):
            found.append([*np.sum(own * without, 1), *np.sum(own * other, 1)])
    error = 4 * np.std(found, axis=0) / len(found) ** 0.5
    names = ["eq8", "eq9", "eq11_shuffled", "eq7_shuffled"]
    expected = [overlaps(g)[name] for name in names]
    assert (np.abs(np.mean(found, axis=0) - expected) < error).all()
    assert (error < 0.1).all()
