"""Eigenvalues of dW at g = 0: second order for orthogonal vectors, first for others."""

import numpy as np
import pytest

from interplay.linear import theory
from interplay.linear.descent import descend
from interplay.linear.network import Trial, draw_network, orthogonal
from interplay.linear.second_order import TOLERANCE, eigenvalue_growth

TRIAL = Trial(duration=101, onset=1, window=1, dt=0.5)
RATE = 0.0005


def draw_orthogonal(n, seed):
    network = draw_network(n, 0.0, seed)
    return orthogonal(network, network.m)


def train(network, zhat, epochs=200):
    return descend(
        network, [zhat], [RATE], epochs, TRIAL, np.random.default_rng(0), TOLERANCE
    )[0]


def power(table):
    """Return the power of tau with which the eigenvalue grows over the last half."""
    late = table[table.epoch >= len(table) // 2]
    return np.polyfit(np.log(late.tau), np.log(late.eigenvalue), 1)[0]


def test_orthogonal_vectors_stay_in_their_plane():
    independent = draw_network(30, 0.0, 0)
    network = orthogonal(independent, independent.m)
    assert network.m @ network.w == pytest.approx(0, abs=1e-15)
    assert np.linalg.norm(network.w) == pytest.approx(1)
    plane = np.stack([independent.m, independent.w, network.w])
    assert np.linalg.matrix_rank(plane, tol=1e-12) == 2
    assert network.w @ independent.w > 0


def test_moduli_are_those_of_the_whole_matrix():
    descent = train(draw_orthogonal(20, 1), 2.0, epochs=100)
    whole = np.abs(np.linalg.eigvals(descent.dW)).max()
    found = eigenvalue_growth(descent).eigenvalue.iloc[-1]
    assert found == pytest.approx(whole, rel=1e-6)


@pytest.mark.parametrize("zhat", [0.5, 1.0, 2.0])
def test_eigenvalue_starts_at_second_order(zhat):
    table = eigenvalue_growth(train(draw_orthogonal(16, 0), zhat))
    assert power(table) == pytest.approx(2, abs=0.15)
    last = table.iloc[-1]
    assert last.eigenvalue / last.predicted == pytest.approx(1, abs=1.5 * last.tau)


def test_growth_is_the_same_for_every_size_and_seed():
    one, other = (
        eigenvalue_growth(train(draw_orthogonal(n, seed), 2.0, epochs=50))
        for n, seed in ((12, 0), (24, 1))
    )
    np.testing.assert_allclose(one.eigenvalue[2:], other.eigenvalue[2:], rtol=1e-6)


def test_vectors_that_overlap_have_an_eigenvalue_of_first_order():
    network = draw_network(16, 0.0, 0)
    table = eigenvalue_growth(train(network, 0.5))
    overlap = network.m @ network.w
    early = table.iloc[10]
    expected = abs((0.5 - overlap) * overlap) * early.tau
    assert abs(overlap) > 0.05
    assert early.eigenvalue == pytest.approx(expected, rel=0.1)


@pytest.mark.parametrize("zhat", [0.5, 2.0])
def test_leading_order_follows_from_the_coefficients(zhat):
    """Eq. (10): the eigenvalues of A(tau) are zhat² tau² (1/2 ± 1/√3) to leading order."""
    tau = 1e-4
    values = np.sort(np.linalg.eigvals(theory.coefficients(tau, zhat)).real)
    expected = zhat**2 * tau**2 * (1 / 2 + np.array([-1, 1]) / np.sqrt(3))
    np.testing.assert_allclose(values, expected, rtol=1e-3)
    assert theory.largest_eigenvalue(tau, zhat) == pytest.approx(expected[1])
