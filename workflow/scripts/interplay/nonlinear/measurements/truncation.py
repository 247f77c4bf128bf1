"""The loss with dW truncated, and the functional rank (Figs 1 j-l, 2 d)."""

import pandas as pd

from interplay.lowrank.truncation import functional_rank, truncations
from interplay.nonlinear.measurements.learning import convergence_epoch
from interplay.nonlinear.trained import TrainedNetwork


def truncation_losses(
    trained: TrainedNetwork, n_test_trials: int, largest_rank: int
) -> pd.DataFrame:
    """Return a row per rank from 0: rank, loss with dW truncated, Eq. (4).

    Args:
        trained: the network.
        n_test_trials: number of trials that the losses are averaged over.
        largest_rank: of the truncations.
    """
    if trained.diverged:
        return pd.DataFrame(
            {"rank": pd.Series(dtype=int), "loss": pd.Series(dtype=float)}
        )
    ranks = range(largest_rank + 1)
    truncated = [trained.W0 + part for part in truncations(trained.dW, ranks)]
    losses = trained.losses_with(truncated, n_test_trials)
    return pd.DataFrame({"rank": ranks, "loss": losses})


def functional_ranks(
    trained: TrainedNetwork, truncated: pd.DataFrame, threshold: float
) -> pd.DataFrame:
    """Return one row: functional_rank and functional_rank_rank0.

    The functional rank is the lowest rank at which the loss is below a threshold: a
    fraction of the initial training loss, or of the loss at rank 0. It is missing for a
    network that did not converge.

    Args:
        trained: the network.
        truncated: the table of `truncation_losses`.
        threshold: the fraction, such as 0.05.
    """
    row: dict[str, int | None] = dict.fromkeys(
        ("functional_rank", "functional_rank_rank0")
    )
    losses = truncated.loss.to_numpy()
    if not trained.diverged and convergence_epoch(trained.losses, threshold) is not None:
        row = {
            "functional_rank": functional_rank(losses, threshold * trained.losses[0]),
            "functional_rank_rank0": functional_rank(losses, threshold * losses[0]),
        }
    return pd.DataFrame([row]).astype("Int64")
