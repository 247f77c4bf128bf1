"""Quantities of nonlinear.csv and nonlinear_loss.parquet: how the rate networks learn."""

import numpy as np
import pandas as pd

from interplay.claims.quantities.values import quotient, rank_correlation


def epochs_ratio(rows: pd.DataFrame, of: float, to: float) -> float:
    """Return the convergence time at one g over that at another.

    Both are `counted_epochs`. If neither network converged, nothing is known.
    """
    if not rows[rows.g.isin([of, to])].converged.any():
        return np.nan
    epochs = _epochs_by_g(rows)
    return quotient(epochs.get(of, np.nan), epochs.get(to, np.nan))


def epochs_trend(rows: pd.DataFrame) -> float:
    """Return the rank correlation of the convergence time, `counted_epochs`, with g."""
    epochs = _epochs_by_g(rows)
    return rank_correlation(epochs.index, epochs)


def epochs_at_largest_g(rows: pd.DataFrame) -> float:
    """Return the convergence time at the largest g over the shortest of any g."""
    epochs = _epochs_by_g(rows)
    return float(epochs.iloc[-1] / epochs.min()) if len(epochs) > 2 else np.nan


def roughness_ratio(
    rows: pd.DataFrame, of: float, to: float, threshold: float = 0.05
) -> float:
    """Return the roughness of the loss curve at one g over that at another.

    Roughness is the total variation of the logarithm of the loss until the loss is
    below `threshold` of its start, over its net fall.
    """
    found = {}
    for g in (of, to):
        curve = rows[rows.g == g].sort_values("epoch").loss.to_numpy()
        below = np.flatnonzero(curve < threshold * curve[0]) if len(curve) else []
        if not len(below):
            return np.nan
        way = np.log(curve[: below[0] + 1])
        found[g] = np.abs(np.diff(way)).sum() / (way[0] - way[-1])
    return float(found[of] / found[to])


def steeper_than_flipflop(rows: pd.DataFrame, column: str) -> float:
    """Return the steepest change with g among the other tasks, less the flip-flop's.

    A change is the size of the slope of a straight line fitted over g.
    """
    slopes = {}
    for task, of_task in rows.groupby("task"):
        known = of_task[["g", column]].dropna().astype(float)
        if len(known) > 2:
            slopes[task] = abs(np.polyfit(known.g, known[column], 1)[0])
    own = slopes.pop("flipflop", np.nan)
    return float(max(slopes.values()) - own) if slopes else np.nan


def _epochs_by_g(rows: pd.DataFrame) -> pd.Series:
    """Return the known `counted_epochs` by g, in rising g."""
    return rows.counted_epochs.set_axis(rows.g).dropna().sort_index()
