"""The learning rate of the published figures: what our networks and the authors' say.

At the rate of the published networks, measured values are the published ones. The rate is
interpolated for each task and quantity. Two sources of networks are used: ours, and the
model that the authors published. Two published figures show the same networks, of N = 256;
where they contradict each other, our networks at each rate are compared with both.
"""

import numpy as np
import pandas as pd

from interplay.tables.comparisons import RATE, Parameters, compared
from interplay.tables.published import exact, jackknife_error
from interplay.tables.readings import ROLE

OURS, AUTHORS = "ours", "authors"

FARTHEST = 10
"""times the rates that were trained; a line says nothing about rates beyond"""

POINT = [ROLE, "g", "seed", "learning_rate", "quantity"]


def authors_points(authors: pd.DataFrame, published: pd.DataFrame) -> pd.DataFrame:
    """Return the convergence times of the authors' model next to the published ones.

    Args:
        authors: the table paper/authors_code.csv.
        published: the table paper/published.csv.

    Returns:
        role, g, seed, learning_rate (before the division by N), quantity, measured,
        published, reading_error (of the published value); a row per network.
    """
    return _points(authors.rename(columns={"task": ROLE}), RATE[:1], published)


def interpolated_rates(
    networks: pd.DataFrame,
    parameters: Parameters,
    authors: pd.DataFrame,
    published: pd.DataFrame,
) -> pd.DataFrame:
    """Interpolate the rate at which measured and published values are equal.

    The mean over g of log(measured / published) is a straight line in log(rate), fitted by
    least squares; measured is the mean over seeds. The rate is where the line is 0. The
    line is fitted to all rates of a task, and again to the rates with the most networks if
    these are other rates. It rests on the g and seeds that all its rates have, as in
    rate.csv, and on networks that converged.

    Args:
        networks: the table nonlinear.csv.
        parameters: of experiments that differ in task and learning rate alone.
        authors: the table paper/authors_code.csv.
        published: the table paper/published.csv.

    Returns:
        code (whose: ours, authors), role, quantity, rates (their number), points (number of
        g), interpolated_rate (before the division by N), standard_error (jackknife over
        seeds), reading_error (errors of the published values, taken as independent),
        extrapolated (bool: the rate is outside of those trained). Lines need two rates. The
        rate is missing if it would be more than `FARTHEST` times outside of those trained.
    """
    rows = compared(networks, parameters, learning_rate=lambda of: of["learning_rate"])
    rows.loc[~rows.converged, list(RATE)] = np.nan
    ours = _points(rows, RATE, published)
    sources = {OURS: ours, AUTHORS: authors_points(authors, published)}
    table = []
    for code, points in sources.items():
        for (role, quantity), of_one in points.groupby([ROLE, "quantity"]):
            sizes = of_one.learning_rate.value_counts()
            for rates in dict.fromkeys(
                frozenset(kept.index) for kept in (sizes, sizes[sizes == sizes.max()])
            ):
                row = {"code": code, ROLE: role, "quantity": quantity}
                table.append(row | _interpolated(_shared(of_one, rates)))
    columns = [
        "code", ROLE, "quantity", "rates", "points", "interpolated_rate", "standard_error",
        "reading_error", "extrapolated",
    ]  # fmt: skip
    result = pd.DataFrame(table, columns=columns)
    return result[result.rates > 1].reset_index(drop=True)


def shown_twice(
    networks: pd.DataFrame, parameters: Parameters, published: pd.DataFrame
) -> pd.DataFrame:
    """Compare the published values that both Fig. 2 and Fig. S1 show.

    Args:
        networks: the table nonlinear.csv.
        parameters: of experiments that differ in task and learning rate alone.
        published: the table paper/published.csv.

    Returns:
        role, quantity, g, N, fig2 and figS1 (the values), reading_error (of their
        difference), differs (bool: by more than two of these errors), learning_rate (before
        the division by N), measured (mean of our networks that converged, at this rate),
        standard_error (of this mean). A row without a rate if we have no such networks.
    """
    key = [ROLE, "quantity", "g", "N"]
    values = published.rename(columns={"task": ROLE})
    columns = [*key, "value", "reading_error"]
    both = exact(values, "Fig. 2")[columns].merge(
        exact(values, "Fig. S1")[columns], on=key, suffixes=("_2", "_S1")
    )
    both["reading_error"] = np.hypot(both.reading_error_2, both.reading_error_S1)
    both["differs"] = (both.value_2 - both.value_S1).abs() > 2 * both.reading_error
    both = both.rename(columns={"value_2": "fig2", "value_S1": "figS1"})
    both = both[[*key, "fig2", "figS1", "reading_error", "differs"]]
    rows = compared(networks, parameters, learning_rate=lambda of: of["learning_rate"])
    long = rows[rows.converged].melt(
        [ROLE, "g", "N", "learning_rate"], RATE, "quantity", "measured"
    )
    groups = long.astype({"measured": float}).groupby([*key, "learning_rate"]).measured
    ours = groups.agg(measured="mean", standard_error="sem").reset_index()
    return both.merge(ours, "left", on=key).sort_values([*key, "learning_rate"])


def _points(rows: pd.DataFrame, quantities, published: pd.DataFrame) -> pd.DataFrame:
    long = rows.melt(POINT[:-1], quantities, POINT[-1], "measured")
    values = exact(published, "Fig. 2").rename(
        columns={"task": ROLE, "value": "published"}
    )
    values = values[[ROLE, "g", "quantity", "published", "reading_error"]]
    return long.astype({"measured": float}).merge(values, on=[ROLE, "g", "quantity"])


def _shared(points: pd.DataFrame, rates: frozenset) -> pd.DataFrame:
    """Return the points of some rates at the g and seeds that all of these have."""
    chosen = points[points.learning_rate.isin(rates)]
    counts = chosen.groupby(["g", "seed"]).learning_rate.transform("nunique")
    return chosen[counts == len(rates)]


def _interpolated(points: pd.DataFrame) -> dict[str, object]:
    """Return a rate with its errors; see `interpolated_rates`."""
    off, errors = _log_ratios(points)
    if off.shape[1] < 2 or off.empty:
        return {"rates": off.shape[1], "points": len(off)}
    rate, slope = _zero(off)
    seeds = points.seed.unique()
    without = [_zero(_log_ratios(points[points.seed != seed])[0])[0] for seed in seeds]
    known = len(seeds) > 1
    return {
        "rates": off.shape[1],
        "points": len(off),
        "interpolated_rate": rate,
        "standard_error": jackknife_error(pd.DataFrame([without]))[0]
        if known
        else np.nan,
        "reading_error": rate * np.hypot.reduce(errors) / len(errors) / abs(slope),
        "extrapolated": not off.columns.min() <= rate <= off.columns.max(),
    }


def _log_ratios(points: pd.DataFrame) -> tuple[pd.DataFrame, np.ndarray]:
    """Return log(measured / published), (g, rate), and the published values' log errors."""
    index = ["g", "published", "reading_error"]
    measured = points.pivot_table("measured", index, "learning_rate").dropna()
    published, errors = (measured.index.get_level_values(one) for one in index[1:])
    return np.log(measured.div(published, axis=0)), np.asarray(errors / published)


def _zero(off: pd.DataFrame) -> tuple[float, float]:
    """Return the rate at which a line through the means over g is 0, and its slope."""
    if off.shape[1] < 2 or off.empty:
        return np.nan, np.nan
    logs = np.log(off.columns.to_numpy(float))
    slope, offset = np.polyfit(logs, off.mean(), 1)
    near = min(logs) - np.log(FARTHEST), max(logs) + np.log(FARTHEST)
    zero = -offset / slope if slope else np.nan
    return float(np.exp(zero)) if near[0] <= zero <= near[1] else np.nan, float(slope)
