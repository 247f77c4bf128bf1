"""Every number that the paper's text shows, with a label and where it comes from."""

from collections.abc import Iterator, Mapping
from itertools import product
from typing import Any

import numpy as np
import pandas as pd

from interplay.claims.identification import without_a_seed
from interplay.paper.labels import COLUMNS

Row = tuple[str, object, str, str]

RATIOS = ("convergence_epoch", "norm_dW")
"""quantities of Fig. 2 that are compared with the published ones as a ratio"""

COMPARED = {
    **{quantity: quantity for quantity in (*RATIOS, "shuffle_loss_ratio")},
    "functional_rank": "functional_rank_rank0",
}
"""published quantities, and columns of nonlinear.csv: the published rank is for a share of
the loss at rank 0"""

CHOSE = {*product(("flipflop", "mante"), RATIOS), ("flipflop", "shuffle_loss_ratio")}
"""tasks and quantities that the choice of the reading rests on"""


def found(
    networks: pd.DataFrame, data: pd.DataFrame, lstm: pd.DataFrame, claims: pd.DataFrame
) -> pd.DataFrame:
    """Return numbers that are counted in, or looked up in, the tables.

    Args:
        networks: nonlinear.csv, with the column `complete`.
        data: sentiment_data.csv.
        lstm: sentiment.csv.
        claims: claims.csv.

    Returns:
        label, value, table, rows (a query of the table).
    """
    rows: list[Row] = []
    for reading, of_reading in claims.groupby("reading", sort=False):
        for verdict in ("holds", "holds partly", "fails", "not tested"):
            query = f"reading == '{reading}' and verdict == '{verdict}'"
            count = len(of_reading.query(query))
            rows.append((f"claims/{reading}/{verdict}", count, "claims.csv", query))
    rows.append(("claims/count", claims.id.nunique(), "claims.csv", ""))
    rows.append(("networks/count", len(networks), "nonlinear.csv", ""))
    for name, query in (
        ("unconverged", "not converged"),
        ("unsettled", "converged and functional_rank.isna()"),
    ):
        count = len(networks.query(query))
        rows.append((f"networks/{name}", count, "nonlinear.csv", query))
    for experiment, query, rows_of in _by(networks, "experiment"):
        label = f"networks/{experiment}/fastest g"
        rows.append((label, _fastest_g(rows_of), "nonlinear.csv", query))
    for split, query, rows_of in _by(data, "split"):
        values = rows_of[["sentences", "tokens", "types"]].iloc[0]
        rows += _labelled(f"data/{split}", values, "sentiment_data.csv", query)
    rows.append(("data/name", lstm.treebank.iloc[0], "sentiment.csv", ""))
    for experiment, query, rows_of in _by(lstm, "experiment"):
        means = rows_of[["train_accuracy", "dev_accuracy", "test_accuracy"]].mean()
        rows += _labelled(str(experiment), means, "sentiment.csv", query)
    return pd.DataFrame(rows, columns=COLUMNS)


def compared(
    rate: pd.DataFrame, outbreaks: pd.DataFrame, curves: pd.DataFrame | None
) -> pd.DataFrame:
    """Return what the comparisons of experiments found.

    Args:
        rate: rate.csv, see `interplay.claims.identification`.
        outbreaks: outbreaks.csv, see `interplay.claims.comparisons`.
        curves: sentiment_distance.csv, see `interplay.sentiment.published`; None for a
            treebank without published curves.

    Returns:
        label, value, table, rows (a query of the table).
    """
    rows = _identified(rate)
    for experiment, query, rows_of in _by(rate, "experiment"):
        for name in ("distance", "standard_error"):
            rows.append(
                (f"rate/{experiment}/{name}", rows_of[name].iloc[0], "rate.csv", query)
            )
    for experiment, query, rows_of in _by(outbreaks, "experiment"):
        share = rows_of.outbreak_share.mean()
        rows.append((f"outbreaks/{experiment}", share, "outbreaks.csv", query))
    for row in [] if curves is None else curves.to_dict("records"):
        query = f"experiment == '{row['experiment']}' and kind == '{row['kind']}'"
        label = f"curves/{row['experiment']}/{row['kind']}"
        rows.append((label, row["distance"], "sentiment_distance.csv", query))
    return pd.DataFrame(rows, columns=COLUMNS)


def _identified(rate: pd.DataFrame) -> list[Row]:
    """Return the rate that is nearest, and the nearest ones without one of the seeds."""
    nearest = rate[rate.identified]
    if nearest.empty:
        return [("rate/identified", "none", "rate.csv", "identified")]
    first = nearest.iloc[0]
    left_out = without_a_seed(rate)
    others = left_out.idxmin() if left_out.size else pd.Series(dtype=float)
    return [
        ("rate/identified", first.learning_rate, "rate.csv", "identified"),
        ("rate/identified/distance", first.distance, "rate.csv", "identified"),
        (
            "rate/identified/standard_error",
            first.standard_error,
            "rate.csv",
            "identified",
        ),
        (
            "rate/identified/without_a_seed",
            ", ".join(f"{one:g}" for one in sorted(others.unique())) or "none",
            "rate.csv",
            "",
        ),
    ]


def against_published(
    networks: pd.DataFrame,
    published: pd.DataFrame,
    readings: Mapping[str, Mapping[str, str]],
) -> pd.DataFrame:
    """Compare the panels of Fig. 2 with the published values.

    The value of published/EXPERIMENT/QUANTITY is the median over g: of measured over
    published for convergence times and norms, else of the size of the difference. Measured
    is the mean over the networks that settled.

    Args:
        networks: nonlinear.csv, with the column `settled`.
        published: paper/published.csv, read off the published Fig. 2.
        readings: the experiment that stands for each task, in each reading.

    Returns:
        label, value, table, rows. published/nearer counts the pairs of task and quantity
        with which the first of two readings has the smaller median deviation, at the g that
        both have, and published/farther those with the larger one. published/test/nearer
        and so on leave out what the choice of the reading rests on.
    """
    settled = networks[networks.settled]
    off: dict[tuple[object, str], pd.Series] = {}
    rows: list[Row] = []
    for (experiment, task), of_experiment in settled.groupby(["experiment", "task"]):
        for quantity, column in COMPARED.items():
            points = published[published.task == task].query("quantity == @quantity")
            means = of_experiment.groupby("g")[column].mean().astype(float)
            compared_at_g = _compared(means, points, quantity in RATIOS).dropna()
            if len(compared_at_g):
                off[experiment, quantity] = compared_at_g
                query = f"experiment == '{experiment}' and settled"
                label = f"published/{experiment}/{quantity}"
                rows.append((label, compared_at_g.median(), "nonlinear.csv", query))
    first, second = list(readings.values())[:2]
    signs: dict[tuple[str, str], float] = {}
    for role, quantity in product(first, COMPARED):
        pair = [(of[role], quantity) for of in (first, second)]
        if pair[0] != pair[1] and off.keys() >= set(pair):
            both = pd.concat([off[key] for key in pair], axis=1)
            both = (np.log(both).abs() if quantity in RATIOS else both).dropna()
            if len(both):
                here, there = both.median()
                signs[role, quantity] = np.sign(here - there)
    test = {key: sign for key, sign in signs.items() if key not in CHOSE}
    for prefix, found_in in ("published", signs), ("published/test", test):
        signed = list(found_in.values())
        counts = {"nearer": signed.count(-1), "farther": signed.count(1)}
        rows += _labelled(prefix, counts, "nonlinear.csv", "")
    return _table(rows)


def _compared(means: pd.Series, points: pd.DataFrame, as_ratio: bool) -> pd.Series:
    """Return means by g over the published values, or the size of the difference.

    Where only the range of the published values is known, it is the distance from this range.
    """
    limits = points.set_index("bound").value.astype(float)
    if "lowest" in limits:
        off = np.maximum(limits["lowest"] - means, means - limits["highest"])
        return off.clip(lower=0)
    exact = points[points.bound == ""].set_index("g").value.astype(float)
    return means / exact if as_ratio else (means - exact).abs()


def of_supplement(tables: Mapping[str, pd.DataFrame], size: int) -> pd.DataFrame:
    """Return numbers of the supplement's experiments.

    Args:
        tables: training, scaling, cosine and divergence, by name.
        size: N of the networks of Figs 1 and 2.

    Returns:
        label, value, table, rows (a query of the table).
    """
    rows: list[Row] = []
    scaling, cosine, divergence = (
        tables[name] for name in ("scaling", "cosine", "divergence")
    )
    for column, strength in product(("experiment", "training"), ("g == 0", "g > 0")):
        name = "without" if strength == "g == 0" else "with"
        for key, query, ways in _by(tables["training"].query(strength), column):
            values = {
                "networks": len(ways),
                "converged": int(ways.converged.sum()),
                "final over initial": (ways.final_loss / ways.initial_loss).mean(),
            }
            query = f"{query} and {strength}"
            rows += _labelled(f"training/{key}/{name}", values, "training.csv", query)
    query = "role == 'flipflop' and g == 0"
    by_size = scaling.query(query).groupby("N")
    epochs, ranks = by_size.convergence_epoch.mean(), by_size.functional_rank.mean()
    values = {
        "sizes": ", ".join(map(str, epochs.index)),
        "slowdown": epochs.get(epochs.index.min(), np.nan) / epochs.get(size, np.nan),
        "lowest rank": ranks.min(),
        "highest rank": ranks.max(),
    }
    rows += _labelled("scaling", values, "scaling.csv", query)
    for number, (_, query, of_g) in enumerate(_by(cosine.sort_values("g"), "g")):
        means = of_g[["convergence_epoch", "eigenvalue_re", "eigenvalue_im"]].mean()
        rows += _labelled(f"cosine/{number}", means, "cosine.csv", query)
    for name, strength in (("weak", divergence.g.min()), ("strong", divergence.g.max())):
        query = f"zhat == {divergence.zhat.max()} and g == {strength}"
        of_g = divergence.query(query)
        values = {"networks": len(of_g), "diverged": int(of_g.diverged.sum())}
        rows += _labelled(f"divergence/{name}", values, "divergence.csv", query)
    return _table(rows)


def lstm_spectra(spectrum: pd.DataFrame, published: pd.DataFrame) -> pd.DataFrame:
    """Compare singular values of the LSTM's weights with the published ones.

    Args:
        spectrum: sentiment_spectrum.parquet, of the real treebank.
        published: paper/published_lstm_spectrum.csv.

    Returns:
        label, value, table, rows: for each experiment, median, min and max of measured over
        published, and how many of the published bounds are met (below, of bounds).
    """
    rows: list[Row] = []
    key = ["layer", "weight", "matrix", "index"]
    for experiment, query, of_experiment in _by(spectrum, "experiment"):
        means = of_experiment.groupby(key, as_index=False)["value"].mean()
        both = published.merge(means, on=key, suffixes=("_published", ""))
        ratios = both["value"] / both["value_published"]
        of_exact = ratios[both["bound"] == ""].agg(["median", "min", "max"])
        below = ratios[both["bound"] == "below"] < 1
        values = of_exact.to_dict() | {"bounds": len(below), "below": int(below.sum())}
        table = "sentiment_spectrum.parquet"
        rows += _labelled(f"spectrum/{experiment}", values, table, query)
    return _table(rows)


def _by(table: pd.DataFrame, column: str) -> Iterator[tuple[Any, str, pd.DataFrame]]:
    """Yield each value of a column, the query of its rows, and the rows."""
    for key, rows in table.groupby(column, sort=False):
        value = f"'{key}'" if isinstance(key, str) else key
        yield key, f"{column} == {value}", rows


def _labelled(
    prefix: str, values: Mapping[Any, object] | pd.Series, table: str, query: str
) -> list[Row]:
    """Return the rows of values that share a prefix, a table and a query."""
    return [(f"{prefix}/{name}", value, table, query) for name, value in values.items()]


def _table(rows: list[Row]) -> pd.DataFrame:
    """Return rows as a table, without those that have no value."""
    return pd.DataFrame(rows, columns=COLUMNS).dropna(subset="value")


def _fastest_g(networks: pd.DataFrame) -> object:
    """Return the g at which an experiment learns fastest, of those without a gap."""
    epochs = networks[networks.complete].groupby("g").convergence_epoch.mean()
    return epochs.idxmin() if len(epochs) else "none"
