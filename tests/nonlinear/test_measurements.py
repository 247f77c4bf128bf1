"""The definitions of Fig. 2: convergence, functional rank, loss after shuffling W0."""

from dataclasses import replace

import numpy as np
import pandas as pd
import pytest

import interplay
from interplay.nonlinear.measurements.directions import gain, krylov_bases, shares
from interplay.nonlinear.measurements.learning import convergence, convergence_epoch
from interplay.nonlinear.measurements.shuffling import shuffle_loss
from interplay.nonlinear.measurements.spectra import alignment
from interplay.nonlinear.measurements.truncation import (
    CHECK_TRIALS,
    RANK_TRIALS,
    functional_ranks,
    truncation_losses,
)
from interplay.nonlinear.run import initial_weights


@pytest.fixture(scope="module")
def trained():
    return interplay.train("romo", 0.9, 1, N=24, epochs=20, batch=4, learning_rate=0.05)


def with_losses(trained, losses):
    return replace(trained, losses=np.array(losses), initial_loss=losses[0])


def test_a_network_converges_at_the_first_epoch_below_the_bound(trained):
    assert convergence_epoch(np.array([1, 0.5, 0.04, 0.2]), 0.05) == 2
    assert convergence_epoch(np.array([1, 0.05]), 0.05) is None
    # It stays converged although the loss rises again, which is an outbreak.
    losses = [2.0, 0.09, 0.5, 0.08, 0.3, 0.2, 0.05, 0.01]
    (row,) = convergence(with_losses(trained, losses), 0.05).itertuples()
    assert (row.convergence_epoch, row.converged, row.initial_loss) == (1, True, 2.0)
    assert pd.isna(row.outbreaks) and pd.isna(row.outbreak_share), "it has not learned"
    (row,) = convergence(with_losses(trained, [1.0, 0.3, 0.2, 0.1]), 0.05).itertuples()
    assert pd.isna(row.convergence_epoch)
    assert not row.converged


def test_a_network_learned_at_the_first_of_fifty_consecutive_epochs_below_the_bound(
    trained,
):
    low, high = [0.01] * 49, [0.2]
    for losses, epoch in (
        ([1.0, *low, *high, *low, 0.02, *high], 51),
        ([1.0, *low, *high, *low], None),
        ([1.0, *low], None),
        ([1.0, *low, 0.049], 1),
    ):
        (row,) = convergence(with_losses(trained, losses), 0.05).itertuples()
        assert row.convergence_epoch == 1
        assert row.learned == (epoch is not None)
        assert row.learned_epoch == epoch if epoch else pd.isna(row.learned_epoch)


def test_outbreaks_are_counted_after_learning_and_last_or_not(trained):
    low, high = [0.01] * 50, [0.2]
    # A wrong trial at epoch 51; an outbreak at 102 that lasts; one at the very end.
    losses = [1.0, *low, *high, *low, *(9 * high), *low, *(3 * low), *high]
    (row,) = convergence(with_losses(trained, losses), 0.05).itertuples()
    assert (row.outbreaks, row.outbreak_epoch) == (3, 51)
    assert (row.lasting_outbreaks, row.lasting_epoch) == (1, 102)
    assert row.outbreak_share == 11 / (len(losses) - 1)
    assert row.learned_early
    (row,) = convergence(with_losses(trained, losses[:101]), 0.05).itertuples()
    assert (row.outbreaks, row.lasting_outbreaks) == (1, 0)
    (row,) = convergence(with_losses(trained, [*(60 * [1.0]), *low]), 0.05).itertuples()
    assert (row.learned_early, row.outbreaks, row.outbreak_share) == (False, 0, 0.0)
    assert pd.isna(row.outbreak_epoch)


def test_the_functional_rank_is_relative_to_the_initial_loss_or_to_that_at_rank_0(
    trained,
):
    truncated = pd.DataFrame({"rank": range(4), "loss": [4.0, 0.15, 0.08, 0.01]})
    (row,) = functional_ranks(
        with_losses(trained, [2.0, 0.01]), truncated, 0.05, 8
    ).itertuples()
    assert row.functional_rank == 2  # 0.08 < 0.05 · 2
    assert row.functional_rank_rank0 == 1  # 0.15 < 0.05 · 4


def test_a_network_that_did_not_converge_has_no_functional_rank(trained):
    truncated = pd.DataFrame({"rank": range(2), "loss": [1.0, 0.001]})
    row = functional_ranks(with_losses(trained, [1.0, 0.2]), truncated, 0.05, 8)
    assert row.isna().all(axis=None)


@pytest.mark.parametrize("chosen", range(5))
def test_the_rank_is_checked_on_trials_that_did_not_choose_it(trained, chosen):
    # Whatever rank was chosen, the check is the first one below the bound on other trials.
    of_ranks = trained.losses_with(
        [trained.W0 + part for part in interplay.truncations(trained.dW, range(25))],
        16,
        CHECK_TRIALS,
    )
    initial = 20 * (of_ranks[3] + 1e-6)
    truncated = truncation_losses(trained, 16, 24)
    assert not np.isin(truncated.loss, of_ranks).any(), "the trials are others"
    truncated.loss = np.where(truncated["rank"] < chosen, initial, 0.0)
    converged = with_losses(trained, [initial, 0.0])
    (row,) = functional_ranks(converged, truncated, 0.05, 16).itertuples()
    assert row.functional_rank == chosen
    assert row.functional_rank_check == np.flatnonzero(of_ranks < 0.05 * initial)[0]
    nowhere = with_losses(trained, [1e-9, 0.0])
    (row,) = functional_ranks(nowhere, truncated.assign(loss=1.0), 0.05, 16).itertuples()
    assert pd.isna(row.functional_rank) and pd.isna(row.functional_rank_check)


def test_no_measurement_shares_its_trials(trained):
    streams = "test trials", RANK_TRIALS, CHECK_TRIALS
    first, second, third = (trained.test_trials(4, one).inputs for one in streams)
    assert not np.array_equal(first, second)
    assert not np.array_equal(second, third)
    np.testing.assert_array_equal(first, trained.test_trials(4).inputs)


def test_the_shuffled_loss_is_of_permuted_w0_plus_dw_over_the_initial_loss(trained):
    trained = with_losses(trained, [2.0, 1.0])
    (row,) = shuffle_loss(trained, 32, 3).itertuples()
    rng, ratios = trained.run.stream("shuffle"), []
    for _ in range(3):
        mixed = rng.permutation(trained.W0.ravel())
        W = mixed.reshape(trained.W0.shape) + trained.dW
        ratios.append(loss_with(trained, W) / 2)
    assert row.shuffle_loss_ratio == pytest.approx(np.mean(ratios), rel=1e-5)
    assert row.shuffle_loss_first == pytest.approx(ratios[0], rel=1e-5)
    error = np.std(ratios, ddof=1) / np.sqrt(3)
    assert row.shuffle_loss_error == pytest.approx(error, rel=1e-3)
    assert row.final_loss == pytest.approx(
        loss_with(trained, trained.network.W), rel=1e-5
    )


def with_change(trained, dW):
    """Return a network of another dW, which is exact in float32 up to rounding."""
    W = trained.W0 + dW.astype(np.float32)
    return replace(trained, network=replace(trained.network, W=W))


def test_a_dw_of_known_directions_has_its_share_in_their_span(trained):
    before = initial_weights(trained.run, 1, 2)
    W0, w = trained.W0.astype(float), before["C"].T.astype(float)
    left = W0.T @ W0.T @ w[:, 0] + w[:, 1]
    right = W0 @ before["B"][:, 0].astype(float)
    dW = np.outer(left, right)
    table = shares(with_change(trained, dW), 1, 3, 2)
    own = table[(table.vectors == "initial") & (table.connectivity == "initial")]
    share = own.set_index(["side", "power"]).share
    found = share.unstack("power")
    np.testing.assert_allclose(found.loc["left", [2, 3]], 1, atol=1e-5)
    np.testing.assert_allclose(found.loc["right", [1, 2, 3]], 1, atol=1e-5)
    assert (found.loc["left", [0, 1]] < 0.9).all() and found.loc["right", 0] < 0.9
    # Least squares with the products themselves is the same projection.
    products = np.hstack([w, W0.T @ w])
    rest = left - products @ np.linalg.lstsq(products, left)[0]
    assert found.loc["left", 1] == pytest.approx(1 - (rest @ rest) / (left @ left))


def test_shares_are_weighted_by_squared_singular_values_up_to_the_rank(trained):
    w = initial_weights(trained.run, 1, 2)["C"].T.astype(float)
    rng = np.random.default_rng(0)
    u, _ = np.linalg.qr(np.hstack([w, rng.standard_normal((24, 2))]))
    v, _ = np.linalg.qr(rng.standard_normal((24, 4)))
    # Of three singular values, the first and third belong to the readout vectors.
    dW = u[:, [0, 2, 1, 3]] * [3.0, 2.0, 1.0, 0.5] @ v.T
    for rank, expected in ((1, 1), (2, 9 / 13), (3, 10 / 14), (4, 10 / 14.25)):
        table = shares(with_change(trained, dW), rank, 1, 1)
        found = table.query("side == 'left' and vectors == 'initial' and power == 0")
        at_start = found[found.connectivity != "random"].share
        np.testing.assert_allclose(at_start, expected, rtol=1e-5)


def test_shares_grow_with_the_power_and_random_ones_are_that_of_the_dimension(trained):
    table, count = shares(trained, 5, 4, 100), {"left": 2, "right": 1}
    table = table[table.vectors != "both"]
    assert table.share.between(0, 1).all()
    kinds = ["side", "vectors", "connectivity"]
    assert (table.groupby(kinds).share.diff().dropna() > -1e-12).all()
    assert (table.dimension == (table.power + 1) * table.side.map(count)).all()
    random = table[table.connectivity == "random"]
    np.testing.assert_allclose(random.share, random.dimension / 24, atol=0.04)


@pytest.mark.parametrize("g", [0.0, 0.5, 30.0])
def test_bases_of_powers_are_orthonormal_however_parallel_the_products(g):
    rng = np.random.default_rng(0)
    A = g * rng.standard_normal((40, 40)) / 40**0.5
    vectors = rng.standard_normal((40, 2)) * [1, 1e-3]
    bases = krylov_bases(A, vectors, 30)
    sizes = [basis.shape[1] for basis in bases]
    assert sizes == ([2 * min(k + 1, 20) for k in range(31)] if g else [2] * 31)
    for basis in bases:
        np.testing.assert_allclose(basis.T @ basis, np.eye(basis.shape[1]), atol=1e-12)
    products = np.hstack([vectors, A @ vectors, A @ A @ vectors])
    rest = products - bases[2] @ (bases[2].T @ products)
    assert (np.linalg.norm(rest, axis=0) < 1e-12 * np.linalg.norm(products, 2)).all()


def test_the_loss_with_a_larger_dw_is_that_of_the_network_with_this_dw(trained):
    table = gain(trained, [1, 2.5], 2, 32)
    ratio = table.set_index(["connectivity", "gain"]).loss_ratio
    (twice,) = shuffle_loss(trained, 32, 2).itertuples()
    rng = trained.run.stream("shuffle")
    mixed = [rng.permutation(trained.W0.ravel()).reshape(24, 24) for _ in range(2)]
    for factor in (1, 2.5):
        own = loss_with(trained, trained.W0 + factor * trained.dW)
        assert ratio["initial", factor] * trained.losses[0] == pytest.approx(own, 1e-5)
        losses = [loss_with(trained, W0 + factor * trained.dW) for W0 in mixed]
        expected = np.mean(losses) / trained.losses[0]
        assert ratio["shuffled", factor] == pytest.approx(expected, 1e-5)
        if factor == 1:
            assert expected == pytest.approx(twice.shuffle_loss_ratio, 1e-5)
    error = table.set_index(["connectivity", "gain"]).loss_ratio_error
    assert error["shuffled"].gt(0).all() and error["initial"].isna().all()


def loss_with(trained, W):
    """Compute the loss of 32 test trials step by step, Eqs (2) and (3), in float64."""
    inputs, targets, mask = trained.test_trials(32)
    network = replace(trained.network, W=W)
    W, B, C = (weights.astype(float) for weights in vars(network).values())
    x = np.zeros((inputs.shape[1], len(W)))
    outputs = []
    for u in inputs:
        x = x + 0.5 * (-x + np.tanh(x) @ W.T + u @ B.T)
        outputs.append(np.tanh(x) @ C.T)
    return 0.5 * (mask * (targets - outputs) ** 2).sum() / mask.sum()


def test_singular_vectors_of_dW_lie_in_the_span_of_inputs_and_readouts_as_constructed(
    trained,
):
    n, rng = trained.run.n, np.random.default_rng(0)
    network = trained.network
    columns = [network.B, network.C.T, rng.standard_normal((n, 2))]
    basis = np.linalg.qr(np.hstack(columns).astype(float))[0]
    span, outside = basis[:, :3], basis[:, 3:]
    # Left vectors: inside, half inside; right ones: half inside, outside.
    half = (span[:, 1] + outside[:, 0]) / np.sqrt(2)
    dW = 2 * np.outer(span[:, 0], half) + np.outer(half, outside[:, 1])
    W = (trained.W0 + dW).astype(np.float32)
    table = alignment(replace(trained, network=replace(network, W=W)))
    assert table.columns.tolist()[:2] == ["side", "index"]
    assert table.groupby("side").size().to_dict() == {"left": 12, "right": 12}
    shares = table[table["index"] <= 2].set_index(["side", "index"]).share_after
    assert shares.tolist() == pytest.approx([1, 0.5, 0.5, 0], abs=1e-4)
    assert table[["share_before", "share_after"]].max(axis=None) <= 1 + 1e-12
    # Romo has one input and two outputs.
    assert set(table.share_expected) == {3 / n}


def test_random_directions_have_the_expected_share(trained):
    n, rng = trained.run.n, np.random.default_rng(1)
    found = []
    for _ in range(40):
        W = (trained.W0 + rng.standard_normal((n, n))).astype(np.float32)
        table = alignment(replace(trained, network=replace(trained.network, W=W)))
        found.append(table[["share_before", "share_after"]].mean().mean())
    assert np.mean(found) == pytest.approx(3 / n, rel=0.1)
