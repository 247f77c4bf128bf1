"""Values of tables that the quantities share."""

import numpy as np
import pandas as pd
from scipy.stats import spearmanr


def one_value(rows: pd.DataFrame, column: str) -> float:
    """Return the one value that all rows have; NaN if there are no rows."""
    found = rows[column].drop_duplicates()
    if len(found) > 1:
        raise ValueError(f"{column}: expected one value, found {len(found)}")
    return float(found.iloc[0]) if len(found) and pd.notna(found.iloc[0]) else np.nan


def quotient(numerator: float, denominator: float) -> float:
    """Return a quotient; infinite where the denominator alone is 0."""
    if denominator == 0:
        return np.nan if numerator == 0 else np.inf
    return float(numerator / denominator)


def group_means(rows: pd.DataFrame, column: str, by: str) -> pd.Series:
    """Return the mean of a column in each group, without missing values."""
    return rows.dropna(subset=column).groupby(by)[column].mean().astype(float)


def rank_correlation(x: pd.Series | pd.Index, y: pd.Series) -> float:
    """Return Spearman's rank correlation; 0 if y is constant, NaN for fewer than three."""
    if len(y) < 3:
        return np.nan
    return float(spearmanr(x, y).statistic) if y.nunique() > 1 else 0.0
