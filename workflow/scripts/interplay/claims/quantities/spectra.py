"""Quantities of spectra and eigenvalues, of rate networks and LSTMs."""

import numpy as np
import pandas as pd

from interplay.claims.quantities.values import one_value, quotient, rank_correlation


def singular_value_gap(rows: pd.DataFrame, index: int) -> float:
    """Return a singular value over the next one; the first has the index 1."""
    values = rows.set_index("index").value
    return quotient(values.get(index, np.nan), values.get(index + 1, np.nan))


def captured(rows: pd.DataFrame, rank: int) -> float:
    """Return the share of the squared norm that the first singular values make up."""
    squares = rows.value**2
    return float(squares[rows["index"] <= rank].sum() / squares.sum())


def captured_less_than_flipflop(rows: pd.DataFrame, rank: int) -> float:
    """Return the flip-flop's share in the first singular values, less the others' largest."""
    shares = {task: captured(part, rank) for task, part in rows.groupby("task")}
    own = shares.pop("flipflop", np.nan)
    return own - max(shares.values()) if shares else np.nan


def norm_of_W0_error(rows: pd.DataFrame) -> float:
    """Return how far the norm of W0 is from sqrt(N) g, over that."""
    expected = np.sqrt(len(rows)) * one_value(rows, "g")
    return float(abs(np.sqrt((rows.value**2).sum()) / expected - 1))


def relative_norm_of_dW(rows: pd.DataFrame) -> float:
    """Return the norm of dW over that of W0."""
    norms = np.sqrt((rows.value**2).groupby(rows.matrix).sum())
    return quotient(norms.get("dW", np.nan), norms.get("W0", np.nan))


def relative_norm_of_dW_trend(rows: pd.DataFrame) -> float:
    """Return the rank correlation with g of the norm of dW over that of W0."""
    found = {g: relative_norm_of_dW(part) for g, part in rows.groupby("g")}
    known = pd.Series(found, dtype=float).dropna()
    return rank_correlation(known.index, known)


def spectral_radius_ratio(rows: pd.DataFrame) -> float:
    """Return the largest size of an eigenvalue of W over that of W0."""
    sizes = np.hypot(rows.real, rows.imaginary).groupby(rows.matrix).max()
    return quotient(sizes.get("W", np.nan), sizes.get("W0", np.nan))


def share_above(rows: pd.DataFrame, fraction: float) -> float:
    """Return the share of the singular values that are above a fraction of the largest."""
    return float((rows.value > fraction * rows.value.max()).mean())


def difference_beyond(rows: pd.DataFrame, index: int) -> float:
    """Return the largest difference of a singular value of W from W0's beyond an index.

    Over the first singular value of W0.
    """
    values = rows.pivot(index="index", columns="matrix", values="value")
    beyond = values[values.index > index]
    return float((beyond.W - beyond.W0).abs().max() / values.W0.max())
