"""How far experiments are from the published values.

The experiments that are nearest are those of the reading `identified`. Learning rates of
rate networks are compared by convergence times and norms of dW, Fig. 2(a, b), and those of
LSTMs by the losses during training (the paper's supplement). Other panels, ranks and
spectra are not used, so they test the result.
"""

from collections.abc import Callable

import numpy as np
import pandas as pd

from interplay.tables.readings import EXPERIMENT, ROLE

WINDOW = 5
"""epochs over which a learning curve is averaged around each published epoch"""

KINDS = ("loss", "accuracy")
"""of an LSTM's learning curves; the losses identify the experiment"""


def of_figure_2(published: pd.DataFrame) -> pd.DataFrame:
    """Return the rows of paper/published.csv of Fig. 2, without those of Fig. S1."""
    return published[published.figure.str.startswith("Fig. 2")]


def distances(
    measured: pd.DataFrame,
    published: np.ndarray,
    deviation: Callable[[pd.DataFrame, np.ndarray], pd.Series],
) -> pd.Series:
    """Return the distance of each candidate from the published values.

    Args:
        measured: (point, candidate), means over networks; NaN where a candidate has none.
        published: (point,).
        deviation: `mean_log_ratio` or `root_mean_square`.

    Returns:
        float, (candidate,), over the points that all candidates have; empty without any.
    """
    common = measured.notna().all(axis=1).to_numpy()
    if not common.any():
        return pd.Series(dtype=float)
    return deviation(measured[common], published[common])


def mean_log_ratio(measured: pd.DataFrame, published: np.ndarray) -> pd.Series:
    """Return the mean of |log(measured / published)| of each column."""
    return np.log(measured.div(published, axis=0)).abs().mean()


def root_mean_square(measured: pd.DataFrame, published: np.ndarray) -> pd.Series:
    """Return the root mean square of measured - published of each column."""
    return (measured.sub(published, axis=0) ** 2).mean() ** 0.5


def exact(published: pd.DataFrame, figure: str) -> pd.DataFrame:
    """Return the values of a published figure that were read off, without bounds.

    Args:
        published: the table paper/published.csv.
        figure: `Fig. 2` or `Fig. S1`.
    """
    of_figure = published.figure.str.startswith(figure)
    return published[of_figure & (published.bound == "")]


def rate_distances(points: pd.DataFrame) -> pd.Series:
    """Return the distance of each learning rate from the published Fig. 2(a, b).

    Args:
        points: learning_rate, role, quantity, g, measured, published; a row per network.
    """
    index = [ROLE, "quantity", "g", "published"]
    measured = points.pivot_table("measured", index, "learning_rate")
    published = measured.index.get_level_values("published").to_numpy()
    return distances(measured, published, mean_log_ratio)


def without_a_seed(points: pd.DataFrame) -> pd.DataFrame:
    """Return the distances that the networks without those of one seed give.

    Args:
        points: as for `rate_distances`, with the column seed.

    Returns:
        A row per learning rate and a column per seed that is left out. No rows if there are
        fewer than two seeds.
    """
    seeds = sorted(points.seed.unique())
    return pd.DataFrame(
        {seed: rate_distances(points[points.seed != seed]) for seed in seeds}
    )


def jackknife_error(left_out: pd.DataFrame) -> pd.Series:
    """Return the jackknife's standard error by row of estimates without one seed each."""
    n = left_out.shape[1]
    return left_out.std(axis=1, ddof=0) * max(n - 1, 0) ** 0.5


def lstm_distances(curves: pd.DataFrame, published: pd.DataFrame) -> pd.DataFrame:
    """Return how far each experiment's learning curves are from the published ones.

    Args:
        curves: the table sentiment_curves.csv.
        published: epoch, quantity (a column of `curves`), value; read off a plot.

    Returns:
        A row per experiment and kind of quantity: experiment, kind (loss, accuracy),
        distance (root mean square over the published points, of the mean over seeds and
        over `WINDOW` epochs), points (the published ones within the epochs of all
        experiments), identified (bool): the experiment has the smallest distance of its
        losses; and what `_ends` returns.
    """
    names = curves[EXPERIMENT].unique()
    quantities = sorted(published["quantity"].unique())
    means = curves.groupby(["epoch", EXPERIMENT])[quantities].mean().unstack()
    smooth = means.rolling(WINDOW, center=True, min_periods=1).mean().where(means.notna())
    points = pd.MultiIndex.from_frame(published[["epoch", "quantity"]])
    measured = smooth.stack(0, future_stack=True).reindex(points)[names]
    values = published["value"].to_numpy()
    off, counts = pd.DataFrame(index=pd.Index(names, name=EXPERIMENT)), {}
    for kind in KINDS:
        chosen = published["quantity"].str.endswith(kind).to_numpy()
        off[kind] = distances(measured[chosen], values[chosen], root_mean_square)
        counts[kind] = len(measured[chosen].dropna())
    table = off.stack(future_stack=True).rename_axis([EXPERIMENT, "kind"])
    table = table.reset_index(name="distance")
    nearest = off.loss == off.loss.min()
    table = table.assign(
        points=table.kind.map(counts), identified=table[EXPERIMENT].map(nearest)
    )
    return table.merge(_ends(curves, published), "left", [EXPERIMENT, "kind"])


def _ends(curves: pd.DataFrame, published: pd.DataFrame) -> pd.DataFrame:
    """Compare the ends of the curves on the validation set with the last published values.

    Args:
        curves, published: as in `lstm_distances`.

    Returns:
        A row per experiment and kind: experiment, kind; seeds; final, the mean over them of
        the median of the last `WINDOW` epochs, final_error, its standard error; published,
        the last value; p_value of a two-sided one-sample t test of the seeds against it, as
        if it were exact. NaN with fewer than two seeds, or without a published value.
    """
    # Imported here, since the import takes longer than the figure that uses this module.
    from scipy.stats import ttest_1samp

    rows = []
    for experiment, of_experiment in curves.groupby(EXPERIMENT, sort=False):
        last = of_experiment.sort_values("epoch").groupby("seed").tail(WINDOW)
        for kind in KINDS:
            theirs = published[published["quantity"] == f"dev_{kind}"]
            if theirs.empty:
                continue
            value = theirs.sort_values("epoch")["value"].iloc[-1]
            ours = last.groupby("seed")[f"dev_{kind}"].median()
            several = len(ours) > 1
            rows.append(
                {
                    EXPERIMENT: experiment,
                    "kind": kind,
                    "seeds": len(ours),
                    "final": ours.mean(),
                    "final_error": ours.sem(),
                    "published": value,
                    "p_value": ttest_1samp(ours, value).pvalue if several else np.nan,
                }
            )
    columns = [
        EXPERIMENT,
        "kind",
        "seeds",
        "final",
        "final_error",
        "published",
        "p_value",
    ]
    return pd.DataFrame(rows, columns=columns)


def lstm_singular_values(spectrum: pd.DataFrame, published: pd.DataFrame) -> pd.DataFrame:
    """Compare singular values of the LSTMs' weights with the published ones.

    Args:
        spectrum: the table sentiment_spectrum.parquet.
        published: the table paper/published_lstm_spectrum.csv.

    Returns:
        A row per experiment and published value: experiment, layer, weight, matrix, index;
        measured (mean over seeds), published, bound (`below` if the published value is an
        upper bound), ratio (measured over published), below (bool).
    """
    point = ["layer", "weight", "matrix", "index"]
    means = spectrum.groupby([EXPERIMENT, *point], as_index=False, sort=False).agg(
        measured=("value", "mean")
    )
    both = means.merge(published.rename(columns={"value": "published"}), on=point)
    return both.assign(
        ratio=both.measured / both.published, below=both.measured < both.published
    )
