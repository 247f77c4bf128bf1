"""Which networks Fig. 2 counts: those of a task and g that all got where they should."""

import pandas as pd


def complete(networks: pd.DataFrame) -> pd.Series:
    """Return whether all networks of the same task and g converged and have a rank.

    Args:
        networks: the table nonlinear.csv, or rows of it.

    Returns:
        bool, a row each: none of its task, hold and g failed to converge, or to reach a
        functional rank.
    """
    fine = networks.converged & networks.functional_rank.notna()
    return fine.groupby([networks.task, networks.hold, networks.g]).transform("all")


def with_complete(networks: pd.DataFrame) -> pd.DataFrame:
    """Return the table nonlinear.csv with `complete` as a column, to select rows by."""
    return networks.assign(complete=complete(networks))
