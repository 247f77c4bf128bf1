"""Quantities of the tables of linear networks."""

import numpy as np
import pandas as pd

from interplay.claims.quantities.tables import trend
from interplay.claims.quantities.values import one_value, quotient
from interplay.linear.theory import (
    effective_time,
    first_order_norm,
    gain,
    loss,
    readout_first_order,
    scalings,
    shuffle_loss_ratio,
    singular_values,
)


def initial_loss_ratio(rows: pd.DataFrame) -> float:
    """Return the loss at the start over zhat² / 2."""
    return one_value(rows, "initial_loss") / (one_value(rows, "zhat") ** 2 / 2)


def initial_readout(rows: pd.DataFrame) -> float:
    """Return the size of the readout at the start, in units of 1/sqrt(N).

    The loss at the start is (zhat - z)² / 2.
    """
    readout = one_value(rows, "zhat") - (2 * one_value(rows, "initial_loss")) ** 0.5
    return abs(readout) * one_value(rows, "N") ** 0.5


def sufficient_rank(rows: pd.DataFrame, threshold: float) -> float:
    """Return the smallest rank whose truncated loss is below a share of zhat² / 2."""
    enough = rows[rows.loss < threshold * rows.zhat**2 / 2]
    return float(enough["rank"].min())


def last_ratio(rows: pd.DataFrame, of: str, to: str) -> float:
    """Return one column over another after the last epoch."""
    last = rows.loc[rows.epoch.idxmax()]
    return quotient(last[of], last[to])


def last_trend(rows: pd.DataFrame, column: str) -> float:
    """Return the rank correlation with g of a column after the last epoch."""
    return trend(rows[rows.epoch == rows.epoch.max()], column)


def agreement(rows: pd.DataFrame, column: str, within: float, threshold: float) -> float:
    """Return the share of the learning in which Eqs (14), (15) agree with the simulation.

    Learning lasts until the loss is below `threshold` * zhat² / 2. Theory agrees
    where it is off by no more than `within` of zhat² / 2 (loss), or of the last
    value of the column (singular values).
    """
    learning = _until_converged(rows, threshold)
    tau, zhat, g = learning.tau.to_numpy(), one_value(rows, "zhat"), one_value(rows, "g")
    s1, s2 = singular_values(tau, zhat, g)
    predicted = {"loss": loss(tau, zhat, g), "s1": s1, "s2": s2}[column]
    scale = zhat**2 / 2 if column == "loss" else learning[column].iloc[-1]
    return float((np.abs(learning[column] - predicted) <= within * scale).mean())


def first_speed_ratio(rows: pd.DataFrame, of_rest: bool = False) -> float:
    """Return the norm of the first gradient over zhat beta; Eqs (11), (12).

    Args:
        rows: of the table linear_curves.parquet.
        of_rest: zhat less the readout before training counts for zhat.
    """
    first = rows.loc[rows.epoch.idxmin()]
    speed = first.gradient_norm / first_order_norm(first.zhat, first.g)
    return float(speed / (_rest(rows) if of_rest else 1))


def first_readout_ratio(rows: pd.DataFrame, of_rest: bool = False) -> float:
    """Return how fast the readout grows in the first epoch, over zhat beta²; Eq. (13).

    The readout is zhat less the root of twice the loss.

    Args:
        rows: of the table linear_curves.parquet.
        of_rest: zhat less the readout before training counts for zhat.
    """
    first = rows.sort_values("epoch").head(2)
    zhat = one_value(rows, "zhat")
    growth = np.diff(zhat - np.sqrt(2 * first.loss)) / np.diff(first.tau)
    speed = growth[0] / readout_first_order(1.0, zhat, one_value(rows, "g"))
    return float(speed / (_rest(rows) if of_rest else 1))


def deviation_from_scaling(rows: pd.DataFrame, column: str) -> float:
    """Return the largest deviation from the scaling with g, over the value at g = 0."""
    measured, predicted = _scaled(rows, column)
    return float((measured - predicted).abs().max())


def deviation_of_mean(rows: pd.DataFrame, column: str) -> float:
    """Return `deviation_from_scaling` of the mean over networks, as Fig. 4 shows it."""
    means = rows.groupby("g", as_index=False)[column].mean()
    return deviation_from_scaling(means, column)


def relative_deviation_from_scaling(rows: pd.DataFrame, column: str) -> float:
    """Return the largest deviation from the scaling with g, over the scaling itself."""
    measured, predicted = _scaled(rows, column)
    return float((measured / predicted - 1).abs().max())


def relative_deviation_of_mean(rows: pd.DataFrame, column: str) -> float:
    """Return `relative_deviation_from_scaling` of the mean over networks."""
    means = rows.groupby("g", as_index=False)[column].mean()
    return relative_deviation_from_scaling(means, column)


def shuffle_deviation(rows: pd.DataFrame) -> float:
    """Return the largest deviation of the loss after shuffling from g⁴ (2 − g²)²."""
    predicted = rows.g.map(shuffle_loss_ratio)
    return float((rows.shuffle_loss_ratio - predicted).abs().max())


def shuffle_deviation_of_mean(rows: pd.DataFrame) -> float:
    """Return `shuffle_deviation` of the mean over networks, as Fig. 4(d) shows it."""
    return shuffle_deviation(rows.groupby("g", as_index=False).shuffle_loss_ratio.mean())


def shuffle_deviation_excess(rows: pd.DataFrame, of: float, to: float) -> float:
    """Return `shuffle_deviation` for one target, less that for another."""
    deviations = [shuffle_deviation(rows[rows.zhat == zhat]) for zhat in (of, to)]
    return deviations[0] - deviations[1]


def growth_order(rows: pd.DataFrame, column: str, between: tuple[float, float]) -> float:
    """Return the power of effective learning time with which a column grows."""
    time = effective_time(rows.tau, one_value(rows, "g"))
    early = (time >= between[0]) & (time <= between[1]) & (rows[column] > 0)
    if early.sum() < 3:
        return np.nan
    return float(np.polyfit(np.log(time[early]), np.log(rows[column][early]), 1)[0])


def half_time_ratio(rows: pd.DataFrame, of: str, to: str) -> float:
    """Return the time at which one column reaches half of its end, over another's."""
    times = []
    for column in (of, to):
        ordered = rows.sort_values("epoch")
        reached = ordered[column] >= ordered[column].iloc[-1] / 2
        times.append(float(ordered.tau[reached].iloc[0]))
    return quotient(*times)


def effective_time_ratio(rows: pd.DataFrame, of: float, to: float) -> float:
    """Return the effective learning time until convergence at one g over that at another."""
    effective = rows.set_index("g").tau_star.astype(float)
    times = [effective.get(g, np.nan) * gain(g) ** 2 for g in (of, to)]
    return quotient(*times)


def effective_time_ratio_change(
    rows: pd.DataFrame, of: float, to: float, larger: float, smaller: float
) -> float:
    """Return `effective_time_ratio` for a larger target, less that for a smaller one."""
    ratios = [
        effective_time_ratio(rows[rows.zhat == zhat], of, to)
        for zhat in (larger, smaller)
    ]
    return ratios[0] - ratios[1]


def linearisation_error(rows: pd.DataFrame) -> float:
    """Return by how much the linearised readout misses the trained one, over what was learned.

    Args:
        rows: one network of the table linear.csv, with its readouts initial_readout,
            final_readout and linearised_readout, that of first order in dW around W0.
    """
    before, after, linearised = (
        one_value(rows, f"{name}_readout") for name in ("initial", "final", "linearised")
    )
    return abs(linearised - after) / abs(after - before)


def converged_ratio(rows: pd.DataFrame, of: str, to: str, threshold: float) -> float:
    """Return one column over another at the first epoch below threshold * zhat² / 2."""
    last = _until_converged(rows, threshold).iloc[-1]
    return quotient(last[of], last[to])


def predicted_concavity(rows: pd.DataFrame, threshold: float) -> float:
    """Return the `concavity` of the third-order loss, Eq. (15)."""
    predicted = loss(rows.tau, one_value(rows, "zhat"), one_value(rows, "g"))
    return concavity(rows.assign(loss=predicted), threshold)


def concavity(rows: pd.DataFrame, threshold: float) -> float:
    """Return the height of the loss halfway to convergence above its chord, over zhat² / 2."""
    learning = _until_converged(rows, threshold)
    middle = np.interp(learning.tau.iloc[-1] / 2, learning.tau, learning.loss)
    chord = (learning.loss.iloc[0] + learning.loss.iloc[-1]) / 2
    return float((middle - chord) / (one_value(rows, "zhat") ** 2 / 2))


def share_at_time(rows: pd.DataFrame, column: str, of: str, tau: float) -> float:
    """Return one column over another at a learning time.

    Args:
        rows: the epochs of one network, with a column `tau`.
        column: name of the numerator.
        of: name of the denominator.
        tau: learning time; both columns are interpolated linearly.

    Returns:
        The quotient; NaN if the training ended before `tau`.
    """
    ordered = rows.sort_values("tau")
    numerator, denominator = (
        np.interp(tau, ordered.tau, ordered[name], right=np.nan) for name in (column, of)
    )
    return float(numerator / denominator)


def _rest(rows: pd.DataFrame) -> float:
    """Return the share of zhat that is left to be learned: its distance from the readout."""
    loss = rows.loss[rows.epoch.idxmin()]
    return float(np.sqrt(2 * loss) / one_value(rows, "zhat"))


def _until_converged(rows: pd.DataFrame, threshold: float) -> pd.DataFrame:
    """Return the epochs of one linear network up to the first below the threshold."""
    ordered = rows.sort_values("epoch").reset_index(drop=True)
    below = np.flatnonzero(ordered.loss < threshold * ordered.zhat**2 / 2)
    return ordered.iloc[: below[0] + 1] if len(below) else ordered


def _scaled(rows: pd.DataFrame, column: str) -> tuple[pd.Series, pd.Series]:
    """Return a column over its value at g = 0, and the first-order scaling, in rising g."""
    ordered = rows.dropna(subset=column).sort_values("g").reset_index(drop=True)
    start = one_value(ordered[ordered.g == 0], column)
    predicted = scalings(ordered.g).reindex(columns=[column])
    return ordered[column] / start, predicted[column]
