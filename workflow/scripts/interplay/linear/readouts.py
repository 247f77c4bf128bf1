"""The readout of linear networks before training, and how it shrinks with N (Section 3)."""

from collections.abc import Iterable

import numpy as np
import pandas as pd

from interplay.linear.network import draw_network


def initial_readouts(sizes: Iterable[int], networks: int) -> pd.DataFrame:
    """Return how far the readouts before training are from 0 at g = 0, for some N.

    Without connectivity, the readout of Eq. (5) is z0 = wᵀm.

    Args:
        sizes: values of N.
        networks: number of networks of each size, with the seeds 0, 1, 2, …

    Returns:
        A row per size: N; networks; deviation, the root mean square of z0 over the networks.
    """
    rows = []
    for n in sizes:
        drawn = (draw_network(n, 0.0, seed) for seed in range(networks))
        readouts = np.array([network.w @ network.m for network in drawn])
        deviation = np.sqrt(np.mean(readouts**2))
        rows.append({"N": n, "networks": networks, "deviation": deviation})
    return pd.DataFrame(rows)
