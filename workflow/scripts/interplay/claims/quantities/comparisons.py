"""Quantities of the supplement's comparisons: scaling, rate and flipflops."""

import numpy as np
import pandas as pd

from interplay.claims.quantities.values import quotient
from interplay.tables.published import rate_distances


def sure_change(rows: pd.DataFrame, column: str, smaller: int, larger: int) -> float:
    """Return the relative change of a column's mean with N that the spread cannot explain.

    Networks of different N are independent, so the means of a few seeds differ even if
    nothing depends on N. Two standard errors of the ratio of means are taken off.

    Args:
        rows: of the table scaling.csv, all seeds of one task and g.
        column: whose means are compared.
        smaller, larger: the sizes.

    Returns:
        max(0, |larger mean / smaller mean - 1| - 2 standard errors); NaN with fewer than
        two networks of a size.
    """
    by_size = _by_size(rows, column)
    before, after = (by_size[by_size.index == n] for n in (smaller, larger))
    if min(len(before), len(after)) < 2:
        return np.nan
    ratio = quotient(after.mean(), before.mean())
    error = ratio * np.hypot(*(part.sem() / part.mean() for part in (before, after)))
    return float(max(0.0, abs(ratio - 1) - 2 * error))


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
    by_rate = rate_distances(rows)
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
