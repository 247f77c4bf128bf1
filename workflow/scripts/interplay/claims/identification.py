"""Identify the learning rate that the published Fig. 2 was made with.

The rule: of the rates that were trained, the one with the smallest mean of
|log(measured / published)| over convergence times and norms of dW, Fig. 2(a, b). Other panels
are not used, so they test the result.

- A point is a task, a quantity and a g with a published value (not a bound).
- Measured is the mean over the seeds, of the networks that converged.
- Rates are compared on the same points: of the g and seeds that all rates have, those points
  at which each rate has a network that converged.
"""

import numpy as np
import pandas as pd

from interplay.claims.comparisons import NETWORK, Parameters, compared
from interplay.claims.readings import ROLE

QUANTITIES = ("convergence_epoch", "norm_dW")
"""panels (a) and (b) of Fig. 2"""

POINT = [ROLE, "quantity", "g"]


def rate(
    networks: pd.DataFrame, parameters: Parameters, published: pd.DataFrame
) -> pd.DataFrame:
    """Compare learning rates with the published values.

    Args:
        networks: the table nonlinear.csv.
        parameters: of experiments that differ in the learning rate.
        published: the table paper/published.csv.

    Returns:
        experiment, role, g, seed, learning_rate (before the division by N), quantity,
        measured, published; and for the rate as a whole distance, standard_error (of the
        distance, over seeds) and identified (bool).
    """
    rows = compared(networks, parameters, learning_rate=lambda of: of["learning_rate"])
    rates = rows.groupby([ROLE, "g", "seed"]).learning_rate.transform("nunique")
    rows = rows[(rates == rows.learning_rate.nunique()) & rows.converged]
    long = rows.melt([*NETWORK, "learning_rate"], QUANTITIES, "quantity", "measured")
    exact = published[published.bound == ""].rename(
        columns={"task": ROLE, "value": "published"}
    )
    points = long.astype({"measured": float}).merge(
        exact[[*POINT, "published"]], on=POINT
    )
    by_rate = distances(points)
    errors = _standard_error(without_a_seed(points))
    return points.assign(
        distance=points.learning_rate.map(by_rate),
        standard_error=points.learning_rate.map(errors),
        identified=points.learning_rate == (by_rate.idxmin() if len(by_rate) else np.nan),
    ).reset_index(drop=True)


def distances(points: pd.DataFrame) -> pd.Series:
    """Return the distance of each learning rate from the published values.

    Args:
        points: learning_rate, role, quantity, g, measured, published; a row per network.

    Returns:
        The mean of |log(measured / published)| over the points that all rates have, by
        learning rate. Empty if there is no such point.
    """
    table = points.pivot_table("measured", [*POINT, "published"], "learning_rate")
    table = table.dropna()
    published = table.index.get_level_values("published").to_numpy()
    ratios = table.div(published, axis=0)
    return np.log(ratios).abs().mean() if len(table) else pd.Series(dtype=float)


def without_a_seed(points: pd.DataFrame) -> pd.DataFrame:
    """Return the distances that the networks without those of one seed give.

    Args:
        points: as for `distances`, with the column seed.

    Returns:
        `distances`, a row per learning rate and a column per seed that is left out. No rows
        if there are fewer than two seeds.
    """
    seeds = sorted(points.seed.unique())
    return pd.DataFrame({seed: distances(points[points.seed != seed]) for seed in seeds})


def _standard_error(left_out: pd.DataFrame) -> pd.Series:
    """Return the jackknife's standard error by row of estimates without one seed each."""
    n = left_out.shape[1]
    return left_out.std(axis=1, ddof=0) * max(n - 1, 0) ** 0.5
