"""Measurements on trained linear networks (Figs 3 and 4)."""

from collections.abc import Sequence
from typing import Any

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from interplay.linear.descent import Descent
from interplay.linear.network import Network, Trial, loss_of, simulate
from interplay.runs.streams import stream

Array = NDArray[np.floating]

COLUMNS = [
    "zhat", "g", "seed", "N", "initial_loss", "final_loss", "tau_star", "norm_dW",
    "mean_gradient_norm", "shuffle_loss_ratio",
]  # fmt: skip


def shuffle_loss(
    network: Network, dW: Array, zhat: float, trial: Trial, rng: np.random.Generator
) -> float:
    """Return the loss after a random permutation of the entries of W0; Fig. 4(d).

    Args:
        network: the network before training.
        dW: (N, N), change of the connectivity; it is not permuted.
        zhat: target.
        trial: durations and time step.
        rng: generator of the permutation.
    """
    W0 = rng.permutation(network.W0.ravel()).reshape(network.W0.shape)
    return loss_of(simulate(network, W0 + dW, trial), zhat, trial)


def measure(
    network: Network,
    descent: Descent,
    trial: Trial,
    threshold: float,
    rng: np.random.Generator,
) -> dict[str, Any]:
    """Measure one trained network: a row of linear.csv.

    Args:
        network: the network before training.
        descent: its training.
        trial: durations and time step.
        threshold: loss below which a network has converged, in units of zhat² / 2.
        rng: generator of the permutation of W0.

    Returns:
        zhat, N, initial_loss, final_loss; tau_star, the learning time of the first
        epoch below the threshold; norm_dW after the last epoch; mean_gradient_norm
        over [0, tau_star]; shuffle_loss_ratio in units of zhat² / 2. tau_star and
        mean_gradient_norm are NaN if the network has not converged.
    """
    zhat = descent.zhat
    epoch = descent.converged_epoch(threshold)
    shuffled = shuffle_loss(network, descent.dW, zhat, trial, rng)
    converged = {"tau_star": np.nan, "mean_gradient_norm": np.nan}
    if epoch is not None:
        norms = descent.gradient_norm[: epoch + 1]
        converged = {"tau_star": descent.tau[epoch], "mean_gradient_norm": norms.mean()}
    return {
        "zhat": zhat,
        "N": len(network.m),
        "initial_loss": descent.loss[0],
        "final_loss": descent.loss[-1],
        "norm_dW": np.linalg.norm(descent.core[-1]),
        "shuffle_loss_ratio": shuffled / (zhat**2 / 2),
        **converged,
    }


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
        A row per target with the columns `COLUMNS`; see `measure`.
    """
    rows = []
    for descent in descents:
        shuffle = stream("shuffle", "linear", g, seed, descent.zhat)
        rows.append(measure(network, descent, trial, threshold, shuffle))
    return pd.DataFrame(rows).assign(g=g, seed=seed)[COLUMNS]


def all_curves(descents: Sequence[Descent], g: float, seed: int) -> pd.DataFrame:
    """Tabulate the trainings of one network; see `curves`.

    Args:
        descents: the training to each target.
        g: strength of the initial connectivity.
        seed: number of the network.

    Returns:
        The columns of `curves`, with g and seed behind zhat.
    """
    table = pd.concat(map(curves, descents), ignore_index=True)
    table.insert(1, "g", g)
    table.insert(2, "seed", seed)
    return table


def curves(descent: Descent, values: int = 5) -> pd.DataFrame:
    """Tabulate one training: zhat, epoch, tau, loss, gradient_norm, s1, s2, ….

    Args:
        descent: the training of one network.
        values: number of singular values of dW. They are 0 beyond the rank of dW.

    Returns:
        A table with one row per epoch.
    """
    s = np.zeros((len(descent.loss), values))
    largest = descent.singular_values[:, :values]
    s[:, : largest.shape[1]] = largest
    return pd.DataFrame(
        {
            "zhat": descent.zhat,
            "epoch": np.arange(len(descent.loss)),
            "tau": descent.tau,
            "loss": descent.loss,
            "gradient_norm": descent.gradient_norm,
        }
        | {f"s{i + 1}": s[:, i] for i in range(values)}
    )


def example_trial(network: Network, W: Array, trial: Trial) -> pd.DataFrame:
    """Simulate one trial and tabulate its input and output; Fig. 3(a).

    Args:
        network: gives m and w; its W0 is not used.
        W: (N, N), recurrent connectivity.
        trial: durations and time step; a small dt makes the output a smooth curve.

    Returns:
        A table with the columns kind ("input" or "output"), time and value. The input
        has only the four corners of its step.
    """
    z = simulate(network, W, trial)
    time = trial.onset + trial.dt * np.arange(len(z) + 1)
    output = pd.DataFrame(
        {"kind": "output", "time": np.r_[0, time], "value": np.r_[0, 0, z]}
    )
    corners = [0, trial.onset, trial.onset, time[-1]]
    steps = pd.DataFrame({"kind": "input", "time": corners, "value": [0.0, 0, 1, 1]})
    return pd.concat([steps, output], ignore_index=True)
