"""Measurements on trained linear networks (Figs 3 and 4)."""

from collections.abc import Iterable, Iterator, Sequence

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from interplay.linear.descent import Descent
from interplay.linear.network import Network, Trial, directions, loss_of, simulate
from interplay.linear.theory import overlaps
from interplay.lowrank.shuffle import shuffle_entries
from interplay.runs.streams import stream

Array = NDArray[np.floating]


def measurements(
    network: Network,
    descents: Sequence[Descent],
    g: float,
    seed: int,
    trial: Trial,
    threshold: float,
    shuffles: int,
) -> pd.DataFrame:
    """Measure the trainings of one network: the rows of linear.csv.

    Args:
        network: the network before training.
        descents: its training to each target.
        g: strength of the initial connectivity.
        seed: number of the network.
        trial: durations and time step.
        threshold: loss below which a network has converged, in units of zhat² / 2.
        shuffles: number of permutations of the entries of W0.

    Returns:
        A row per target: zhat, g, seed, N, initial_loss, final_loss; tau_star, the
        learning time of the first epoch below the threshold; norm_dW after the last
        epoch; mean_gradient_norm over [0, tau_star]; shuffle_loss_ratio, the loss after
        a random permutation of the entries of W0 (dW is not permuted), in units of
        zhat² / 2; Fig. 4(d). shuffle_loss_error, its standard error over permutations (NaN
        for one). initial_readout and final_readout, the readout before and after training;
        linearised_readout, see there; shuffled_readout, that with W0 permuted and dW;
        shuffled_initial_readout, that with W0 permuted alone, both means over permutations;
        first_gradient_norm, the norm of the gradient before training;
        first_readout_speed, the change of the readout in the first epoch over that of
        the learning time. converged, whether there is a tau_star; diverged, whether the
        loss ended above the initial one. tau_star and mean_gradient_norm are NaN if the
        network has not converged.
    """
    rows = []
    for descent in descents:
        zhat, epoch = descent.zhat, descent.converged_epoch(threshold)
        tau_star = mean_gradient_norm = np.nan
        if epoch is not None:
            tau_star = descent.tau[epoch]
            mean_gradient_norm = descent.gradient_norm[: epoch + 1].mean()
        losses, shuffled, without_dW = _shuffled(
            network,
            descent,
            shuffled_connectivity(network, g, seed, zhat, shuffles),
            trial,
        )
        row = {
            "zhat": zhat,
            "g": g,
            "seed": seed,
            "N": len(network.m),
            "initial_loss": descent.loss[0],
            "final_loss": descent.loss[-1],
            "tau_star": tau_star,
            "norm_dW": np.linalg.norm(descent.core[-1]),
            "mean_gradient_norm": mean_gradient_norm,
            "shuffle_loss_ratio": losses.mean(),
            "shuffle_loss_error": losses.sem(),
            "initial_readout": descent.readout[0],
            "final_readout": descent.readout[-1],
            "linearised_readout": linearised_readout(network, descent),
            "shuffled_readout": shuffled.mean(),
            "shuffled_initial_readout": without_dW.mean(),
            "first_gradient_norm": descent.gradient_norm[0],
            "first_readout_speed": np.diff(descent.readout)[0] / descent.learning_rate,
            "converged": epoch is not None,
            "diverged": descent.loss[-1] > descent.loss[0],
        }
        rows.append(row)
    return pd.DataFrame(rows)


def shuffled_connectivity(
    network: Network, g: float, seed: int, zhat: float, shuffles: int = 1
) -> Iterator[Array]:
    """Yield W0 with its entries permuted, the same permutations for every measurement.

    Args:
        network: the network before training.
        g: strength of the initial connectivity.
        seed: number of the network.
        zhat: target; each has permutations of its own.
        shuffles: their number. The first ones are the same, however many there are.
    """
    rng = stream("shuffle", "linear", g, seed, zhat)
    for _ in range(shuffles):
        yield shuffle_entries(network.W0, rng)


def _shuffled(
    network: Network, descent: Descent, permuted: Iterable[Array], trial: Trial
) -> tuple[pd.Series, pd.Series, pd.Series]:
    """Return loss over zhat² / 2, readout, and readout without dW, by permuted W0."""
    rows = []
    for W0 in permuted:
        with_dW, alone = (simulate(network, W, trial) for W in (W0 + descent.dW, W0))
        loss = loss_of(with_dW, descent.zhat, trial) / (descent.zhat**2 / 2)
        means = (z[-trial.scored :].mean() for z in (with_dW, alone))
        rows.append((loss, *means))
    table = pd.DataFrame(rows)
    return table[0], table[1], table[2]


def linearised_readout(network: Network, descent: Descent) -> float:
    """Return the readout to first order in dW around W0.

    The readout of a long trial is wᵀ (I − W)⁻¹ m, Eq. (5). To first order in dW, it is
    the readout before training plus wᵀ B dW B m, with B = (I − W0)⁻¹.

    Args:
        network: the network before training.
        descent: its training.
    """
    inverted = np.eye(len(network.m)) - network.W0
    left = np.linalg.solve(inverted.T, network.w)
    right = np.linalg.solve(inverted, network.m)
    return float(descent.readout[0] + left @ descent.dW @ right)


def compared_directions(
    network: Network, descents: Sequence[Descent], g: float, seed: int
) -> pd.DataFrame:
    """Compare the first two singular vectors of dW with the directions of the theory.

    Args:
        network: the network before training.
        descents: its training to each target.
        g: strength of the initial connectivity.
        seed: number of the network.

    Returns:
        A row per target, singular vector, side and direction: zhat, g, seed, N; index, 1
        or 2, and side, left or right, of the singular vector after the last epoch;
        direction, for the first vector eq8 (w, m), eq11 (Bᵀw, Bm) or eq11_shuffled (the
        same with the entries of W0 permuted), for the second one eq9 (m, w), eq7 (BᵀBm,
        BBᵀw) or eq7_shuffled, without their parts along the first; overlap, the size of
        the cosine between the two; predicted, its limit for a small target and large N.
    """
    rows, predicted = [], overlaps(g)
    own = directions(network, network.W0)
    without_W0 = directions(network, np.zeros_like(network.W0))
    for descent in descents:
        u, _, vt = np.linalg.svd(descent.core[-1], full_matrices=False)
        singular = (descent.left @ u[:, :2]).T, (descent.right @ vt[:2].T).T
        (shuffled,) = shuffled_connectivity(network, g, seed, descent.zhat)
        compared = {
            ("eq8", "eq9"): without_W0,
            ("eq11", "eq7"): own,
            ("eq11_shuffled", "eq7_shuffled"): directions(network, shuffled),
        }
        about = (descent.zhat, g, seed, len(network.m))
        for names, expected in compared.items():
            for side, found, vectors in zip(
                ("left", "right"), singular, expected, strict=True
            ):
                for i, (name, vector) in enumerate(zip(names, vectors, strict=True)):
                    # A dW of low rank has no such singular vector.
                    overlap = abs(vector @ found[i]) if i < len(found) else np.nan
                    rows.append((*about, i + 1, side, name, overlap, predicted[name]))
    columns = [
        "zhat", "g", "seed", "N", "index", "side", "direction", "overlap", "predicted",
    ]  # fmt: skip
    return pd.DataFrame(rows, columns=columns)


def curves(
    descents: Sequence[Descent], g: float, seed: int, values: int = 5
) -> pd.DataFrame:
    """Tabulate the trainings of one network.

    Args:
        descents: the training to each target.
        g: strength of the initial connectivity.
        seed: number of the network.
        values: number of singular values of dW. They are 0 beyond the rank of dW.

    Returns:
        A row per target and epoch: zhat, g, seed, epoch, tau, loss, gradient_norm, s1,
        s2, ….
    """
    tables = []
    for descent in descents:
        s = np.zeros((len(descent.loss), values))
        largest = descent.singular_values[:, :values]
        s[:, : largest.shape[1]] = largest
        columns = {
            "zhat": descent.zhat,
            "g": g,
            "seed": seed,
            "epoch": np.arange(len(s)),
            "tau": descent.tau,
            "loss": descent.loss,
            "gradient_norm": descent.gradient_norm,
        }
        columns |= {f"s{i + 1}": s[:, i] for i in range(values)}
        tables.append(pd.DataFrame(columns))
    return pd.concat(tables, ignore_index=True)
