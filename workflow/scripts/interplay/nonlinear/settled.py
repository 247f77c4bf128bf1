"""Select the networks that Fig. 2 shows."""

import pandas as pd


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


def with_complete(networks: pd.DataFrame) -> pd.DataFrame:
    """Return the table nonlinear.csv with the column `complete`, to select rows by."""
    return networks.assign(complete=complete(networks))
