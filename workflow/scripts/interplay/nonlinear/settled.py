"""Select the networks that Fig. 2 and the claims are about."""

import numpy as np
import pandas as pd

SOLVED = 0.05
"""of the initial loss, the paper's bound, which the claims use whatever the configuration
says: a network whose loss ends below it has solved its task"""


def settled(networks: pd.DataFrame) -> pd.Series:
    """Return whether each network converged and has a functional rank.

    A network that converged may have none: some losses break out again, late in training.

    Args:
        networks: the table nonlinear.csv, or rows of it.

    Returns:
        bool, (row,).
    """
    return networks.converged & networks.functional_rank.notna()


def complete(networks: pd.DataFrame) -> pd.Series:
    """Return whether all networks of the same experiment and g are `settled`.

    Args:
        networks: the table nonlinear.csv, or rows of it.

    Returns:
        bool, (row,).
    """
    groups = [networks.experiment, networks.g]
    return settled(networks).groupby(groups).transform("all")


def epochs_to_converge(networks: pd.DataFrame) -> pd.Series:
    """Return the convergence time of each network, to be compared with others.

    Args:
        networks: rows with convergence_epoch, epochs and diverged.

    Returns:
        float, (row,). A network that did not converge counts as all of its epochs. A
        diverged one, whose training ended early, counts as infinitely many.
    """
    epochs = networks.convergence_epoch.astype(float).fillna(networks.epochs)
    return epochs.mask(networks.diverged.astype(bool), np.inf)


def with_selections(networks: pd.DataFrame) -> pd.DataFrame:
    """Return the table nonlinear.csv with columns to select rows by.

    Args:
        networks: the table nonlinear.csv, or rows of it.

    Returns:
        The table, with `settled`, `complete`, and `solved`: the network settled, or it
        converged and its loss ends below `SOLVED` of the initial loss, although no rank of
        dW that was tested suffices.
    """
    low = networks.final_loss < SOLVED * networks.initial_loss
    return networks.assign(
        settled=settled(networks),
        complete=complete(networks),
        solved=settled(networks) | (networks.converged & low),
    )


def with_known_answers(networks: pd.DataFrame, largest_rank: int) -> pd.DataFrame:
    """Replace missing values whose answer is known, so that no failure drops out of a claim.

    Args:
        networks: the result of `with_selections`.
        largest_rank: of the truncations.

    Returns:
        The table. A network that solved its task, but by no rank that was tested, has
        `functional_rank` one above the largest. A diverged network has infinite
        `final_loss`.
    """
    beyond = networks.solved & networks.functional_rank.isna()
    rank = networks.functional_rank.astype(float).mask(beyond, largest_rank + 1)
    loss = networks.final_loss.mask(networks.diverged.astype(bool), np.inf)
    return networks.assign(functional_rank=rank, final_loss=loss)
