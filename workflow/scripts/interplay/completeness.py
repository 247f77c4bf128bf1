"""Which networks Fig. 2 counts: those of a task and g that all got where they should."""

import pandas as pd


def settled(networks: pd.DataFrame) -> pd.Series:
    """Return whether each network converged and ended with a functional rank.

    One that converged may have none: the losses of some break out again, late in training.

    Args:
        networks: the table nonlinear.csv, or rows of it.

    Returns:
        bool, a row each.
    """
    return networks.converged & networks.functional_rank.notna()


def complete(networks: pd.DataFrame) -> pd.Series:
    """Return whether all networks of the same task, hold and g are `settled`.

    Args:
        networks: the table nonlinear.csv, or rows of it.

    Returns:
        bool, a row each.
    """
    groups = [networks.task, networks.hold, networks.g]
    return settled(networks).groupby(groups).transform("all")


def with_complete(networks: pd.DataFrame) -> pd.DataFrame:
    """Return the table nonlinear.csv with `complete` as a column, to select rows by."""
    return networks.assign(complete=complete(networks))
