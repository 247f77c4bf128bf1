"""Gradient descent in the bases against dense matrices, and the measurements on it."""

import re

import numpy as np
import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from interplay.linear.dense import gradient_descent
from interplay.linear.descent import Descent, arrays_of, descend
from interplay.linear.divergence import target_task
from interplay.linear.measurements import (
    curves,
    linearised_readout,
    measurements,
    shuffled_connectivity,
)
from interplay.linear.network import Modes, Trial, draw_network, loss_of, simulate
from interplay.linear.rates import learning_rate
from interplay.linear.trained import example_trials, truncation_losses
from interplay.storage.errors import InputError

TRIAL = Trial(duration=101, onset=1, window=1, dt=0.5)
TARGETS = np.array([0.5, 1.0, 2.0])
RATES = np.array([0.015, 0.009, 0.003])


def run(n, g, epochs, speed=1.0, seed=0, targets=TARGETS, rates=RATES, **options):
    network = draw_network(n, g, seed)
    rates = learning_rate(speed * rates, g)
    rng = np.random.default_rng(3)
    return network, descend(network, targets, rates, epochs, TRIAL, rng, **options)


# The network and its trial


def test_trial_counts_samples():
    assert (TRIAL.driven, TRIAL.scored) == (200, 2)
    # 0.3 / 0.1 is 2.9999999999999996, which is three samples.
    fine = Trial(duration=1.1, onset=0.3, window=0.3, dt=0.1)
    assert (fine.driven, fine.scored) == (8, 3)


def test_simulation_and_loss_follow_equations_2_and_3():
    network, n = draw_network(32, 0.6, 0), 32
    B, C = np.sqrt(n) * network.m, network.w / np.sqrt(n)
    x, z = np.zeros(n), []
    for sample in range(int(101 / 0.5)):
        u = 0.0 if sample * 0.5 < 1 else 1.0
        x = 0.5 * x + 0.5 * (network.W0 @ x + B * u)
        z.append(C @ x)
    found = simulate(network, network.W0, TRIAL)
    np.testing.assert_allclose(found, z[2:], atol=1e-14)
    error = 2.0 - np.array(z[-2:])
    assert loss_of(found, 2.0, TRIAL) == pytest.approx(np.mean(error**2) / 2)


def test_output_settles_at_the_fixed_point():
    network = draw_network(64, 0.4, 1)
    fixed = network.w @ np.linalg.solve(np.eye(64) - network.W0, network.m)
    assert simulate(network, network.W0, TRIAL)[-1] == pytest.approx(fixed, abs=1e-8)


@pytest.mark.parametrize("g", [0.0, 0.7])
def test_network_has_the_specified_norms(g):
    network = draw_network(400, g, 2)
    norms = np.linalg.norm([network.m, network.w], axis=1)
    np.testing.assert_allclose(norms, 1, rtol=1e-14)
    assert abs(network.m @ network.w) < 5 / np.sqrt(400)
    assert network.W0.std() == pytest.approx(g / np.sqrt(400), rel=0.01)
    assert not np.signbit(network.W0[network.W0 == 0]).any()


def test_networks_of_different_g_and_seed_are_independent():
    networks = [draw_network(200, g, seed) for g, seed in [(0.5, 0), (0.5, 1), (0.6, 0)]]
    entries = np.corrcoef([network.W0.ravel() for network in networks])
    vectors = np.corrcoef([np.r_[network.m, network.w] for network in networks])
    assert np.abs(entries - np.eye(3)).max() < 5 / 200
    assert np.abs(vectors - np.eye(3)).max() < 5 / np.sqrt(400)


@settings(deadline=None, max_examples=30)
@given(n=st.integers(1, 30), seed=st.integers(0, 1000))
def test_modes_are_a_decomposition(n, seed):
    rng = np.random.default_rng(seed)
    W0, x = rng.standard_normal((n, n)), rng.standard_normal(n)
    modes = Modes.of(W0)

    def scaled(coordinates, values):
        return (coordinates.view(complex) * values).view(float)

    tolerance = 1e-10 * np.linalg.cond(np.linalg.eig(W0)[1])
    forward = modes.from_modes @ scaled(modes.to_modes @ x, modes.values)
    np.testing.assert_allclose(forward, W0 @ x, atol=tolerance)
    backward = modes.to_modes.T @ scaled(modes.from_modes.T @ x, modes.values.conj())
    np.testing.assert_allclose(backward, W0.T @ x, atol=tolerance)


# Its gradient descent


@pytest.mark.parametrize(
    ("n", "g", "epochs", "speed"),
    [
        *((32, g, 20, 4) for g in (0.0, 0.6, 0.9)),
        pytest.param(128, 0.9, 200, 1, marks=pytest.mark.slow),
    ],
)
def test_descent_agrees_with_dense_matrices(n, g, epochs, speed):
    """The gradient of dense matrices is compared with autograd in test_dense.py."""
    network, descents = run(n, g, epochs, speed)
    for descent in descents:
        task = target_task(network, descent.zhat, TRIAL)
        dense = list(gradient_descent(network.W0, task, descent.learning_rate, epochs))
        close = {"rtol": 0, "atol": 1e-8}
        norms = np.array([epoch.gradient_norm for epoch in dense])
        np.testing.assert_allclose(descent.loss, [epoch.loss for epoch in dense], **close)
        np.testing.assert_allclose(
            descent.gradient_norm / norms.max(), norms / norms.max(), **close
        )
        dW = np.stack([epoch.W for epoch in dense]) - network.W0
        values, rank = (
            np.linalg.svd(dW, compute_uv=False),
            descent.singular_values.shape[1],
        )
        np.testing.assert_allclose(descent.singular_values, values[:, :rank], **close)
        assert values[:, rank:].max(initial=0) < 1e-8
        np.testing.assert_allclose(descent.dW, dW[-1], **close)


def test_targets_train_independently():
    _, together = run(64, 0.6, epochs=20, speed=4)
    for i in range(3):
        one = {"targets": TARGETS[[i]], "rates": RATES[[i]]}
        _, (alone,) = run(64, 0.6, epochs=20, speed=4, **one)
        np.testing.assert_allclose(alone.loss, together[i].loss, rtol=0, atol=1e-10)
        np.testing.assert_allclose(alone.dW, together[i].dW, rtol=0, atol=1e-10)


def test_same_seed_gives_the_same_bits():
    _, first = run(64, 0.6, epochs=5)
    _, second = run(64, 0.6, epochs=5)
    for a, b in zip(first, second, strict=True):
        assert np.array_equal(a.loss, b.loss)
        assert np.array_equal(a.dW, b.dW)


def test_without_initial_connectivity_rank_is_two():
    network, descents = run(64, 0.0, epochs=50, speed=4)
    span = np.linalg.qr(np.stack([network.m, network.w], axis=1))[0]
    for descent in descents:
        dW = descent.dW
        assert np.linalg.matrix_rank(dW, tol=1e-12) == 2
        np.testing.assert_allclose(span @ (span.T @ dW @ span) @ span.T, dW, atol=1e-12)


def test_a_coarse_tolerance_changes_dW_by_no_more_than_it():
    _, fine = run(64, 0.6, epochs=20, speed=4)
    _, coarse = run(64, 0.6, epochs=20, speed=4, tolerance=1e-4)
    for a, b in zip(fine, coarse, strict=True):
        assert b.left.shape[1] < a.left.shape[1]
        assert 0 < np.linalg.norm(a.dW - b.dW) < 1e-4
        assert np.abs(a.loss - b.loss).max() < 1e-4


class FewRounds:
    """A generator of probes that fails after the rounds that a descent can need."""

    def __init__(self, epochs, n):
        self.rng, self.left = np.random.default_rng(0), epochs + 1 + 2 * n

    def standard_normal(self, shape):
        self.left -= 1
        assert self.left >= 0, "more rounds than directions"
        return self.rng.standard_normal(shape)


@settings(deadline=None, max_examples=20)
@given(
    n=st.integers(1, 48),
    g=st.floats(0, 0.99),
    seed=st.integers(0, 99),
    zhat=st.floats(-6, 6).map(lambda power: 10**power) | st.just(1e160),
    rate=st.floats(-6, 3).map(lambda power: 10**power) | st.just(1e307),
)
@example(n=48, g=0.9, seed=1, zhat=4.0, rate=0.003)
def test_every_descent_ends(n, g, seed, zhat, rate):
    """It returns finite numbers, those of dense matrices where it converges, or one line."""
    epochs, network = 30, draw_network(n, g, seed)
    targets, rates = np.array([1.0, zhat]), learning_rate([0.009, rate], g)
    try:
        descents = descend(network, targets, rates, epochs, TRIAL, FewRounds(epochs, n))
    except InputError as error:
        assert re.fullmatch("linear network, zhat = .*: diverged at epoch .*", str(error))
        return
    for descent in descents:
        assert descent.left.shape[1] <= n and descent.right.shape[1] <= n
        assert all(np.isfinite(a).all() for a in (descent.loss, descent.dW))
        if (np.diff(descent.loss) < 0).all():
            task = target_task(network, descent.zhat, TRIAL)
            dense = gradient_descent(network.W0, task, descent.learning_rate, epochs)
            losses = np.array([epoch.loss for epoch in dense]) / descent.loss[0]
            np.testing.assert_allclose(descent.loss / descent.loss[0], losses, atol=1e-6)


def test_a_diverging_target_is_named():
    with pytest.raises(InputError, match=r"zhat = 4, learning rate .* diverged at epoch"):
        run(32, 0.3, epochs=40, targets=np.array([0.5, 4.0]), rates=np.array([0.01, 1]))


# Measurements


@pytest.mark.parametrize(("n", "g", "epochs"), [(32, 0.0, 20), (128, 0.7, 50)])
def test_shuffling_degrades_a_network_that_has_something_to_shuffle(n, g, epochs):
    table = measurements(*run(n, g, epochs, speed=4), g, 0, TRIAL, 0.05, 3)
    shuffled = table.shuffle_loss_ratio * TARGETS**2 / 2
    if g == 0:
        np.testing.assert_allclose(shuffled, table.final_loss, rtol=0, atol=1e-12)
    else:
        assert (shuffled > 10 * table.final_loss).all()


def test_the_shuffled_loss_is_a_mean_over_permutations():
    network, descents = run(64, 0.7, 20, speed=4)
    tables = [measurements(network, descents, 0.7, 0, TRIAL, 0.05, n) for n in (1, 4)]
    for number, descent in enumerate(descents):
        permuted = shuffled_connectivity(network, 0.7, 0, descent.zhat, 4)
        losses = np.array(
            [
                loss_of(simulate(network, W0 + descent.dW, TRIAL), descent.zhat, TRIAL)
                for W0 in permuted
            ]
        )
        losses /= descent.zhat**2 / 2
        first, mean = (table.shuffle_loss_ratio[number] for table in tables)
        assert first == pytest.approx(losses[0])
        assert mean == pytest.approx(losses.mean())
        error = np.std(losses, ddof=1) / 2
        assert tables[1].shuffle_loss_error[number] == pytest.approx(error)
    assert tables[0].shuffle_loss_error.isna().all()


def test_the_linearised_readout_is_the_derivative_along_dW():
    network, descents = run(48, 0.6, 30, speed=4)
    for descent in descents:
        linear = linearised_readout(network, descent) - descent.readout[0]

        def readout(factor, dW=descent.dW):
            W = np.eye(48) - network.W0 - factor * dW
            return network.w @ np.linalg.solve(W, network.m)

        derivative = (readout(1e-4) - readout(-1e-4)) / 2e-4
        assert linear == pytest.approx(derivative, rel=1e-5)
        # For a target that is reached through an eigenvalue near 1, it is not enough.
        assert linear < 0.9 * (descent.readout[-1] - descent.readout[0])


def test_convergence_is_the_first_epoch_below_the_threshold():
    loss, none = np.array([2.0, 0.2, 0.09, 0.11, 0.0]), np.zeros((0, 0))
    descent = Descent(2.0, 0.1, loss, loss, loss, np.zeros((5, 0, 0)), none, none)
    assert descent.converged_epoch(0.05) == 2
    assert descent.converged_epoch(1e-9) == 4
    assert descent.converged_epoch(0.0) is None
    np.testing.assert_allclose(descent.tau, [0, 0.1, 0.2, 0.3, 0.4])


@pytest.mark.parametrize("epochs", [50, 2])
def test_measurements_follow_from_the_descent(epochs):
    network, descents = run(64, 0.3, epochs, speed=4)
    table = measurements(network, descents, 0.3, 0, TRIAL, 0.05, 1)
    assert (table.zhat == TARGETS).all()
    for row, descent in zip(table.itertuples(), descents, strict=True):
        half = descent.zhat**2 / 2
        assert row.norm_dW == pytest.approx(np.linalg.norm(descent.dW))
        assert (row.final_loss < 0.05 * half) == (epochs == 50)
        if epochs == 50:
            below = np.flatnonzero(descent.loss < 0.05 * half)[0]
            assert row.tau_star == descent.learning_rate * below
            mean = descent.gradient_norm[descent.tau <= row.tau_star].mean()
            assert row.mean_gradient_norm == pytest.approx(mean)
        else:
            assert np.isnan([row.tau_star, row.mean_gradient_norm]).all()


def test_curves_have_zeros_where_the_rank_is_lower():
    _, descents = run(32, 0.0, epochs=5)
    table = curves(descents[:1], 0.0, 7)
    assert table.columns.tolist() == [
        "zhat", "g", "seed", "epoch", "tau", "loss", "gradient_norm",
        "s1", "s2", "s3", "s4", "s5",
    ]  # fmt: skip
    assert len(table) == 6
    assert (table[["s3", "s4", "s5"]] == 0).all(axis=None)
    assert (table.s1.diff()[1:] > 0).all()


def test_truncated_networks_end_at_the_trained_one():
    network, descents = run(32, 0.0, epochs=20, speed=4)
    table = truncation_losses(network, arrays_of(descents), range(4), TRIAL)
    losses = table.pivot(index="zhat", columns="rank", values="loss")
    initial, final = (np.array([d.loss[i] for d in descents]) for i in (0, -1))
    np.testing.assert_allclose(losses[0], initial, atol=1e-12)
    # At g = 0, dW has rank two.
    np.testing.assert_allclose(losses[[2, 3]], final[:, None] + np.zeros(2), atol=1e-12)
    assert (losses[1] > losses[2]).any()


def test_example_trial_starts_with_the_input_and_ends_at_the_readout():
    network, descents = run(32, 0.3, epochs=20, speed=4)
    fine = Trial(duration=101, onset=1, window=1, dt=0.05)
    table = example_trials(network, arrays_of(descents), [2.0], fine)
    output = table[table.kind == "output"]
    assert (output.value[output.time <= 1] == 0).all()
    assert output.time.iloc[-1] == pytest.approx(101)
    coarse = simulate(network, network.W0 + descents[2].dW, TRIAL)
    assert output.value.iloc[-1] == pytest.approx(coarse[-1], abs=1e-3)
    assert table[table.kind == "input"].value.tolist() == [0, 0, 1, 1]
