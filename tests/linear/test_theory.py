"""Eqs (8) to (15) against the Taylor series of the gradient flow, Eq. (6).

The tests compute the series from Eq. (6) alone, order by order and without finite
differences, for random networks. The closed forms agree with it up to O(1/√N). At g = 0
with orthonormal vectors nothing is random, and they agree exactly.
"""

from dataclasses import dataclass
from functools import cache

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy.integrate import solve_ivp
from scipy.linalg import lu_factor, lu_solve

from interplay.linear import theory

ORDER = 3


@dataclass(frozen=True)
class Series:
    """W(tau) = W0 + sum of tau^n a @ core[n] @ b.T, and the readout's coefficients.

    Columns of a (N, ORDER) and b are the coefficients of (I − Wᵀ)⁻¹ w and (I − W)⁻¹ m.
    """

    a: np.ndarray
    b: np.ndarray
    core: np.ndarray
    z: np.ndarray


def flow_series(W0, m, w, zhat):
    """Differentiate Eq. (6) at tau = 0: dW/dtau = (zhat − z) a bᵀ.

    (I − Wᵀ) a = w gives each coefficient of a from lower ones; b follows likewise.
    """
    lu = lu_factor(np.eye(len(m)) - W0)
    a, b = [lu_solve(lu, w, trans=1)], [lu_solve(lu, m)]
    z = [w @ b[0]]
    error = [zhat - z[0]]
    core = np.zeros((ORDER + 1, ORDER + 1, ORDER + 1))
    for n in range(1, ORDER + 1):
        for i in range(n):
            for j in range(n - i):
                core[n, i, j] = error[n - 1 - i - j] / n
        right_a, right_b = np.zeros_like(w), np.zeros_like(m)
        for k in range(1, n + 1):
            for i, j in np.argwhere(core[k]):
                right_a += core[k, i, j] * b[j] * (a[i] @ a[n - k])
                right_b += core[k, i, j] * a[i] * (b[j] @ b[n - k])
        a.append(lu_solve(lu, right_a, trans=1))
        b.append(lu_solve(lu, right_b))
        z.append(w @ b[n])
        error.append(-z[n])
    a, b = np.stack(a[:ORDER], axis=1), np.stack(b[:ORDER], axis=1)
    return Series(a, b, core[:, :ORDER, :ORDER], np.array(z))


def singular_value_series(series):
    """Return the series of s1 to third order and the tau³ coefficient of s2."""
    left, right = np.linalg.qr(series.a)[1], np.linalg.qr(series.b)[1]
    M1, M2, M3 = (left @ core @ right.T for core in series.core[1:])
    U, s, Vt = np.linalg.svd(M1)
    u, v, s1 = U[:, 0], Vt[0], s[0]
    P, Q = np.eye(ORDER) - np.outer(u, u), np.eye(ORDER) - np.outer(v, v)
    assert np.abs(P @ M2 @ Q).max() < 1e-10 * np.abs(M2).max()
    second = np.sum((P @ M2 @ v) ** 2) + np.sum((Q @ M2.T @ u) ** 2)
    complement = P @ (M3 - M2 @ np.outer(v, u) @ M2 / s1) @ Q
    s2 = np.linalg.svd(complement, compute_uv=False)[0]
    return np.array([s1, u @ M2 @ v, u @ M3 @ v + second / (2 * s1), s2])


def draw(n, g, rng, orthogonal=False):
    """Draw W0, m and w. With `orthogonal`, z0 is exactly 0, as the theory assumes."""
    W0 = g * rng.standard_normal((n, n)) / np.sqrt(n)
    m, w = rng.standard_normal((2, n))
    m /= np.linalg.norm(m)
    if orthogonal:
        b = np.linalg.solve(np.eye(n) - W0, m)
        w -= b * (b @ w) / (b @ b)
    return W0, m, w / np.linalg.norm(w)


def fit(function, degree):
    """Return the coefficients of tau, …, tau^degree of a polynomial in tau."""
    tau = np.linspace(0.5, 1.5, 8)
    powers = tau[:, None] ** np.arange(1, degree + 1)
    return np.linalg.lstsq(powers, function(tau), rcond=None)[0]


def closed_forms(zhat, g):
    """Return the coefficients by Eqs (12), (14) and (15): W1; z; s1; s2."""
    z = fit(lambda tau: theory.readout(tau, zhat, g), 3)
    s1 = fit(lambda tau: theory.singular_values(tau, zhat, g)[0], 3)
    s2 = fit(lambda tau: theory.singular_values(tau, zhat, g)[1], 3)
    return np.concatenate([[theory.first_order_norm(zhat, g)], z, s1, s2[2:]])


NAMES = ["|W1|", "z tau", "z tau²", "z tau³", "s1 tau", "s1 tau²", "s1 tau³", "s2 tau³"]


@cache
def ratios(n, g, zhat, seeds, orthogonal):
    """Return measured over predicted coefficients, (seeds, len(NAMES))."""
    found = []
    for seed in range(seeds):
        rng = np.random.default_rng([seed, n])
        series = flow_series(*draw(n, g, rng, orthogonal), zhat)
        norms = np.linalg.norm(series.a[:, 0]) * np.linalg.norm(series.b[:, 0])
        norm = abs(series.core[1, 0, 0]) * norms
        found.append([norm, *series.z[1:], *singular_value_series(series)])
    return np.array(found) / closed_forms(zhat, g)


@pytest.mark.parametrize("zhat", [0.5, 1.0, 2.0])
def test_without_connectivity_all_equations_are_exact(zhat):
    found = ratios(50, 0.0, zhat, seeds=2, orthogonal=True)
    np.testing.assert_allclose(found, 1, rtol=1e-10)


@pytest.mark.parametrize("zhat", [0.5, 2.0])
def test_coefficients_without_connectivity_are_exact(zhat):
    """Eqs (8) to (10): A11, A12, A21, A22 order by order."""
    rng = np.random.default_rng(1)
    W0, m, w = draw(50, 0.0, rng, orthogonal=True)
    series = flow_series(W0, m, w, zhat)
    basis = np.stack([w, m], axis=1)
    parts = [
        (basis.T @ series.a) @ core @ (basis.T @ series.b).T for core in series.core[1:]
    ]
    predicted = fit(lambda tau: theory.coefficients(tau, zhat).reshape(-1, 4), 3)
    np.testing.assert_allclose(np.reshape(parts, (3, 4)), predicted, atol=1e-10)
    for core in series.core[1:]:
        dW = series.a @ core @ series.b.T
        np.testing.assert_allclose(
            basis @ (basis.T @ dW @ basis) @ basis.T, dW, atol=1e-12
        )


# With m and w independent, z0 is of order 1/√N, as in the simulations.
@pytest.mark.slow
@pytest.mark.parametrize(
    ("g", "zhat", "orthogonal"),
    [(0.3, 0.5, True), (0.5, 2.0, True), (0.0, 2.0, False), (0.6, 2.0, False)],
)
def test_deviation_shrinks_with_size(g, zhat, orthogonal):
    """The root-mean-square deviation is about proportional to 1/√N."""
    sizes = np.array([128, 384, 1152])
    rms = [
        np.sqrt(np.mean((ratios(n, g, zhat, 24, orthogonal) - 1) ** 2, axis=0))
        for n in sizes
    ]
    slope = np.polyfit(np.log(sizes), np.log(rms), 1)[0]
    assert np.all((slope < -0.25) & (slope > -1.1)), dict(zip(NAMES, slope, strict=True))


@pytest.mark.slow
@pytest.mark.parametrize("zhat", [0.5, 2.0])
@pytest.mark.parametrize("g", [0.6])
def test_mean_over_large_networks_is_the_closed_form(g, zhat):
    """Within four standard errors, and 8 %: 7 or 9 in place of 8 would be further off."""
    found = ratios(2048, g, zhat, 16, True)
    error = found.std(axis=0, ddof=1) / np.sqrt(len(found))
    deviation = np.abs(found.mean(axis=0) - 1)
    assert np.all(deviation < 4 * error + 1e-3), dict(zip(NAMES, deviation, strict=True))
    assert np.all(deviation < 0.08), dict(zip(NAMES, deviation, strict=True))


@pytest.mark.parametrize("g", [0.0, 0.5])
def test_series_is_that_of_the_integrated_flow(g):
    """The series itself against Eq. (6), integrated with dense matrices."""
    n, zhat = 40, 1.0
    W0, m, w = draw(n, g, np.random.default_rng(8))

    def flow(tau, W):
        inverse = np.linalg.inv(np.eye(n) - W.reshape(n, n))
        z = w @ inverse @ m
        return ((zhat - z) * np.outer(inverse.T @ w, inverse @ m)).ravel()

    tau = np.array([0.01, 0.02])
    W = solve_ivp(
        flow, (0, tau[-1]), W0.ravel(), t_eval=tau, rtol=1e-12, atol=1e-14
    ).y.T.reshape(-1, n, n)
    series = flow_series(W0, m, w, zhat)

    def remainder(t, W):
        powers = np.einsum("nij,n->ij", series.core, t ** np.arange(ORDER + 1))
        z = w @ np.linalg.solve(np.eye(n) - W, m)
        of_W = np.linalg.norm(W - W0 - series.a @ powers @ series.b.T)
        return np.array([of_W, abs(z - series.z @ t ** np.arange(ORDER + 1))])

    first, second = (remainder(t, W_t) for t, W_t in zip(tau, W, strict=True))
    # Third order leaves out terms of fourth order: twice the time, 16 times as much.
    assert np.all((second / first > 14) & (second / first < 19))


STRENGTHS = st.floats(0, 0.95)
ZHATS = st.floats(0.1, 3)


@given(g=STRENGTHS, zhat=ZHATS)
def test_first_order_is_where_higher_orders_start(g, zhat):
    tau = 1e-6 * theory.convergence_time(g)
    expected = theory.readout_first_order(tau, zhat, g)
    assert theory.readout(tau, zhat, g) == pytest.approx(expected, rel=1e-5)
    s1, s2 = theory.singular_values(tau, zhat, g)
    assert s1 == pytest.approx(theory.first_order_norm(zhat, g) * tau, rel=1e-5)
    assert 0 <= s2 < 1e-9 * s1


@given(g=STRENGTHS, zhat=ZHATS)
def test_theory_ends_at_the_target(g, zhat):
    end = theory.target_time(zhat, g)
    assert theory.readout(end, zhat, g) == pytest.approx(zhat, rel=1e-9)
    before = np.linspace(0, end, 50)[:-1]
    assert np.all(theory.readout(before, zhat, g) < zhat)
    assert np.all(np.diff(theory.loss(before, zhat, g)) < 0)


@given(g=STRENGTHS, zhat=ZHATS)
def test_scalings_follow_from_each_other(g, zhat):
    (row,) = theory.scalings([g]).itertuples()
    time = row.tau_star
    assert time == pytest.approx((1 - g**2) ** 2)
    assert theory.readout_first_order(time, zhat, g) == pytest.approx(zhat)
    assert row.norm_dW == pytest.approx(1 - g**2) == row.mean_gradient_norm * time
    # Shuffled, the readout is tau1* zhat.
    assert row.shuffle_loss_ratio == pytest.approx((1 - time) ** 2, abs=1e-12)


@given(g=STRENGTHS, zhat=ZHATS, beyond=st.floats(1.1, 10))
def test_prediction_is_held_beyond_the_target(g, zhat, beyond):
    end = theory.target_time(zhat, g)
    table = theory.prediction(zhat, g, until=beyond * end, points=50)
    assert table.columns.tolist() == ["zhat", "g", "tau", "loss", "s1", "s2"]
    held = table[table.tau > end]
    assert np.allclose(held.loss, 0, atol=1e-12)
    assert held[["s1", "s2"]].nunique().max() <= 1


def test_shuffled_readout_is_without_gain():
    """Eq. (13) without beta², for one large network at first order."""
    n, g = 1500, 0.5
    rng = np.random.default_rng(2)
    W0, m, w = draw(n, g, rng, orthogonal=True)
    shuffle = rng.permutation(W0.ravel()).reshape(n, n)
    a, b = np.linalg.solve(np.eye(n) - W0.T, w), np.linalg.solve(np.eye(n) - W0, m)
    left, right = (
        np.linalg.solve(np.eye(n) - shuffle.T, w),
        np.linalg.solve(np.eye(n) - shuffle, m),
    )
    # dz / dtau = wᵀ B' W1 B' m / zhat with W1 = zhat a bᵀ
    assert (left @ a) * (b @ right) == pytest.approx(1, abs=4 / np.sqrt(n))


@pytest.mark.parametrize("g", [-0.1, 1.0, 1.5])
def test_unstable_strength_is_refused(g):
    with pytest.raises(ValueError, match="expected 0 <= g < 1"):
        theory.gain(g)
