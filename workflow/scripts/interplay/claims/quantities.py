"""What the claims measure: each function turns rows of a table into one number.

The rows are those of one seed, and of one part of a claim; columns are named as in
the tables. NaN stands for what the rows do not tell, as where a network has not
converged or a strength g was not trained: such a part counts as not tested. What is
compared between strengths, tasks or targets is thus compared seed by seed.
"""

import numpy as np
import pandas as pd
from scipy.stats import spearmanr

from interplay.linear.theory import (
    effective_time,
    first_order_norm,
    gain,
    loss,
    scalings,
    shuffle_loss_ratio,
    singular_values,
)

# ---- any table


def value(rows: pd.DataFrame, column: str) -> float:
    """The one value of a column."""
    return _one(rows, column)


def smallest(rows: pd.DataFrame, column: str) -> float:
    """The smallest value of a column."""
    return float(rows[column].min())


def share(rows: pd.DataFrame, column: str, of: str) -> float:
    """One column over another."""
    return _over(_one(rows, column), _one(rows, of))


def column_difference(rows: pd.DataFrame, column: str, less: str) -> float:
    """One column less another."""
    return _one(rows, column) - _one(rows, less)


def ratio(rows: pd.DataFrame, column: str, of: str, to: str) -> float:
    """A column where one query holds, over that column where another holds."""
    return _over(_one(rows.query(of), column), _one(rows.query(to), column))


def difference(rows: pd.DataFrame, column: str, of: str, to: str) -> float:
    """A column where one query holds, less that column where another holds."""
    return _one(rows.query(of), column) - _one(rows.query(to), column)


def range_between(rows: pd.DataFrame, column: str, by: str) -> float:
    """Largest less smallest of a column, between two or more groups."""
    means = _means(rows, column, by)
    return float(means.max() - means.min()) if len(means) > 1 else np.nan


def spread_between(rows: pd.DataFrame, column: str, by: str) -> float:
    """The range between groups, over their mean."""
    return range_between(rows, column, by) / float(_means(rows, column, by).mean())


def trend(rows: pd.DataFrame, column: str) -> float:
    """Rank correlation (Spearman) of a column with g; 0 if the column is constant."""
    known = rows[["g", column]].dropna().astype(float)
    return _rank_correlation(known.g, known[column])


# ---- nonlinear.csv and nonlinear_loss.parquet


def epochs_ratio(rows: pd.DataFrame, of: float, to: float) -> float:
    """Convergence time at one g over that at another; unconverged counts as all epochs."""
    epochs = _epochs(rows)
    return _over(epochs.get(of, np.nan), epochs.get(to, np.nan))


def epochs_trend(rows: pd.DataFrame) -> float:
    """Rank correlation of convergence time with g; unconverged counts as all epochs."""
    epochs = _epochs(rows)
    return _rank_correlation(epochs.index, epochs)


def epochs_at_largest_g(rows: pd.DataFrame) -> float:
    """Convergence time at the largest g over the shortest of any g."""
    epochs = _epochs(rows)
    return float(epochs.iloc[-1] / epochs.min()) if len(epochs) > 2 else np.nan


def roughness_ratio(
    rows: pd.DataFrame, of: float, to: float, threshold: float = 0.05
) -> float:
    """Roughness of the loss curve at one g over that at another.

    Roughness is the way that the logarithm of the loss goes, up and down, until
    the loss is below `threshold` of its start, over its net fall.
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
    """Steepest change of a column with g of the other tasks, less the flip-flop's.

    A change is the size of the slope of a straight line fitted over g.
    """
    slopes = {}
    for task, of_task in rows.groupby("task"):
        known = of_task[["g", column]].dropna().astype(float)
        if len(known) > 2:
            slopes[task] = abs(np.polyfit(known.g, known[column], 1)[0])
    own = slopes.pop("flipflop", np.nan)
    return float(max(slopes.values()) - own) if slopes else np.nan


def farther_from_published(
    rows: pd.DataFrame, published: pd.DataFrame, of: str, to: str
) -> float:
    """Distance of one flip-flop from the published values, less that of the other.

    A distance is the mean size of the logarithm of measured over published, over
    convergence times and norms of dW at each g that was published as a value.
    """
    exact = published[(published.task == "flipflop") & (published.bound == "")]
    distances = []
    for hold in (of, to):
        measured = rows[rows.hold == hold].melt(
            ["g"], ["convergence_epoch", "norm_dW"], "quantity", "measured"
        )
        both = measured.merge(exact, on=["g", "quantity"])
        factors = both.measured.astype(float) / both.value
        distances.append(np.abs(np.log(factors)).mean())
    return float(distances[0] - distances[1])


# ---- spectra and eigenvalues, of the nonlinear networks or of the LSTM


def singular_value_gap(rows: pd.DataFrame, index: int) -> float:
    """A singular value over the next one; the first has the index 1."""
    values = rows.set_index("index").value
    return _over(values.get(index, np.nan), values.get(index + 1, np.nan))


def captured(rows: pd.DataFrame, rank: int) -> float:
    """Share of the squared norm that the first singular values make up."""
    squares = rows.value**2
    return float(squares[rows["index"] <= rank].sum() / squares.sum())


def captured_less_than_flipflop(rows: pd.DataFrame, rank: int) -> float:
    """The flip-flop's share in the first singular values, less the largest of the others."""
    shares = {task: captured(part, rank) for task, part in rows.groupby("task")}
    own = shares.pop("flipflop", np.nan)
    return own - max(shares.values()) if shares else np.nan


def norm_of_W0_error(rows: pd.DataFrame) -> float:
    """How far the norm of W0 is from sqrt(N) g, over that."""
    expected = np.sqrt(len(rows)) * _one(rows, "g")
    return float(abs(np.sqrt((rows.value**2).sum()) / expected - 1))


def relative_norm_of_dW(rows: pd.DataFrame) -> float:
    """Norm of dW over that of W0."""
    norms = np.sqrt((rows.value**2).groupby(rows.matrix).sum())
    return _over(norms.get("dW", np.nan), norms.get("W0", np.nan))


def relative_norm_of_dW_trend(rows: pd.DataFrame) -> float:
    """Rank correlation with g of the norm of dW over that of W0."""
    found = {g: relative_norm_of_dW(part) for g, part in rows.groupby("g")}
    known = pd.Series(found, dtype=float).dropna()
    return _rank_correlation(known.index, known)


def spectral_radius_ratio(rows: pd.DataFrame) -> float:
    """Largest size of an eigenvalue of W over that of W0."""
    sizes = np.hypot(rows.real, rows.imaginary).groupby(rows.matrix).max()
    return _over(sizes.get("W", np.nan), sizes.get("W0", np.nan))


def share_above(rows: pd.DataFrame, fraction: float) -> float:
    """Share of the singular values that are above a fraction of the largest."""
    return float((rows.value > fraction * rows.value.max()).mean())


def difference_beyond(rows: pd.DataFrame, index: int) -> float:
    """Largest difference of a singular value of W from W0's beyond an index.

    Over the first singular value of W0.
    """
    values = rows.pivot(index="index", columns="matrix", values="value")
    beyond = values[values.index > index]
    return float((beyond.W - beyond.W0).abs().max() / values.W0.max())


# ---- linear.csv, linear_curves.parquet and linear_truncation.csv


def initial_loss_ratio(rows: pd.DataFrame) -> float:
    """Loss at the start over zhat² / 2."""
    return _one(rows, "initial_loss") / (_one(rows, "zhat") ** 2 / 2)


def sufficient_rank(rows: pd.DataFrame, threshold: float) -> float:
    """Smallest rank whose truncated loss is below a share of zhat² / 2."""
    enough = rows[rows.loss < threshold * rows.zhat**2 / 2]
    return float(enough["rank"].min())


def last_ratio(rows: pd.DataFrame, of: str, to: str) -> float:
    """One column over another after the last epoch."""
    last = rows.loc[rows.epoch.idxmax()]
    return _over(last[of], last[to])


def last_trend(rows: pd.DataFrame, column: str) -> float:
    """Rank correlation with g of a column after the last epoch."""
    return trend(rows[rows.epoch == rows.epoch.max()], column)


def agreement(rows: pd.DataFrame, column: str, within: float, threshold: float) -> float:
    """Share of the learning during which third-order theory agrees; Eqs (14), (15).

    Learning lasts until the loss is below `threshold` * zhat² / 2. Theory agrees
    where it is off by no more than `within` of zhat² / 2 (loss), or of the last
    value of the column (singular values).
    """
    learning = _until_converged(rows, threshold)
    tau, zhat, g = learning.tau.to_numpy(), _one(rows, "zhat"), _one(rows, "g")
    s1, s2 = singular_values(tau, zhat, g)
    predicted = {"loss": loss(tau, zhat, g), "s1": s1, "s2": s2}[column]
    scale = zhat**2 / 2 if column == "loss" else learning[column].iloc[-1]
    return float((np.abs(learning[column] - predicted) <= within * scale).mean())


def first_speed_ratio(rows: pd.DataFrame) -> float:
    """Norm of the first gradient over zhat beta; Eqs (11), (12)."""
    first = rows.loc[rows.epoch.idxmin()]
    return float(first.gradient_norm / first_order_norm(first.zhat, first.g))


def deviation_from_scaling(rows: pd.DataFrame, column: str) -> float:
    """Largest deviation from the first-order scaling with g, over the value at g = 0."""
    measured, predicted = _scaled(rows, column)
    return float((measured - predicted).abs().max())


def relative_deviation_from_scaling(rows: pd.DataFrame, column: str) -> float:
    """Largest deviation from the first-order scaling with g, over the scaling itself."""
    measured, predicted = _scaled(rows, column)
    return float((measured / predicted - 1).abs().max())


def shuffle_deviation(rows: pd.DataFrame) -> float:
    """Largest deviation of the loss after shuffling from g⁴ (2 − g²)²."""
    predicted = rows.g.map(shuffle_loss_ratio)
    return float((rows.shuffle_loss_ratio - predicted).abs().max())


def shuffle_deviation_excess(rows: pd.DataFrame, of: float, to: float) -> float:
    """That deviation for one target, less that for another."""
    deviations = [shuffle_deviation(rows[rows.zhat == zhat]) for zhat in (of, to)]
    return deviations[0] - deviations[1]


def growth_order(rows: pd.DataFrame, column: str, between: tuple[float, float]) -> float:
    """Power of the effective learning time with which a column grows in an interval."""
    time = effective_time(rows.tau, _one(rows, "g"))
    early = (time >= between[0]) & (time <= between[1]) & (rows[column] > 0)
    if early.sum() < 3:
        return np.nan
    return float(np.polyfit(np.log(time[early]), np.log(rows[column][early]), 1)[0])


def half_time_ratio(rows: pd.DataFrame, of: str, to: str) -> float:
    """When one column reaches half of its end, over when another does."""
    times = []
    for column in (of, to):
        ordered = rows.sort_values("epoch")
        reached = ordered[column] >= ordered[column].iloc[-1] / 2
        times.append(float(ordered.tau[reached].iloc[0]))
    return _over(*times)


def effective_time_ratio(rows: pd.DataFrame, of: float, to: float) -> float:
    """Effective learning time until convergence at one g over that at another."""
    effective = rows.set_index("g").tau_star.astype(float)
    times = [effective.get(g, np.nan) * gain(g) ** 2 for g in (of, to)]
    return _over(*times)


def effective_time_ratio_change(
    rows: pd.DataFrame, of: float, to: float, larger: float, smaller: float
) -> float:
    """That ratio for a larger target, less that for a smaller one."""
    ratios = [
        effective_time_ratio(rows[rows.zhat == zhat], of, to)
        for zhat in (larger, smaller)
    ]
    return ratios[0] - ratios[1]


def concavity(rows: pd.DataFrame, threshold: float) -> float:
    """How far the loss, halfway to convergence, is above the chord; over zhat² / 2."""
    learning = _until_converged(rows, threshold)
    middle = np.interp(learning.tau.iloc[-1] / 2, learning.tau, learning.loss)
    chord = (learning.loss.iloc[0] + learning.loss.iloc[-1]) / 2
    return float((middle - chord) / (_one(rows, "zhat") ** 2 / 2))


# ---- what they share


def _one(rows: pd.DataFrame, column: str) -> float:
    """The one value that all rows have; NaN if there are no rows."""
    found = rows[column].drop_duplicates()
    if len(found) > 1:
        raise ValueError(f"{column}: expected one value, found {len(found)}")
    return float(found.iloc[0]) if len(found) and pd.notna(found.iloc[0]) else np.nan


def _over(numerator: float, denominator: float) -> float:
    """A quotient; infinite where the denominator alone is 0."""
    if denominator == 0:
        return np.nan if numerator == 0 else np.inf
    return float(numerator / denominator)


def _means(rows: pd.DataFrame, column: str, by: str) -> pd.Series:
    return rows.dropna(subset=column).groupby(by)[column].mean().astype(float)


def _rank_correlation(x: pd.Series | pd.Index, y: pd.Series) -> float:
    if len(y) < 3:
        return np.nan
    return float(spearmanr(x, y).statistic) if y.nunique() > 1 else 0.0


def _epochs(rows: pd.DataFrame) -> pd.Series:
    """Convergence times by g, rising in g; all epochs where a network did not converge."""
    epochs = rows.convergence_epoch.astype(float).fillna(rows.epochs)
    return epochs.set_axis(rows.g).sort_index()


def _until_converged(rows: pd.DataFrame, threshold: float) -> pd.DataFrame:
    """The epochs of one linear network up to the first below the threshold."""
    ordered = rows.sort_values("epoch").reset_index(drop=True)
    below = np.flatnonzero(ordered.loss < threshold * ordered.zhat**2 / 2)
    return ordered.iloc[: below[0] + 1] if len(below) else ordered


def _scaled(rows: pd.DataFrame, column: str) -> tuple[pd.Series, pd.Series]:
    """A column over its value at g = 0, and the first-order scaling, in rising g."""
    ordered = rows.dropna(subset=column).sort_values("g").reset_index(drop=True)
    start = _one(ordered[ordered.g == 0], column)
    predicted = scalings(ordered.g).reindex(columns=[column])
    return ordered[column] / start, predicted[column]
