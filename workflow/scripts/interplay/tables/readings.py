"""Readings: which experiments stand for the paper's tasks."""

from collections.abc import Mapping

import pandas as pd

EXPERIMENT, ROLE = "experiment", "role"

LINEAR = ("linear", "small_targets")
"""experiments of linear networks, which are the same in every reading"""


def in_reading(table: pd.DataFrame, reading: Mapping[str, str]) -> pd.DataFrame:
    """Return the rows of a table that belong to a reading, with their role in it.

    Args:
        table: any table. A table without the column `experiment` belongs to every reading,
            and so do linear networks, and tables that have roles already: the comparisons
            of the supplement.
        reading: the experiment of each role (flipflop, mante, romo, lstm).

    Returns:
        The rows, with a column `role`; the table itself if it belongs to every reading.
    """
    if EXPERIMENT not in table.columns or ROLE in table.columns:
        return table
    if len(table) and table[EXPERIMENT].isin(LINEAR).all():
        return table
    roles = {experiment: role for role, experiment in reading.items()}
    rows = table[table[EXPERIMENT].isin(list(roles))]
    return rows.assign(**{ROLE: rows[EXPERIMENT].map(roles)})
