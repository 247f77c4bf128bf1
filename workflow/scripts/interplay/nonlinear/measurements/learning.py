"""The learning curve: when a network converged, learned, and broke out (Figs 1 d-f, 2 a)."""

import numpy as np
import pandas as pd
from numpy.lib.stride_tricks import sliding_window_view

from interplay.nonlinear.trained import TrainedNetwork

LEARNED = 50
"""consecutive epochs below the threshold with which a network has learned: a single batch
may be below it by chance"""

FOLLOWED = 80
"""epochs after the first one of an outbreak that tell whether it lasts"""

LASTING = 0.1
"""share of these epochs above the threshold from which an outbreak lasts; a batch with one
wrong trial is above the threshold, too"""


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
        epochs below the threshold (missing if there are none), and learned; learned_early,
        whether that is before the middle of training; outbreaks, the number of `outbreaks`,
        outbreak_epoch, at which the first begins, lasting_outbreaks and lasting_epoch,
        likewise of those that last, and outbreak_share, the share of the epochs from
        learned_epoch on in which the loss was above the threshold (all missing for a network
        that did not learn); diverged; device. A diverged network neither converged nor
        learned.
    """
    losses = trained.losses
    epoch = None if trained.diverged else convergence_epoch(losses, threshold)
    learned = None if trained.diverged else convergence_epoch(losses, threshold, LEARNED)
    above = ~(losses < threshold * losses[0])
    starts = [] if learned is None else outbreaks(losses, threshold)
    lasting = [start for start, end in starts if lasts(above, start, end)]
    row = {
        "N": trained.run.n,
        "epochs": len(losses),
        "initial_loss": losses[0],
        "convergence_epoch": epoch,
        "converged": epoch is not None,
        "learned_epoch": learned,
        "learned": learned is not None,
        "learned_early": learned is not None and learned < len(losses) / 2,
        "outbreaks": None if learned is None else len(starts),
        "outbreak_epoch": next((start for start, _ in starts), None),
        "lasting_outbreaks": None if learned is None else len(lasting),
        "lasting_epoch": next(iter(lasting), None),
        "outbreak_share": np.nan if learned is None else above[learned:].mean(),
        "diverged": trained.diverged,
        "device": trained.device,
    }
    whole = [name for name in row if name.endswith(("_epoch", "outbreaks"))]
    return pd.DataFrame([row]).astype(dict.fromkeys(whole, "Int64"))


def outbreaks(losses: np.ndarray, threshold: float) -> list[tuple[int, int]]:
    """Return the first epoch of each outbreak of the loss after learning, and its end.

    An outbreak begins at an epoch above the threshold, and ends with the next `LEARNED`
    consecutive epochs below it.

    Args:
        losses: (epoch,).
        threshold: such as 0.05 of the loss at epoch 0.

    Returns:
        For each outbreak, its first epoch and the first one after it, or the number of
        epochs if it does not end.
    """
    below = np.asarray(losses) < threshold * losses[0]
    found: list[tuple[int, int]] = []
    learned = _first_run(below, LEARNED)
    while learned is not None and not below[learned:].all():
        start = learned + int(np.argmin(below[learned:]))
        after = _first_run(below[start:], LEARNED)
        learned = None if after is None else start + after
        found.append((start, len(below) if learned is None else learned))
    return found


def lasts(above: np.ndarray, start: int, end: int) -> bool:
    """Return whether an outbreak lasts: whether many of its next epochs are above.

    Args:
        above: bool, (epoch,), whether the loss is above the threshold.
        start, end: of the outbreak.
    """
    following = above[start + 1 : min(end, start + 1 + FOLLOWED)]
    return bool(following.sum() >= LASTING * FOLLOWED)


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
    return _first_run(np.asarray(losses) < threshold * losses[0], consecutive)


def _first_run(below: np.ndarray, consecutive: int) -> int | None:
    if len(below) < consecutive:
        return None
    first = np.flatnonzero(sliding_window_view(below, consecutive).all(axis=1))
    return int(first[0]) if len(first) else None
