"""Measurements on trained linear networks (Figs 3 and 4)."""

from collections.abc import Sequence

import numpy as np
import pandas as pd

from interplay.linear.descent import Descent
from interplay.linear.network import Network, Trial, loss_of, simulate
from interplay.runs.streams import stream


def measurements(
    network: Network,
    descents: Sequence[Descent],
    g: float,
    seed: int,
    trial: Trial,
    threshold: float,
) -> pd.DataFrame:
    """Measure the trainings of one network: the rows of linear.csv.

    Args:
        network: the network before training.
        descents: its training to each target.
        g: strength of the initial connectivity.
        seed: number of the network.
        trial: durations and time step.
        threshold: loss below which a network has converged, in units of zhat² / 2.

    Returns:
        A row per target: zhat, g, seed, N, initial_loss, final_loss; tau_star, the
        learning time of the first epoch below the threshold; norm_dW after the last
        epoch; mean_gradient_norm over [0, tau_star]; shuffle_loss_ratio, the loss after
        a random permutation of the entries of W0 (dW is not permuted), in units of
        zhat² / 2; Fig. 4(d). tau_star and mean_gradient_norm are NaN if the network has
        not converged.
    """
    rows, W0 = [], network.W0
    for descent in descents:
        zhat, epoch = descent.zhat, descent.converged_epoch(threshold)
        tau_star = mean_gradient_norm = np.nan
        if epoch is not None:
            tau_star = descent.tau[epoch]
            mean_gradient_norm = descent.gradient_norm[: epoch + 1].mean()
        entries = stream("shuffle", "linear", g, seed, zhat).permutation(W0.ravel())
        shuffled = simulate(network, entries.reshape(W0.shape) + descent.dW, trial)
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
            "shuffle_loss_ratio": loss_of(shuffled, zhat, trial) / (zhat**2 / 2),
        }
        rows.append(row)
    return pd.DataFrame(rows)


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
