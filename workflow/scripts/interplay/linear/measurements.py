"""Measurements on trained linear networks (Figs 3 and 4)."""

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from interplay.linear.descent import Descent
from interplay.linear.network import Network, Trial, loss_of, simulate

Array = NDArray[np.float64]


def shuffle_loss(
    network: Network, dW: Array, zhat: float, trial: Trial, rng: np.random.Generator
) -> float:
    """Loss after all entries of W0 are permuted at random, dW kept; Fig. 4(d)."""
    W0 = rng.permutation(network.W0.ravel()).reshape(network.W0.shape)
    return loss_of(simulate(network, W0 + dW, trial), zhat, trial)


def measure(
    network: Network,
    descent: Descent,
    trial: Trial,
    threshold: float,
    rng: np.random.Generator,
) -> dict[str, float]:
    """Return what Fig. 4 shows of a trained network.

    Args:
        network: where the descent started.
        descent: how it was trained.
        trial: what it was trained on.
        threshold: of the loss, in units of zhat² / 2, at which it has converged.
        rng: permutes W0.

    Returns:
        zhat, N, initial_loss, final_loss; tau_star, the learning time of the first
        epoch below the threshold; norm_dW after the last epoch; mean_gradient_norm
        over [0, tau_star]; shuffle_loss_ratio, in units of zhat² / 2. Both that
        depend on tau_star are NaN if there is none.
    """
    zhat = descent.zhat
    epoch = descent.converged_epoch(threshold)
    shuffled = shuffle_loss(network, descent.dW, zhat, trial, rng)
    converged = {"tau_star": np.nan, "mean_gradient_norm": np.nan}
    if epoch is not None:
        until = descent.gradient_norm[: epoch + 1]
        converged = {"tau_star": descent.tau[epoch], "mean_gradient_norm": until.mean()}
    return {
        "zhat": zhat,
        "N": len(network.m),
        "initial_loss": descent.loss[0],
        "final_loss": descent.loss[-1],
        "norm_dW": np.linalg.norm(descent.core[-1]),
        "shuffle_loss_ratio": shuffled / (zhat**2 / 2),
        **converged,
    }


def curves(descent: Descent, values: int = 5) -> pd.DataFrame:
    """Return zhat, epoch, tau, loss, gradient_norm, s1, s2, … of each epoch.

    Args:
        descent: what is tabulated.
        values: number of singular values; 0 where dW has fewer.
    """
    s = np.zeros((len(descent.loss), values))
    found = descent.singular_values[:, :values]
    s[:, : found.shape[1]] = found
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
    """Run one network; return kind ("input", "output"), time and value of each sample.

    Args:
        network: its m and w are used, W0 is not.
        W: (N, N), recurrent connectivity.
        trial: what is simulated; a short dt makes a smooth curve.
    """
    z = simulate(network, W, trial)
    time = trial.onset + trial.dt * np.arange(len(z) + 1)
    output = pd.DataFrame(
        {"kind": "output", "time": np.r_[0, time], "value": np.r_[0, 0, z]}
    )
    corners = [0, trial.onset, trial.onset, time[-1]]
    steps = pd.DataFrame({"kind": "input", "time": corners, "value": [0.0, 0, 1, 1]})
    return pd.concat([steps, output], ignore_index=True)
