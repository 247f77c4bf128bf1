"""The table of networks: one row per network, with the columns that others select by.

Each decision about a network is made here, once. Figures, claims, numbers and `explain` use
the columns. The measurements decide what needs the losses: `converged`, `learned`, outbreaks.
"""

from collections.abc import Iterable
from functools import reduce

import numpy as np
import pandas as pd

SOLVED = 0.05
"""share of the initial loss, the paper's bound, which the claims use whatever the
configuration says: a network whose loss ends below it has solved its task"""

NETWORK = ["experiment", "task", "g", "seed"]

DECISIONS = [
    "settled", "complete", "solved", "counted_epochs", "counted_rank",
    "counted_loss",
]  # fmt: skip
"""the columns that `with_decisions` adds"""

COLUMNS = [
    *NETWORK, "N", "epochs", "initial_loss", "final_loss", "convergence_epoch",
    "learned_epoch", "norm_W0", "norm_W", "norm_dW", "functional_rank",
    "functional_rank_rank0", "functional_rank_check", "shuffle_loss_ratio",
    "shuffle_loss_error", "shuffle_loss_first", "outbreaks", "outbreak_epoch",
    "lasting_outbreaks", "lasting_epoch", "outbreak_share", "converged", "learned",
    "learned_early", "diverged", *DECISIONS, "device",
]  # fmt: skip
"""of networks.csv and nonlinear.csv"""


def summary(measurements: Iterable[pd.DataFrame], largest_rank: int) -> pd.DataFrame:
    """Join the measurements of an experiment, and decide what each network counts as.

    Args:
        measurements: convergence.csv first, then norms.csv, functional_rank.csv and
            shuffle_loss.csv.
        largest_rank: of the truncations.

    Returns:
        A row per network, with the columns `COLUMNS`.
    """
    joined = reduce(lambda left, right: left.merge(right, "left", NETWORK), measurements)
    return with_decisions(joined, largest_rank)[COLUMNS]


def with_decisions(networks: pd.DataFrame, largest_rank: int) -> pd.DataFrame:
    """Return a table of networks with the columns `DECISIONS`.

    Args:
        networks: experiment, g, epochs, initial_loss, final_loss, convergence_epoch,
            functional_rank, converged (bool), diverged (bool); all seeds of each g.
        largest_rank: of the truncations.

    Returns:
        The table, with
        settled (bool): it converged and has a functional rank (it may have none, since some
        losses rise again late in training);
        complete (bool): all networks of the same experiment and g settled;
        solved (bool): it settled, or it converged and its loss ends below `SOLVED` of the
        initial loss, although no tested rank of dW suffices;
        and what claims count, so that no failure drops out of a mean:
        counted_epochs: `convergence_epoch`; all epochs of a network that did not converge;
        infinite for a diverged one, whose training ended early;
        counted_rank: `functional_rank`; one above the largest rank for a network that solved
        its task by no tested rank; NaN for one that did not solve it;
        counted_loss: `final_loss`; infinite for a diverged network.
    """
    diverged = networks.diverged.astype(bool)
    epochs = networks.convergence_epoch.astype(float)
    ranks = networks.functional_rank.astype(float)
    settled = networks.converged & ranks.notna()
    low = networks.final_loss < SOLVED * networks.initial_loss
    solved = settled | (networks.converged & low)
    return networks.assign(
        settled=settled,
        complete=settled.groupby([networks.experiment, networks.g]).transform("all"),
        solved=solved,
        counted_epochs=epochs.fillna(networks.epochs).mask(diverged, np.inf),
        counted_rank=ranks.mask(solved & ranks.isna(), largest_rank + 1),
        counted_loss=networks.final_loss.mask(diverged, np.inf),
    )
