"""The learning curve, and when a network converged and learned (Figs 1 d-f, 2 a)."""

import numpy as np
import pandas as pd
from numpy.lib.stride_tricks import sliding_window_view

from interplay.nonlinear.trained import TrainedNetwork

LEARNED = 50
"""consecutive epochs below the threshold with which a network has learned: a single batch
may be below it by chance"""


def learning_curve(trained: TrainedNetwork) -> pd.DataFrame:
    """Return a row per epoch: epoch, loss, float32."""
    losses = np.asarray(trained.losses, np.float32)
    return pd.DataFrame({"epoch": range(len(losses)), "loss": losses})


def convergence(trained: TrainedNetwork, threshold: float) -> pd.DataFrame:
    """Return one row: when the network converged and learned, and if the loss stayed low.

    Args:
        trained: the network.
        threshold: fraction of the initial loss below which a network has converged.

    Returns:
        N, epochs, initial_loss; convergence_epoch (missing if the loss never fell below
        the threshold) and converged; learned_epoch, the first of `LEARNED` consecutive
        epochs below the threshold (missing if there are none), and learned; outbreak_share,
        the share of the second half of the epochs in which the loss was above the
        threshold; diverged; device. A diverged network neither converged nor learned.
    """
    losses = trained.losses
    epoch = None if trained.diverged else convergence_epoch(losses, threshold)
    learned = None if trained.diverged else convergence_epoch(losses, threshold, LEARNED)
    late = losses[len(losses) // 2 :]
    row = {
        "N": trained.run.n,
        "epochs": len(losses),
        "initial_loss": losses[0],
        "convergence_epoch": epoch,
        "converged": epoch is not None,
        "learned_epoch": learned,
        "learned": learned is not None,
        "outbreak_share": np.mean(~(late < threshold * losses[0])),
        "diverged": trained.diverged,
        "device": trained.device,
    }
    epochs = ("convergence_epoch", "learned_epoch")
    return pd.DataFrame([row]).astype(dict.fromkeys(epochs, "Int64"))


def convergence_epoch(
    losses: np.ndarray, threshold: float, consecutive: int = 1
) -> int | None:
    """Return the first epoch from which losses are below `threshold` of that at epoch 0.

    Args:
        losses: (epoch,).
        threshold: such as 0.05.
        consecutive: number of epochs, from this one on, whose losses are below it.

    Returns:
        The epoch, counted from 0; None if there is none.
    """
    below = np.asarray(losses) < threshold * losses[0]
    if len(below) < consecutive:
        return None
    first = np.flatnonzero(sliding_window_view(below, consecutive).all(axis=1))
    return int(first[0]) if len(first) else None
