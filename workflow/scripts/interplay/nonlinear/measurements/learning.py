"""The learning curve, and when a network converged (Figs 1 d-f, 2 a)."""

import numpy as np
import pandas as pd

from interplay.nonlinear.trained import TrainedNetwork


def learning_curve(trained: TrainedNetwork) -> pd.DataFrame:
    """Return a row per epoch: epoch, loss, float32."""
    losses = np.asarray(trained.losses, np.float32)
    return pd.DataFrame({"epoch": range(len(losses)), "loss": losses})


def convergence(trained: TrainedNetwork, threshold: float) -> pd.DataFrame:
    """Return one row: when the network converged, and whether the loss stayed low.

    Args:
        trained: the network.
        threshold: fraction of the initial loss below which a network has converged.

    Returns:
        N, epochs, initial_loss; convergence_epoch (missing if the loss never fell below
        the threshold); converged; outbreak_share, the share of the second half of the
        epochs in which the loss was above the threshold; diverged; device.
    """
    losses = trained.losses
    epoch = None if trained.diverged else convergence_epoch(losses, threshold)
    late = losses[len(losses) // 2 :]
    row = {
        "N": trained.run.n,
        "epochs": len(losses),
        "initial_loss": losses[0],
        "convergence_epoch": epoch,
        "converged": epoch is not None,
        "outbreak_share": np.mean(~(late < threshold * losses[0])),
        "diverged": trained.diverged,
        "device": trained.device,
    }
    return pd.DataFrame([row]).astype({"convergence_epoch": "Int64"})


def convergence_epoch(losses: np.ndarray, threshold: float) -> int | None:
    """Return the first epoch whose loss is below `threshold` of the loss at epoch 0.

    Args:
        losses: (epoch,).
        threshold: such as 0.05.

    Returns:
        The epoch, counted from 0; None if there is none.
    """
    below = np.flatnonzero(np.asarray(losses) < threshold * losses[0])
    return int(below[0]) if len(below) else None
