"""Eigenvalues of dW at g = 0, Eq. (10)."""

from functools import cache

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from interplay.linear.descent import descend
from interplay.linear.network import Trial, draw_network
from interplay.linear.second_order import (
    TOLERANCE,
    eigenvalue_growth,
    largest_moduli,
    orthogonal,
)
from interplay.linear.theory import coefficients, largest_eigenvalue

TRIAL = Trial(duration=101, onset=1, window=1, dt=0.5)
TARGETS = [0.5, 1.0, 2.0]
RATE = 0.0005


@cache
def descents(seed, is_orthogonal, n=16, epochs=100):
    network = draw_network(n, 0.0, seed)
    if is_orthogonal:
        network = orthogonal(network)
    rng, rates = np.random.default_rng(0), [RATE] * 3
    return descend(network, TARGETS, rates, epochs, TRIAL, rng, TOLERANCE)


def power(table):
    """Return the power of learning time with which the eigenvalue grows."""
    late = table[table.epoch > 30]
    return np.polyfit(np.log(late.tau), np.log(late.eigenvalue), 1)[0]


@given(zhat=st.floats(0.1, 4))
def test_leading_order_is_that_of_equation_10(zhat):
    tau = 1e-4
    values = np.linalg.eigvals(coefficients(tau, zhat))
    expected = largest_eigenvalue(tau, zhat)
    assert np.abs(values).max() == pytest.approx(expected, rel=1e-3)


def test_orthogonal_vectors_have_length_one():
    network = orthogonal(draw_network(50, 0.0, 0))
    assert abs(network.m @ network.w) < 1e-15
    assert np.linalg.norm(network.w) == pytest.approx(1, abs=1e-14)


@pytest.mark.parametrize("index", range(3))
def test_eigenvalues_grow_at_second_order(index):
    table = eigenvalue_growth(descents(0, True)[index])
    assert power(table) == pytest.approx(2, abs=0.1)
    last = table.iloc[-1]
    assert last.eigenvalue == pytest.approx(last.predicted, rel=0.06)
    # The first singular value grows at first order.
    assert last.s1 == pytest.approx(last.zhat * last.tau, rel=0.06)


@pytest.mark.parametrize("seed", range(3))
def test_overlapping_vectors_add_a_first_order(seed):
    network = draw_network(16, 0.0, seed)
    overlap = abs(network.m @ network.w)
    for descent in descents(seed, False):
        table = eigenvalue_growth(descent)
        # The first update is rate * (zhat − z0) w mᵀ.
        error = descent.zhat - network.m @ network.w
        expected = RATE * error * overlap
        assert table.eigenvalue[1] == pytest.approx(abs(expected), rel=1e-6)
        assert table.predicted[1] < table.eigenvalue[1]


def test_result_does_not_depend_on_size_or_seed_for_orthogonal_vectors():
    for one, other in zip(descents(0, True), descents(1, True, n=24), strict=True):
        np.testing.assert_allclose(
            largest_moduli(one)[2:], largest_moduli(other)[2:], rtol=1e-6
        )


def test_moduli_are_those_of_the_whole_matrix():
    descent = descents(1, False)[2]
    expected = np.abs(np.linalg.eigvals(descent.dW)).max()
    assert largest_moduli(descent)[-1] == pytest.approx(expected, rel=1e-8)
