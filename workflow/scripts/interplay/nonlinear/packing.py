"""A rate network as the seed of its W0 and a few factors of dW (Section 5)."""

import numpy as np

from interplay.lowrank.packing import packed, unpacked
from interplay.nonlinear.network import Network
from interplay.nonlinear.trained import TrainedNetwork
from interplay.nonlinear.training import Run, initial_weights


def packed_network(trained: TrainedNetwork, rank: int) -> bytes:
    """Pack a network: dW truncated at a rank, B and C whole."""
    network = trained.network
    whole = {"B": network.B, "C": network.C}
    return packed(vars(trained.run), {"W": trained.dW}, whole, rank)


def rebuilt_network(data: bytes) -> Network[np.ndarray]:
    """Rebuild a network, float32, from the bytes that `packed_network` returned."""
    run, changes, whole = unpacked(data)
    drawn = initial_weights(Run(**run), whole["B"].shape[1], whole["C"].shape[0])
    return Network(W=drawn["W"] + changes["W"], **whole)
