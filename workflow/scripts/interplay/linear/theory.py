"""Closed forms for gradient descent in a linear network: Eqs (8) to (15).

All results hold for N → ∞ at the fixed point of a long trial, where the readout is
z = wᵀ (I − W)⁻¹ m. Power series in the learning time end at third order. At finite N,
each result is off by O(1/√N). A learning time `tau` (learning rate times epochs) may be a
number or an array; results have its shape.

An independent derivation confirmed the printed coefficients: for independent m, w and
W0, mᵀ(BᵀB)m = β and mᵀ(BᵀB)²m = β⁴, and Eqs (8) to (15) follow as printed. The tests
compute the same coefficients from Eq. (6) alone.
"""

from collections.abc import Iterable, Mapping

import numpy as np
import pandas as pd
from numpy.typing import ArrayLike, NDArray

from interplay.linear.rates import learning_rates

Array = NDArray[np.floating]


def gain(g: float) -> float:
    """Return β = 1 / (1 − g²), the squared length of Bm and of Bᵀw; Eq. (12).

    Args:
        g: strength of the initial connectivity, 0 ≤ g < 1.

    Raises:
        ValueError: g is outside [0, 1), where the linear network is unstable.
    """
    if not 0 <= g < 1:
        raise ValueError(f"g: expected 0 <= g < 1, found {g}")
    return 1 / (1 - g**2)


def effective_time(tau: ArrayLike, g: float) -> Array:
    """Return the effective learning time β² tau; curves of all g nearly agree in it."""
    return gain(g) ** 2 * np.asarray(tau, dtype=float)


def first_order_norm(zhat: float, g: float) -> float:
    """Return the Frobenius norm of W1, zhat β; Eqs (8), (11), (12)."""
    return zhat * gain(g)


def coefficients(tau: ArrayLike, zhat: float) -> Array:
    """Return the matrix A(tau) of dW = [w m] A [w m]ᵀ at g = 0; Eqs (9) and (10).

    The result is valid for orthonormal m and w, up to tau³.

    Args:
        tau: learning time, any shape.
        zhat: target.

    Returns:
        Array of shape (*tau.shape, 2, 2).
    """
    tau = np.asarray(tau, dtype=float)
    diagonal = zhat**2 / 2 * (tau**2 - tau**3)
    upper = zhat * (tau - tau**2 / 2 + (1 + 2 * zhat**2) * tau**3 / 6)
    lower = zhat**3 * tau**3 / 3
    rows = [np.stack([diagonal, upper], -1), np.stack([lower, diagonal], -1)]
    return np.stack(rows, -2)


def largest_eigenvalue(tau: ArrayLike, zhat: float) -> Array:
    """Return the largest eigenvalue of dW at g = 0, zhat² tau² (1/2 + 1/√3).

    The eigenvalues of A in Eq. (10) are A11 ± √(A12 A21). Both terms start at second
    order: A11 = zhat² tau² / 2 and A12 A21 = zhat⁴ tau⁴ / 3. m and w are orthonormal.
    """
    return zhat**2 * np.asarray(tau, dtype=float) ** 2 * (1 / 2 + 1 / np.sqrt(3))


def readout_first_order(tau: ArrayLike, zhat: float, g: float) -> Array:
    """Return the readout z(tau) to first order, zhat β² tau; Eq. (13)."""
    return zhat * effective_time(tau, g)


def readout(tau: ArrayLike, zhat: float, g: float) -> Array:
    """Return the readout z(tau) up to third order; Eq. (15)."""
    t = effective_time(tau, g)
    return zhat * (t - t**2 / 2 + (1 + 8 * zhat**2 * gain(g)) * t**3 / 6)


def loss(tau: ArrayLike, zhat: float, g: float) -> Array:
    """Return the loss (zhat − z(tau))² / 2 with the readout of Eq. (15)."""
    return (zhat - readout(tau, zhat, g)) ** 2 / 2


def singular_values(tau: ArrayLike, zhat: float, g: float) -> tuple[Array, Array]:
    """Return the singular values s1 and s2 of dW(tau) up to third order; Eq. (14)."""
    beta, t = gain(g), effective_time(tau, g)
    s1 = zhat / beta * (t - t**2 / 2 + (1 + 3.5 * zhat**2 * beta) * t**3 / 6)
    return s1, zhat**3 * t**3 / 12


def convergence_time(g: float) -> float:
    """Return tau1* = 1/β² = (1 − g²)², when Eq. (13) reaches the target."""
    return 1 / gain(g) ** 2


def shuffle_loss_ratio(g: float) -> float:
    """Return the shuffled loss at tau1* over the initial loss, g⁴ (2 − g²)².

    Without the correlation between dW and W0 the readout lacks the factor β² and is
    tau1* zhat, so the ratio is (1 − (1 − g²)²)².
    """
    gain(g)
    return g**4 * (2 - g**2) ** 2


def overlaps(g: float) -> dict[str, float]:
    """Return the cosines between singular vectors of dW and directions; Eqs (7) to (11).

    To first order, Bᵀw is the first left singular vector of dW. Its squared length is β,
    and its products with w and with the Bᵀw of an independent W0 are 1. The second one is
    BᵀBm to leading order. Its squared length is β⁴, and its products with m and with the
    BᵀBm of an independent W0 are β and β². Both are orthogonal to the first directions for
    large N. The right sides, Bm and BBᵀw, have the same cosines.

    Args:
        g: strength of the initial connectivity, 0 ≤ g < 1.

    Returns:
        Of the first vector: eq8, with w: 1/√β; eq11, with Bᵀw itself: 1; eq11_shuffled,
        with Bᵀw of W0 with permuted entries: 1/β. Of the second: eq9, with m: 1/β; eq7,
        with BᵀBm itself: 1; eq7_shuffled: 1/β².
    """
    first = {"eq8": gain(g) ** -0.5, "eq11": 1.0, "eq11_shuffled": 1 / gain(g)}
    return first | {"eq9": 1 / gain(g), "eq7": 1.0, "eq7_shuffled": gain(g) ** -2}


def first_order(zhat: float, g: float, threshold: float) -> dict[str, float]:
    """Return what the first order of the learning time alone predicts of a network.

    Args:
        zhat: target.
        g: strength of the initial connectivity.
        threshold: loss at convergence, in units of zhat² / 2.

    Returns:
        tau_star, when the loss (zhat − z)² / 2 with the readout of Eq. (13) is at the
        threshold; norm_dW at tau1*; mean_gradient_norm and first_gradient_norm, the norm
        of W1; shuffle_loss_ratio; first_readout_speed.
    """
    norm = first_order_norm(zhat, g)
    return {
        "tau_star": (1 - threshold**0.5) * convergence_time(g),
        "norm_dW": norm * convergence_time(g),
        "mean_gradient_norm": norm,
        "shuffle_loss_ratio": shuffle_loss_ratio(g),
        "first_gradient_norm": norm,
        "first_readout_speed": float(readout_first_order(1.0, zhat, g)),
    }


def target_time(zhat: float, g: float) -> float:
    """Return the learning time at which Eq. (15) reaches the target.

    Eq. (15) rises monotonically because its cubic coefficient is at least 1/6, so there
    is exactly one such time.
    """
    cubic = (1 + 8 * zhat**2 * gain(g)) / 6
    roots = np.roots([cubic, -0.5, 1, -1])
    t = roots[np.argmin(np.abs(roots.imag))].real
    return float(t) / gain(g) ** 2


def prediction(zhat: float, g: float, until: float, points: int = 401) -> pd.DataFrame:
    """Tabulate loss, s1 and s2; they are constant from `target_time` on.

    Args:
        zhat: target.
        g: strength of the initial connectivity.
        until: last learning time of an even grid that starts at 0.
        points: number of learning times.

    Returns:
        A table with the columns zhat, g, tau, loss, s1, s2.
    """
    tau = np.linspace(0, until, points)
    held = np.minimum(tau, target_time(zhat, g))
    s1, s2 = singular_values(held, zhat, g)
    columns = {"tau": tau, "loss": loss(held, zhat, g), "s1": s1, "s2": s2}
    return pd.DataFrame({"zhat": zhat, "g": g, **columns})


def predictions(
    targets: Iterable[Mapping[str, float]], gs: Iterable[float], epochs: int
) -> pd.DataFrame:
    """Tabulate `prediction` for each target and g, until the end of its training.

    Args:
        targets: zhat and learning_rate (at g = 0) of each.
        gs: strengths of the initial connectivity.
        epochs: number of updates of a training.
    """
    tables = [
        prediction(zhat, g, until=epochs * rate)
        for target in targets
        for g in gs
        for zhat, rate in learning_rates([target], g).items()
    ]
    return pd.concat(tables, ignore_index=True)


def scalings(g: ArrayLike) -> pd.DataFrame:
    """Tabulate the first-order dependence on g of the quantities in Fig. 4.

    Args:
        g: (any,), strengths of the initial connectivity.

    Returns:
        A table with the columns g; tau_star, norm_dW and mean_gradient_norm, divided
        by their values at g = 0; shuffle_loss_ratio.
    """
    rows = []
    for strength in np.asarray(g, dtype=float).tolist():
        time, gradient = convergence_time(strength), first_order_norm(1, strength)
        # To first order, the norm of dW at tau1* is zhat / β.
        shuffled = shuffle_loss_ratio(strength)
        rows.append((strength, time, gradient * time, gradient, shuffled))
    columns = ["g", "tau_star", "norm_dW", "mean_gradient_norm", "shuffle_loss_ratio"]
    return pd.DataFrame(rows, columns=columns)
