"""Measurements on linear networks after training, as arrays of `descent.arrays_of`."""

from collections.abc import Iterable, Mapping, Sequence

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from interplay.linear.network import Network, Trial, loss_of, simulate
from interplay.lowrank.truncation import truncations

Array = NDArray[np.floating]


def example_trials(
    network: Network, arrays: Mapping[str, Array], targets: Iterable[float], trial: Trial
) -> pd.DataFrame:
    """Simulate one trial of the network of each target; Fig. 3(a).

    Args:
        network: the network before training.
        arrays: zhat, core, left and right, see `arrays_of`.
        targets: values of zhat.
        trial: durations and time step; a small dt makes the output a smooth curve.

    Returns:
        A table with the columns kind ("input" or "output"), time, value and zhat. The
        input has only the four corners of its step.
    """
    time = trial.onset + trial.dt * np.arange(trial.driven + 1)
    corners = [0, trial.onset, trial.onset, time[-1]]
    step = pd.DataFrame({"kind": "input", "time": corners, "value": [0.0, 0, 1, 1]})
    tables = []
    for zhat in targets:
        (core,) = arrays["core"][arrays["zhat"] == zhat]
        z = simulate(network, _recurrent(network, arrays, core), trial)
        output = {"kind": "output", "time": np.r_[0, time], "value": np.r_[0, 0, z]}
        tables += [table.assign(zhat=zhat) for table in (step, pd.DataFrame(output))]
    return pd.concat(tables, ignore_index=True)


def truncation_losses(
    network: Network, arrays: Mapping[str, Array], ranks: Sequence[int], trial: Trial
) -> pd.DataFrame:
    """Tabulate the loss of each network with dW truncated, Eq. (4).

    Args:
        network: the network before training.
        arrays: zhat, core, left and right, see `arrays_of`.
        ranks: of dW.
        trial: durations and time step.

    Returns:
        A table with the columns zhat, rank and loss.
    """
    rows = []
    for zhat, core in zip(arrays["zhat"].tolist(), arrays["core"], strict=True):
        # The bases are orthonormal, so the core has the singular values of dW.
        for rank, part in zip(ranks, truncations(core, ranks), strict=True):
            z = simulate(network, _recurrent(network, arrays, part), trial)
            rows.append((zhat, rank, loss_of(z, zhat, trial)))
    return pd.DataFrame(rows, columns=["zhat", "rank", "loss"])


def _recurrent(network: Network, arrays: Mapping[str, Array], core: Array) -> Array:
    """Return W = W0 + left @ core @ right.T, (N, N), for a core, (a, b)."""
    return network.W0 + arrays["left"] @ core @ arrays["right"].T
