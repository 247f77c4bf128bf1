"""Quantities of any table."""

import numpy as np
import pandas as pd

from interplay.claims.quantities.values import (
    group_means,
    one_value,
    quotient,
    rank_correlation,
)
from interplay.tables.queries import select


def value(rows: pd.DataFrame, column: str) -> float:
    """Return the one value of a column."""
    return one_value(rows, column)


def smallest(rows: pd.DataFrame, column: str) -> float:
    """Return the smallest value of a column."""
    return float(rows[column].min())


def at_largest(rows: pd.DataFrame, column: str, of: str) -> float:
    """Return a column where another one is largest, such as the number of neurons."""
    return one_value(rows[rows[of] == rows[of].max()], column)


def share(rows: pd.DataFrame, column: str, of: str) -> float:
    """Return one column over another."""
    return quotient(one_value(rows, column), one_value(rows, of))


def column_difference(rows: pd.DataFrame, column: str, less: str) -> float:
    """Return one column less another."""
    return one_value(rows, column) - one_value(rows, less)


def ratio(rows: pd.DataFrame, column: str, of: str, to: str) -> float:
    """Return a column where one query holds, over that column where another holds."""
    return quotient(
        one_value(select(rows, of), column), one_value(select(rows, to), column)
    )


def difference(rows: pd.DataFrame, column: str, of: str, to: str) -> float:
    """Return a column where one query holds, less that column where another holds."""
    return one_value(select(rows, of), column) - one_value(select(rows, to), column)


def range_between(rows: pd.DataFrame, column: str, by: str) -> float:
    """Return the largest less the smallest mean of a column over two or more groups."""
    means = group_means(rows, column, by)
    return float(means.max() - means.min()) if len(means) > 1 else np.nan


def spread_between(rows: pd.DataFrame, column: str, by: str) -> float:
    """Return the range between groups, over their mean."""
    return range_between(rows, column, by) / float(group_means(rows, column, by).mean())


def trend(rows: pd.DataFrame, column: str) -> float:
    """Return Spearman's rank correlation of a column with g; 0 if it is constant."""
    known = rows[["g", column]].dropna().astype(float)
    return rank_correlation(known.g, known[column])
