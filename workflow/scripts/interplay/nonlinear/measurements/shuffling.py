"""The loss with the entries of W0 permuted (Fig. 2 c)."""

import numpy as np
import pandas as pd

from interplay.lowrank.shuffle import shuffle_entries
from interplay.nonlinear.trained import TrainedNetwork

COLUMNS = (
    "final_loss", "shuffle_loss_ratio", "shuffle_loss_error", "shuffle_loss_first",
)  # fmt: skip


def shuffle_loss(
    trained: TrainedNetwork, n_test_trials: int, n_shuffles: int
) -> pd.DataFrame:
    """Return one row: the loss as trained, and with the entries of W0 permuted (Fig. 2c).

    Args:
        trained: the network.
        n_test_trials: number of trials that the losses are averaged over.
        n_shuffles: number of permutations, each followed by the same dW.

    Returns:
        final_loss; over the initial training loss: shuffle_loss_ratio, the mean over the
        permutations, shuffle_loss_error, its standard error (NaN for one permutation), and
        shuffle_loss_first, that of the first permutation.
    """
    if trained.diverged:
        return pd.DataFrame([dict.fromkeys(COLUMNS, np.nan)])
    shuffled = (W0 + trained.dW for W0 in shuffled_W0(trained, n_shuffles))
    final, *losses = trained.losses_with([trained.network.W, *shuffled], n_test_trials)
    ratios = pd.Series(losses) / trained.losses[0]
    row = (final, ratios.mean(), ratios.sem(), ratios[0])
    return pd.DataFrame([row], columns=COLUMNS)


def shuffled_W0(trained: TrainedNetwork, permutations: int) -> list[np.ndarray]:
    """Return W0 with its entries permuted several times, each (N, N), float32.

    Args:
        trained: the network, from whose stream the permutations are drawn: the first ones
            are the same, however many there are.
        permutations: their number.
    """
    rng = trained.run.stream("shuffle")
    return [shuffle_entries(trained.W0, rng) for _ in range(permutations)]
