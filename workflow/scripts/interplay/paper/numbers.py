"""Every number that the paper's text shows, with a label and where it comes from."""

from collections.abc import Mapping
from itertools import product
from typing import Any

import numpy as np
import pandas as pd

from interplay.paper.labels import (
    COLUMNS,
    Row,
    as_table,
    by,
    configured,
    labelled,
    labels,
)
from interplay.paper.published import against_published, lstm_spectra
from interplay.tables.published import without_a_seed
from interplay.tables.queries import select

COUNT, FIRST, MEAN = "number of rows", "first value of {}", "mean of {}"
SPREAD = "standard deviation of {}"
"""formulas of numbers; `{}` is a column"""

FASTEST = (
    "g with the smallest mean of convergence_epoch, among the rows where complete; none "
    "without such rows"
)
NEAREST_WITHOUT = (
    "values of learning_rate with the smallest mean of |log(measured / published)|, when one "
    "seed is left out, for each seed in turn; measured is the mean over the other seeds"
)

DATA = [
    "sentences", "tokens", "types", "types_without_vector", "tokens_without_vector",
    "vectors_file", "vectors_sha256", "vectors_in_file",
]  # fmt: skip
"""columns of sentiment_data.csv"""

LSTM = [
    *(f"{split}_accuracy" for split in ("train", "dev", "test")), "dev_accuracy_median",
    "sufficient_rank_W", "lasting_rank_W", "sufficient_rank_dW", "lasting_rank_dW",
    "sufficient_share_W", "lasting_share_dW",
]  # fmt: skip
"""columns of sentiment.csv; tables of older runs lack some"""

ENDS = ["seeds", "final", "final_error", "published", "p_value"]
"""columns of sentiment_distance.csv, which tables of older runs lack"""

CHECKED = "functional_rank.notna() and functional_rank_check.notna()"
MOVED = f"{CHECKED} and functional_rank != functional_rank_check"
"""queries of nonlinear.csv: ranks that other trials checked, and those that they moved"""


def collect(
    tables: Mapping[str, pd.DataFrame],
    source: str,
    configuration: Mapping[str, Any],
    readings: Mapping[str, Mapping[str, str]],
    set_by: Mapping[str, str],
) -> pd.DataFrame:
    """Return the numbers that the paper's text shows: the table numbers.csv.

    Args:
        tables: nonlinear, data, sentiment, spectrum, claims, rate, outbreaks, training,
            scaling, cosine, divergence, published and published_spectrum, by name; with
            curves (sentiment_distance.csv) if the treebank is the real one, and agreement,
            which older runs lack.
        source: the text, in Typst.
        configuration: of the run.
        readings: the experiment that stands for each task, in each reading.
        set_by: the key of the configuration that sets a number, by label, for numbers that
            are labelled by other names than their keys.

    Returns:
        label, value, table, rows (a query of the table, or a key of the configuration),
        formula (how the value was computed from these rows).
    """
    curves = tables.get("curves")
    parts = [
        configured(configuration),
        found(*(tables[name] for name in ("nonlinear", "data", "sentiment", "claims"))),
        compared(tables["rate"], tables["outbreaks"], curves),
        against_published(tables["nonlinear"], tables["published"], readings),
        of_supplement(tables, configuration["nonlinear"]["N"]),
    ]
    if "agreement" in tables:
        parts.append(agreement(tables["agreement"]))
    # Published curves and spectra are those of the real treebank.
    if curves is not None:
        parts.append(lstm_spectra(tables["spectrum"], tables["published_spectrum"]))
    numbers = pd.concat(parts, ignore_index=True)
    numbers = numbers[numbers.label.isin(labels(source))]
    return numbers.assign(rows=numbers.label.map(set_by).fillna(numbers.rows))


def found(
    networks: pd.DataFrame, data: pd.DataFrame, lstm: pd.DataFrame, claims: pd.DataFrame
) -> pd.DataFrame:
    """Return numbers that are counted in, or looked up in, the tables.

    Args:
        networks: nonlinear.csv.
        data: sentiment_data.csv.
        lstm: sentiment.csv.
        claims: claims.csv.

    Returns:
        label, value, table, rows (a query of the table), formula.
    """
    rows: list[Row] = []
    # Tables of older runs lack the column.
    apart = " and about == 'result'" if "about" in claims else ""
    for reading, of_reading in claims.groupby("reading", sort=False):
        for verdict in ("holds", "holds partly", "fails", "not tested"):
            query = f"reading == '{reading}' and verdict == '{verdict}'{apart}"
            count = len(of_reading.query(query))
            label = f"claims/{reading}/{verdict}"
            rows.append((label, count, "claims.csv", query, COUNT))
    different = "number of different values of id"
    rows.append(("claims/count", claims.id.nunique(), "claims.csv", "", different))
    for name, query in (
        ("count", ""),
        ("unconverged", "not converged"),
        ("unsettled", "converged and not settled"),
    ):
        count = len(networks.query(query) if query else networks)
        rows.append((f"networks/{name}", count, "nonlinear.csv", query, COUNT))
    if "functional_rank_check" in networks:
        for name, query in (("checked", CHECKED), ("moved", MOVED)):
            count = len(select(networks, query))
            rows.append((f"ranks/{name}", count, "nonlinear.csv", query, COUNT))
    for experiment, query, rows_of in by(networks, "experiment"):
        label, fastest = f"networks/{experiment}/fastest g", _fastest_g(rows_of)
        rows.append((label, fastest, "nonlinear.csv", query, FASTEST))
    for split, query, rows_of in by(data, "split"):
        # Tables of older runs lack the columns on the file of word vectors.
        values = rows_of.iloc[0].reindex(DATA).dropna()
        rows += labelled(f"data/{split}", values, "sentiment_data.csv", query, FIRST)
    name = lstm.treebank.iloc[0]
    rows.append(("data/name", name, "sentiment.csv", "", FIRST.format("treebank")))
    for experiment, query, rows_of in by(lstm, "experiment"):
        rows.append((f"{experiment}/count", len(rows_of), "sentiment.csv", query, COUNT))
        values = rows_of[[name for name in LSTM if name in rows_of]]
        rows += labelled(str(experiment), values.mean(), "sentiment.csv", query, MEAN)
        spread = f"{experiment}/spread", values.std().dropna()
        rows += labelled(*spread, "sentiment.csv", query, SPREAD)
    return pd.DataFrame(rows, columns=COLUMNS)


def agreement(points: pd.DataFrame) -> pd.DataFrame:
    """Return how many points of the published Fig. 2 agree with ours, by reading.

    Args:
        points: agreement.csv.

    Returns:
        label, value, table, rows (a query of the table), formula.
    """
    rows: list[Row] = []
    panels = [name for name in points.id.unique() if name.startswith("Fig. 2")]
    for reading in points.reading.unique():
        query = f"reading == '{reading}' and id in {panels}"
        agrees = f"{query} and agreement == 'agrees'"
        for name, one in (("points", query), ("agrees", agrees)):
            label = f"agreement/{reading}/{name}"
            rows.append((label, len(points.query(one)), "agreement.csv", one, COUNT))
    return as_table(rows)


def compared(
    rate: pd.DataFrame, outbreaks: pd.DataFrame, curves: pd.DataFrame | None
) -> pd.DataFrame:
    """Return what the comparisons of experiments found.

    Args:
        rate: rate.csv, see `interplay.tables.comparisons`.
        outbreaks: outbreaks.csv, see `interplay.tables.comparisons`.
        curves: sentiment_distance.csv, see `interplay.tables.published`; None for a
            treebank without published curves.

    Returns:
        label, value, table, rows (a query of the table), formula.
    """
    rows = _identified(rate)
    for experiment, query, rows_of in by(rate, "experiment"):
        distance = rows_of[["distance", "standard_error"]].iloc[0]
        rows += labelled(f"rate/{experiment}", distance, "rate.csv", query, FIRST)
    for experiment, query, rows_of in by(outbreaks[outbreaks.shared_g], "experiment"):
        query += " and shared_g"
        share = rows_of.outbreak_share.mean()
        formula = MEAN.format("outbreak_share")
        rows.append((f"outbreaks/{experiment}", share, "outbreaks.csv", query, formula))
    for row in [] if curves is None else curves.to_dict("records"):
        query = f"experiment == '{row['experiment']}' and kind == '{row['kind']}'"
        label = f"curves/{row['experiment']}/{row['kind']}"
        value, formula = row["distance"], FIRST.format("distance")
        rows.append((label, value, "sentiment_distance.csv", query, formula))
        ends = pd.Series(row).reindex(ENDS).dropna()
        rows += labelled(label, ends, "sentiment_distance.csv", query, FIRST)
    return pd.DataFrame(rows, columns=COLUMNS)


def _identified(rate: pd.DataFrame) -> list[Row]:
    """Return the rate that is nearest, and the nearest ones without one of the seeds."""
    nearest = rate[rate.identified]
    table, query = "rate.csv", "identified"
    if nearest.empty:
        return [
            ("rate/identified", "none", table, query, "none, since no row is identified")
        ]
    left_out = without_a_seed(rate)
    others = left_out.idxmin() if left_out.size else pd.Series(dtype=float)
    rates = ", ".join(f"{one:g}" for one in sorted(others.unique())) or "none"
    first = nearest.iloc[0]
    distance = first[["distance", "standard_error"]]
    identified, formula = first.learning_rate, FIRST.format("learning_rate")
    return [
        ("rate/identified", identified, table, query, formula),
        *labelled("rate/identified", distance, table, query, FIRST),
        ("rate/identified/without_a_seed", rates, table, "", NEAREST_WITHOUT),
    ]


def of_supplement(tables: Mapping[str, pd.DataFrame], size: int) -> pd.DataFrame:
    """Return numbers of the supplement's experiments.

    Args:
        tables: training, scaling, cosine and divergence, by name.
        size: N of the networks of Figs 1 and 2.

    Returns:
        label, value, table, rows (a query of the table), formula.
    """
    rows: list[Row] = []
    cosine, divergence = tables["cosine"], tables["divergence"]
    formulas = {
        "networks": COUNT,
        "converged": "number of rows where converged",
        "final over initial": "mean of final_loss / initial_loss",
    }
    for column, strength in product(("experiment", "training"), ("g == 0", "g > 0")):
        name = "without" if strength == "g == 0" else "with"
        for key, query, ways in by(tables["training"].query(strength), column):
            values = {
                "networks": len(ways),
                "converged": int(ways.converged.sum()),
                "final over initial": (ways.final_loss / ways.initial_loss).mean(),
            }
            query, prefix = f"{query} and {strength}", f"training/{key}/{name}"
            rows += labelled(prefix, values, "training.csv", query, formulas)
    rows += _of_sizes(tables["scaling"], size)
    for number, (_, query, of_g) in enumerate(by(cosine.sort_values("g"), "g")):
        means = of_g[["convergence_epoch", "eigenvalue_re", "eigenvalue_im"]].mean()
        rows += labelled(f"cosine/{number}", means, "cosine.csv", query, MEAN)
    formulas = {"networks": COUNT, "diverged": "number of rows where diverged"}
    for name, strength in (("weak", divergence.g.min()), ("strong", divergence.g.max())):
        query = f"zhat == {divergence.zhat.max()} and g == {strength}"
        of_g = divergence.query(query)
        values = {"networks": len(of_g), "diverged": int(of_g.diverged.sum())}
        rows += labelled(f"divergence/{name}", values, "divergence.csv", query, formulas)
    return as_table(rows)


def _of_sizes(scaling: pd.DataFrame, size: int) -> list[Row]:
    """Return how time and rank of the flip-flop change with N, at g = 0."""
    query = "role == 'flipflop' and g == 0"
    by_size = scaling.query(query).groupby("N")
    epochs, ranks = by_size.convergence_epoch.mean(), by_size.functional_rank.mean()
    values = {
        "sizes": ", ".join(map(str, epochs.index)),
        "slowdown": epochs.get(epochs.index.min(), np.nan) / epochs.get(size, np.nan),
        "lowest rank": ranks.min(),
        "highest rank": ranks.max(),
    }
    formulas = {
        "sizes": "different values of N",
        "slowdown": "mean of convergence_epoch over the rows with the smallest N, divided "
        f"by its mean over the rows with N = {size}",
        "lowest rank": "smallest of the means of functional_rank for each N",
        "highest rank": "largest of the means of functional_rank for each N",
    }
    return labelled("scaling", values, "scaling.csv", query, formulas)


def _fastest_g(networks: pd.DataFrame) -> object:
    """Return the g at which an experiment learns fastest, of those without a gap."""
    epochs = networks[networks.complete].groupby("g").convergence_epoch.mean()
    return epochs.idxmin() if len(epochs) else "none"
