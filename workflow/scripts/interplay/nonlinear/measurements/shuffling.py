"""The loss with the entries of W0 permuted (Fig. 2 c)."""

import numpy as np
import pandas as pd

from interplay.lowrank.shuffle import shuffle_entries
from interplay.nonlinear.trained import TrainedNetwork


def shuffle_loss(trained: TrainedNetwork, n_test_trials: int) -> pd.DataFrame:
    """Return one row: the loss as trained, and with the entries of W0 permuted (Fig. 2c).

    Args:
        trained: the network.
        n_test_trials: number of trials that the losses are averaged over.

    Returns:
        final_loss; shuffle_loss_ratio, over the initial training loss.
    """
    if trained.diverged:
        return pd.DataFrame([{"final_loss": np.nan, "shuffle_loss_ratio": np.nan}])
    shuffled_W0 = shuffle_entries(trained.W0, trained.run.stream("shuffle"))
    shuffled, final = trained.losses_with(
        [shuffled_W0 + trained.dW, trained.network.W], n_test_trials
    )
    ratio = shuffled / trained.losses[0]
    return pd.DataFrame([{"final_loss": final, "shuffle_loss_ratio": ratio}])
