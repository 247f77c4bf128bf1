"""Eigenvalues of dW at g = 0, which Eq. (10) predicts to start at second order."""

from collections.abc import Iterable

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from interplay.linear.descent import Descent, descend
from interplay.linear.network import Trial, draw_network, orthogonal
from interplay.linear.theory import largest_eigenvalue
from interplay.runs.streams import stream

Array = NDArray[np.floating]

TOLERANCE = 1e-14
"""tolerance of the descent

A nearly defective dW has eigenvalues as large as the square root of an error in dW.
"""


def eigenvalue_growth(descent: Descent) -> pd.DataFrame:
    """Tabulate one training: zhat, g (0), epoch, tau, eigenvalue, predicted and s1.

    Args:
        descent: the training of a network without initial connectivity.

    Returns:
        A table with one row per epoch. `eigenvalue` is the largest modulus of the
        eigenvalues of dW, `predicted` its leading order, `s1` the first singular value.
    """
    # left @ core @ right.T and core @ right.T @ left have the same nonzero eigenvalues.
    eigenvalues = np.linalg.eigvals(descent.core @ (descent.right.T @ descent.left))
    return pd.DataFrame(
        {
            "zhat": descent.zhat,
            "g": 0.0,
            "epoch": np.arange(len(descent.loss)),
            "tau": descent.tau,
            "eigenvalue": np.abs(eigenvalues).max(axis=-1),
            "predicted": largest_eigenvalue(descent.tau, descent.zhat),
            "s1": descent.singular_values[:, 0],
        }
    )


def second_order(
    n: int,
    seeds: Iterable[int],
    targets: Array,
    learning_rate: float,
    epochs: int,
    trial: Trial,
) -> pd.DataFrame:
    """Train networks at g = 0, with orthogonal and with independent vectors m and w.

    The theory has mᵀw = 0. For independent vectors, mᵀw ~ 1/√N adds an eigenvalue of
    first order in the learning time.

    Args:
        n: number of neurons.
        seeds: of the networks.
        targets: (any,), values of zhat.
        learning_rate: step size, the same for all targets.
        epochs: number of updates.
        trial: durations and time step.

    Returns:
        `eigenvalue_growth` of each training, with the columns vectors (orthogonal,
        independent) in front and seed behind g.
    """
    rates = np.full(len(targets), learning_rate)
    tables = []
    for seed in seeds:
        independent = draw_network(n, 0.0, seed)
        networks = {
            "orthogonal": orthogonal(independent, independent.m),
            "independent": independent,
        }
        for vectors, network in networks.items():
            probes = stream("probes", "linear", 0.0, seed)
            descents = descend(network, targets, rates, epochs, trial, probes, TOLERANCE)
            table = pd.concat(map(eigenvalue_growth, descents), ignore_index=True)
            table.insert(0, "vectors", vectors)
            table.insert(3, "seed", seed)
            tables.append(table)
    return pd.concat(tables, ignore_index=True)
