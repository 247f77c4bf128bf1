"""Linear networks trained from one W0 to several targets, as arrays of one file."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from interplay.linear.measurements import example_trial
from interplay.linear.network import Network, Trial, loss_of, simulate
from interplay.lowrank.truncation import truncations

Array = NDArray[np.floating]


@dataclass(frozen=True, eq=False)
class TrainedNetworks:
    """The network before training, and dW = left @ core @ right.T for each target."""

    network: Network
    """before training"""
    cores: Mapping[float, Array]
    """(a, b), by target zhat"""
    left: Array
    """(N, a), orthonormal columns"""
    right: Array
    """(N, b), orthonormal columns"""

    @classmethod
    def from_arrays(
        cls, network: Network, arrays: Mapping[str, Array]
    ) -> "TrainedNetworks":
        """Combine a network with the arrays of `interplay.linear.descent.arrays_of`."""
        cores = dict(zip(arrays["zhat"].tolist(), arrays["core"], strict=True))
        return cls(network, cores, arrays["left"], arrays["right"])

    def recurrent(self, core: Array) -> Array:
        """Return W = W0 + left @ core @ right.T, (N, N), for a core, (a, b)."""
        return self.network.W0 + self.left @ core @ self.right.T

    def example_trials(self, targets: Iterable[float], trial: Trial) -> pd.DataFrame:
        """Tabulate one trial of the network of each target; Fig. 3(a).

        Args:
            targets: values of zhat.
            trial: durations and time step.

        Returns:
            A table with the columns zhat, kind, time and value; see `example_trial`.
        """
        tables = []
        for zhat in targets:
            W = self.recurrent(self.cores[zhat])
            tables.append(example_trial(self.network, W, trial).assign(zhat=zhat))
        return pd.concat(tables, ignore_index=True)

    def truncation_losses(self, ranks: Sequence[int], trial: Trial) -> pd.DataFrame:
        """Tabulate the loss of each network with dW truncated, Eq. (4).

        Args:
            ranks: of dW.
            trial: durations and time step.

        Returns:
            A table with the columns zhat, rank and loss.
        """
        rows = []
        for zhat, core in self.cores.items():
            # The bases are orthonormal, so the core has the singular values of dW.
            for rank, part in zip(ranks, truncations(core, ranks), strict=True):
                z = simulate(self.network, self.recurrent(part), trial)
                rows.append((zhat, rank, loss_of(z, zhat, trial)))
        return pd.DataFrame(rows, columns=["zhat", "rank", "loss"])
