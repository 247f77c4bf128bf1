"""Following a network while it trains: the same training, and when eigenvalues exceed 1."""

from dataclasses import replace

import numpy as np
import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st

from interplay.claims.quantities.networks import fall_at_transitions
from interplay.lowrank.spectrum import eigenvalues
from interplay.nonlinear.training import Run, initial_state, train
from interplay.nonlinear.transitions import BEYOND, follow, recorded_epochs
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


# What the claim measures


def followed(loss, unstable):
    return pd.DataFrame(
        {"epoch": 5 * np.arange(len(loss)), "loss": loss, "unstable": unstable}
    )


def test_a_loss_that_falls_at_its_transitions():
    step = np.arange(40)
    unstable = 0 + (step >= 25)
    plateau = followed(10.0**-unstable, unstable)
    assert fall_at_transitions(plateau, width=0.1) == 1
    assert fall_at_transitions(plateau.sample(frac=1, random_state=1), 0.1) == 1
    rising = followed(10.0**unstable, unstable)
    assert fall_at_transitions(rising, width=0.1) == 0
    # A number that was there before is no transition.
    back = plateau.assign(unstable=np.where(step == 30, 0, unstable))
    assert fall_at_transitions(back, width=0.1) == 1
    # The larger of two falls is above all others, the smaller one below the first.
    two = followed(10.0**-unstable * 0.5 ** (step >= 10), unstable + (step >= 10))
    assert 0.9 < fall_at_transitions(two, width=0.1) < 1


def test_a_loss_that_has_nothing_to_do_with_transitions():
    step = np.arange(40)
    even = followed(0.9**step, step >= 15)
    assert fall_at_transitions(even.round(12), width=0.1) == pytest.approx(0.5, abs=0.1)
    assert np.isnan(fall_at_transitions(followed(0.9**step, 0 * step), 0.1))
    rng = np.random.default_rng(0)
    shares = [
        fall_at_transitions(followed(rng.uniform(1, 2, 60), np.arange(60) >= at), 0.1)
        for at in range(5, 55)
    ]
    assert np.mean(shares) == pytest.approx(0.5, abs=0.1)
