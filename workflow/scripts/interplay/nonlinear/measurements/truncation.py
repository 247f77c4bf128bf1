"""The loss with dW truncated, and the functional rank (Figs 1 j-l, 2 d)."""

from itertools import pairwise

import numpy as np
import pandas as pd

from interplay.lowrank.truncation import functional_rank, truncations
from interplay.nonlinear.measurements.learning import convergence_epoch
from interplay.nonlinear.trained import TrainedNetwork

RANK_TRIALS, CHECK_TRIALS = "rank trials", "rank trials for a check"
"""streams of the trials that choose a functional rank, and of those that check it"""

MORE = 4
"""ranks that are tested at once if the chosen rank does not suffice on other trials"""


def truncation_losses(
    trained: TrainedNetwork, n_trials: int, largest_rank: int
) -> pd.DataFrame:
    """Return a row per rank from 0: rank, loss with dW truncated, Eq. (4).

    Args:
        trained: the network.
        n_trials: number of trials that the losses are averaged over, from `RANK_TRIALS`.
        largest_rank: of the truncations.
    """
    if trained.diverged:
        return pd.DataFrame(
            {"rank": pd.Series(dtype=int), "loss": pd.Series(dtype=float)}
        )
    ranks = range(largest_rank + 1)
    losses = _losses(trained, ranks, n_trials, RANK_TRIALS)
    return pd.DataFrame({"rank": ranks, "loss": losses})


def functional_ranks(
    trained: TrainedNetwork, truncated: pd.DataFrame, threshold: float, n_trials: int
) -> pd.DataFrame:
    """Return one row: functional_rank, functional_rank_rank0 and functional_rank_check.

    The functional rank is the lowest rank at which the loss is below a threshold: a
    fraction of the initial training loss, or of the loss at rank 0 (`_rank0`). It is missing
    for a network that did not converge. `_check` is the first of them on other trials.

    Args:
        trained: the network.
        truncated: the table of `truncation_losses`.
        threshold: the fraction, such as 0.05.
        n_trials: number of the other trials, from `CHECK_TRIALS`.
    """
    row: dict[str, int | None] = dict.fromkeys(
        ("functional_rank", "functional_rank_rank0", "functional_rank_check")
    )
    losses = truncated.loss.to_numpy()
    if not trained.diverged and convergence_epoch(trained.losses, threshold) is not None:
        bound, largest = threshold * trained.losses[0], len(losses) - 1
        rank = functional_rank(losses, bound)
        likely = largest if rank is None else rank
        row = {
            "functional_rank": rank,
            "functional_rank_rank0": functional_rank(losses, threshold * losses[0]),
            "functional_rank_check": _first_below(
                trained, bound, likely, largest, n_trials
            ),
        }
    return pd.DataFrame([row]).astype("Int64")


def _first_below(
    trained: TrainedNetwork, bound: float, likely: int, largest: int, n_trials: int
) -> int | None:
    """Return the functional rank on `CHECK_TRIALS`: ranks up to a likely one, then more."""
    for first, end in pairwise([0, *range(likely + 1, largest + 1, MORE), largest + 1]):
        losses = _losses(trained, range(first, end), n_trials, CHECK_TRIALS)
        if (rank := functional_rank(losses, bound)) is not None:
            return first + rank
    return None


def _losses(
    trained: TrainedNetwork, ranks: range, n_trials: int, stream: str
) -> np.ndarray:
    truncated = [trained.W0 + part for part in truncations(trained.dW, ranks)]
    return trained.losses_with(truncated, n_trials, stream)
