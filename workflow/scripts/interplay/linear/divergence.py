"""Divergence: learning drives an eigenvalue of W to 1, where the readout diverges.

The fixed point x* = √N (I − W)⁻¹ m of a linear network exists only while all eigenvalues
of W have a real part below 1 (Eq. 5 and Section 5). For a large target, gradient descent
can cross this phase transition. A network that diverges is a result of this experiment.
"""

import logging
from collections.abc import Mapping

import numpy as np
import pandas as pd

from interplay.linear.dense import Task, gradient_descent
from interplay.linear.network import Network, Trial, draw_network

logger = logging.getLogger(__name__)

EIGENVALUES = 5
"""number of eigenvalues in the table"""


def target_task(network: Network, zhat: float, trial: Trial) -> Task:
    """Return the task of Section 3: constant input, target zhat at the end of a trial."""
    weight = np.zeros(trial.driven)
    weight[-trial.scored :] = 1 / trial.scored
    return Task(
        start=np.zeros_like(network.m),
        drive=network.m,
        readout=network.w,
        target=np.full(trial.driven, zhat),
        weight=weight,
        dt=trial.dt,
    )


def learn_target(
    network: Network, zhat: float, trial: Trial, learning_rate: float, epochs: int
) -> pd.DataFrame:
    """Train one network and record loss, gradient and eigenvalues at every epoch.

    Args:
        network: the network before training.
        zhat: target.
        trial: durations and time step.
        learning_rate: step size.
        epochs: number of updates.

    Returns:
        A table with the columns zhat, epoch, tau, loss, gradient_norm and lambda1 …
        lambda5, the largest real parts of the eigenvalues of W. It ends early, at the
        last finite loss, if the network diverges.
    """
    rows = []
    task = target_task(network, zhat, trial)
    descent = gradient_descent(network.W0, task, learning_rate, epochs)
    for epoch, state in enumerate(descent):
        tau, real_parts = learning_rate * epoch, np.real(np.linalg.eigvals(state.W))
        largest = np.sort(real_parts)[::-1][:EIGENVALUES]
        rows.append((zhat, epoch, tau, state.loss, state.gradient_norm, *largest))
    values = [f"lambda{i + 1}" for i in range(EIGENVALUES)]
    columns = ["zhat", "epoch", "tau", "loss", "gradient_norm", *values]
    return pd.DataFrame(rows, columns=columns)


def measure_divergence(curves: pd.DataFrame, epochs: int) -> dict[str, float]:
    """Measure one training: a row of divergence.csv.

    Args:
        curves: the table from `learn_target`.
        epochs: number of updates that the training should have made.

    Returns:
        zhat; epochs, the last one with a finite loss; diverged, whether the training
        ended early or its loss ended above the initial one; initial_loss, final_loss,
        largest_loss; initial_gradient_norm, largest_gradient_norm; largest_real_part
        of an eigenvalue at any epoch; crossing_epoch, the first with an eigenvalue of
        real part ≥ 1, NaN if there is none; rises, the number of epochs at which the
        loss rose.
    """
    first, last = curves.iloc[0], curves.iloc[-1]
    crossing = curves.epoch[curves.lambda1 >= 1]
    return {
        "zhat": first.zhat,
        "epochs": int(last.epoch),
        "diverged": bool(last.epoch < epochs or last.loss > first.loss),
        "initial_loss": first.loss,
        "final_loss": last.loss,
        "largest_loss": curves.loss.max(),
        "initial_gradient_norm": first.gradient_norm,
        "largest_gradient_norm": curves.gradient_norm.max(),
        "largest_real_part": curves.lambda1.max(),
        "crossing_epoch": crossing.min(),
        "rises": int((curves.loss.diff() > 0).sum()),
    }


def learn_targets(
    n: int, g: float, seed: int, rates: Mapping[float, float], trial: Trial, epochs: int
) -> tuple[pd.DataFrame, pd.DataFrame]:
    """Train one network to each of several targets, starting from the same W0.

    Args:
        n: number of neurons.
        g: strength of the initial connectivity.
        seed: number of the network.
        rates: learning rate by target zhat.
        trial: durations and time step.
        epochs: number of updates.

    Returns:
        A row per target from `measure_divergence`, and the tables of `learn_target`; both
        with the columns zhat, g and seed in front.
    """
    network = draw_network(n, g, seed)
    rows, tables = [], []
    for zhat, rate in rates.items():
        curves = learn_target(network, zhat, trial, rate, epochs)
        rows.append(measure_divergence(curves, epochs))
        logger.info("zhat %s: last epoch %d", zhat, rows[-1]["epochs"])
        tables.append(curves)
    both = [pd.DataFrame(rows), pd.concat(tables, ignore_index=True)]
    for table in both:
        table.insert(1, "g", g)
        table.insert(2, "seed", seed)
    return both[0], both[1]
