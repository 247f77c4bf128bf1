"""Quantities of the supplement's comparisons: scaling, rate and flipflops."""

import numpy as np
import pandas as pd

from interplay.claims.identification import distances
from interplay.claims.quantities.values import quotient


def last_doubling(rows: pd.DataFrame, column: str) -> float:
    """Return a column at the largest N over that at the next smaller one."""
    values = _by_size(rows, column)
    return quotient(values.iloc[-1], values.iloc[-2]) if len(values) > 1 else np.nan


def size_ratio(rows: pd.DataFrame, column: str) -> float:
    """Return a column at the largest N over that at the smallest one."""
    values = _by_size(rows, column)
    return quotient(values.iloc[-1], values.iloc[0]) if len(values) > 1 else np.nan


def size_power(rows: pd.DataFrame, column: str) -> float:
    """Return the power of N that a column grows with: the slope of a line in logarithms."""
    values = _by_size(rows, column)
    if len(values) < 2:
        return np.nan
    return float(np.polyfit(np.log(values.index), np.log(values), 1)[0])


def rate_excess(rows: pd.DataFrame, rate: float) -> float:
    """Return the distance of a learning rate from the published values above the smallest.

    Args:
        rows: of the table rate.csv.
        rate: before the division by N.
    """
    by_rate = distances(rows)
    if rate not in by_rate.index or len(by_rate) < 2:
        return np.nan
    return float(by_rate[rate] - by_rate.drop(rate).min())


def farther_from_published(rows: pd.DataFrame, of: str, to: str) -> float:
    """Return the distance of one kind of flip-flop from the published one, less another's.

    A distance is the mean of |measured - published| over the g that both kinds have.

    Args:
        rows: of the table flipflops.csv.
        of, to: values of the column `hold`.
    """
    off = (rows.measured - rows.published).abs().groupby([rows.g, rows.hold]).mean()
    both = off.unstack().reindex(columns=[of, to]).dropna()
    return float((both[of] - both[to]).mean()) if len(both) else np.nan


def _by_size(rows: pd.DataFrame, column: str) -> pd.Series:
    """Return the known values of a column by N, in rising N."""
    return rows.dropna(subset=column).set_index("N")[column].astype(float).sort_index()
