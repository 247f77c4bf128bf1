"""Following a network while it trains: the same training, and when eigenvalues exceed 1."""

from dataclasses import replace

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from interplay.lowrank.spectrum import eigenvalues
from interplay.nonlinear.run import Run, initial_state
from interplay.nonlinear.training import train
from interplay.nonlinear.transitions import (
    BEYOND,
    crossing_epoch,
    follow,
    plateau,
    plateau_and_crossing,
    recorded_epochs,
)
from interplay.tasks import make_task

N = 24
TASK = make_task("flipflop", 0.5)
RUN = Run("flipflop", 1.5, 2, n=N, epochs=70, batch=4, learning_rate=0.05 / N)


@pytest.mark.parametrize("epochs", [[0, 3, 9, 52, 70], range(71)])
def test_the_network_that_is_followed_is_the_one_that_was_trained(epochs):
    table = follow(RUN, TASK, epochs)
    whole = train(RUN, TASK, initial_state(RUN, TASK))
    assert table.epoch.tolist() == list(epochs)[:-1]
    for row, following in zip(table.itertuples(), list(epochs)[1:], strict=True):
        mean = np.mean(whole.losses[row.epoch : following])
        assert row.loss == pytest.approx(mean, rel=1e-12)
        there = train(replace(RUN, epochs=row.epoch), TASK, initial_state(RUN, TASK))
        real = eigenvalues(there.weights["W"]).real
        assert row.unstable == (real > 1).sum()
        assert row.leading == real.max()


def test_a_network_that_diverges_is_followed_until_then():
    run = replace(RUN, optimiser="gradient_descent", learning_rate=1e6)
    table = follow(run, TASK, range(0, 71, 5))
    assert len(table) < 14
    assert np.isfinite(table.leading).all()


@pytest.mark.parametrize("real", [True, False])
def test_states_emerge_where_an_eigenvalue_exceeds_1(real):
    """From x = 0, Eq. (2) stays there below 1, and goes elsewhere above 1."""
    rng = np.random.default_rng(0)
    left, right = rng.standard_normal((2, 2, N)) / np.sqrt(N)
    basis = np.linalg.qr(np.concatenate([left, right]).T)[0][:, :2]
    block = np.diag([1.0, 0.0]) if real else np.array([[1.0, 0.6], [-0.6, 1.0]])
    x = 1e-3 * rng.standard_normal(N)
    for scale, stays in ((0.95, True), (1.05, False)):
        W = scale * basis @ block @ basis.T
        assert (eigenvalues(W).real > 1).sum() == (0 if stays else 1 + (not real))
        state = x
        for _ in range(20_000):
            state = state + 0.05 * (-state + W @ np.tanh(state))
        assert (np.linalg.norm(state) < 1e-6) == stays
        at_rest = np.abs(W @ np.tanh(state) - state).max() < 1e-6
        assert at_rest == (stays or real)


@given(st.integers(1, 400), st.integers(1, 80), st.floats(0.5, 1))
def test_looks_reach_until_after_convergence(length, number, decay):
    losses = decay ** np.arange(length)
    epochs = recorded_epochs(losses, 0.05, number)
    assert epochs[0] == 0
    assert (np.diff(epochs) > 0).all()
    assert len(epochs) <= number + 1
    below = np.flatnonzero(losses < 0.05)
    end = min(length - 1, int(BEYOND * below[0])) if len(below) else length - 1
    assert epochs[-1] == end


# Plateaus


def learning_curve(plateau, after, rng):
    """Return losses: a level with 2 % of noise, then a fall by the same factor per epoch."""
    fall = 0.03 ** (np.arange(1, after + 1) / after)
    return np.concatenate([np.ones(plateau), fall]) * rng.uniform(
        0.98, 1.02, plateau + after
    )


@settings(deadline=None)
@given(st.integers(0, 2**32), st.integers(50, 600), st.integers(20, 100))
def test_a_plateau_ends_where_the_loss_begins_to_fall(seed, length, after):
    losses = learning_curve(length, after, np.random.default_rng(seed))
    found = plateau(losses, 0.05)
    assert found is not None
    start, end, level = found
    # A tenth of the loss is lost in 3 % of the fall; the running median shifts nothing.
    assert start <= 0.05 * length
    assert abs(end - length) <= 2 + 0.1 * after + 0.02 * len(losses)
    assert level == pytest.approx(1, abs=0.05)


def test_the_level_of_a_plateau_is_any_and_scale_of_loss_and_later_epochs_do_not_count():
    rng = np.random.default_rng(0)
    late = learning_curve(200, 60, rng) / 2
    losses = np.concatenate([np.linspace(1, 0.6, 40), late, np.full(900, 0.001)])
    start, end, level = plateau(losses, 0.05)
    assert (38 <= start <= 45, 235 <= end <= 250) == (True, True)
    assert level == pytest.approx(0.5, rel=0.05)
    assert plateau(7 * losses, 0.05) == (start, end, pytest.approx(level))


@pytest.mark.parametrize(
    "losses",
    [
        0.05 ** (np.arange(400) / 300),  # the same factor per epoch
        np.linspace(1, 0.01, 400),  # the same amount per epoch
        np.ones(400),  # it does not converge
    ],
)
def test_a_loss_without_a_plateau(losses):
    assert plateau(losses, 0.05) is None


def test_the_crossing_is_interpolated_and_that_of_the_trained_network():
    assert crossing_epoch(np.array([0, 10, 20]), np.array([0.0, 0.5, 1.5])) == 15
    assert crossing_epoch(np.array([0, 10, 20]), np.array([1.2, 0.5, 1.5])) is None
    assert crossing_epoch(np.array([0, 10]), np.array([0.2, 0.9])) is None
    run = replace(RUN, g=0.0, batch=8, epochs=140, learning_rate=0.01 / N)
    every, some = (follow(run, TASK, range(0, 140, step)) for step in (1, 10))
    exact, coarse = (
        crossing_epoch(table.epoch.to_numpy(), table.leading.to_numpy())
        for table in (every, some)
    )
    first = every[every.leading > 1].epoch.min()
    assert first - 1 <= exact <= first
    assert coarse == pytest.approx(exact, abs=10)


def test_a_plateau_from_which_no_eigenvalue_leads_counts_as_infinitely_late():
    losses = learning_curve(100, 50, np.random.default_rng(0))
    followed = pd.DataFrame({"epoch": [0, 100], "leading": [0.0, 0.9]})
    row = plateau_and_crossing(losses, 0.05, followed)
    assert row["crossing_epoch"] is None
    assert row["initial_loss"] == losses[0]
    assert row["crossing_ratio"] == np.inf
    crossed = followed.assign(leading=[0.0, 1.0 + 1e-9])
    row = plateau_and_crossing(losses, 0.05, crossed)
    assert row["crossing_ratio"] == pytest.approx(100 / row["plateau_end"])
    row = plateau_and_crossing(np.ones(9), 0.05, followed)
    assert np.isnan(row["crossing_ratio"])
