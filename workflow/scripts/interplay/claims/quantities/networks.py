"""Quantities of nonlinear.csv and nonlinear_loss.parquet: how the rate networks learn."""

import numpy as np
import pandas as pd

from interplay.claims.quantities.values import quotient, rank_correlation
from interplay.tables.transitions import emerges


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


def fall_at_transitions(rows: pd.DataFrame, width: float) -> float:
    """Return how much faster than elsewhere the loss falls where one more state emerges.

    A transition is a step at whose end more eigenvalues of W have a real part above 1 than
    ever before. The fall around a step is the mean logarithm of the loss before it, less that
    after it, each over up to `width` of all steps.

    Args:
        rows: of the table transitions.parquet, one network.
        width: fraction of the steps.

    Returns:
        The share of the other steps around which the loss falls less than around a
        transition, mean over transitions; ties count half. 0.5 is chance. NaN without a
        transition, or without other steps.
    """
    ordered = rows.sort_values("epoch")
    unstable, loss = ordered.unstable.to_numpy(), np.log(ordered.loss.to_numpy())
    steps = np.arange(1, len(ordered))
    more = emerges(unstable)[1:]
    if not more.any() or len(steps) < 2:
        return np.nan
    reach = max(1, round(width * len(steps)))
    falls = np.array(
        [loss[max(0, i - reach) : i].mean() - loss[i : i + reach].mean() for i in steps]
    )
    larger = np.sign(falls[more][:, None] - falls)
    # The step itself is a tie: it is taken off.
    return float(((larger.sum(axis=1) / (len(steps) - 1) + 1) / 2).mean())


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
