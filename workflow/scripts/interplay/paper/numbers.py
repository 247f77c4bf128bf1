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
            curves (sentiment_distance.csv) if the treebank is the real one.
        source: the text, in Typst.
        configuration: of the run.
        readings: the experiment that stands for each task, in each reading.
        set_by: the key of the configuration that sets a number, by label, for numbers that
            are labelled by other names than their keys.

    Returns:
        label, value, table, rows (a query of the table, or a key of the configuration).
    """
    curves = tables.get("curves")
    parts = [
        configured(configuration),
        found(*(tables[name] for name in ("nonlinear", "data", "sentiment", "claims"))),
        compared(tables["rate"], tables["outbreaks"], curves),
        against_published(tables["nonlinear"], tables["published"], readings),
        of_supplement(tables, configuration["nonlinear"]["N"]),
    ]
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
        ("unsettled", "converged and not settled"),
    ):
        count = len(networks.query(query))
        rows.append((f"networks/{name}", count, "nonlinear.csv", query))
    for experiment, query, rows_of in by(networks, "experiment"):
        label = f"networks/{experiment}/fastest g"
        rows.append((label, _fastest_g(rows_of), "nonlinear.csv", query))
    for split, query, rows_of in by(data, "split"):
        values = rows_of[["sentences", "tokens", "types"]].iloc[0]
        rows += labelled(f"data/{split}", values, "sentiment_data.csv", query)
    rows.append(("data/name", lstm.treebank.iloc[0], "sentiment.csv", ""))
    for experiment, query, rows_of in by(lstm, "experiment"):
        means = rows_of[["train_accuracy", "dev_accuracy", "test_accuracy"]].mean()
        rows += labelled(str(experiment), means, "sentiment.csv", query)
    return pd.DataFrame(rows, columns=COLUMNS)


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
        label, value, table, rows (a query of the table).
    """
    rows = _identified(rate)
    for experiment, query, rows_of in by(rate, "experiment"):
        distance = rows_of[["distance", "standard_error"]].iloc[0]
        rows += labelled(f"rate/{experiment}", distance, "rate.csv", query)
    for experiment, query, rows_of in by(outbreaks, "experiment"):
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
    left_out = without_a_seed(rate)
    others = left_out.idxmin() if left_out.size else pd.Series(dtype=float)
    rates = ", ".join(f"{one:g}" for one in sorted(others.unique())) or "none"
    first = nearest.iloc[0]
    distance = first[["distance", "standard_error"]]
    return [
        ("rate/identified", first.learning_rate, "rate.csv", "identified"),
        *labelled("rate/identified", distance, "rate.csv", "identified"),
        ("rate/identified/without_a_seed", rates, "rate.csv", ""),
    ]


def of_supplement(tables: Mapping[str, pd.DataFrame], size: int) -> pd.DataFrame:
    """Return numbers of the supplement's experiments.

    Args:
        tables: training, scaling, cosine and divergence, by name.
        size: N of the networks of Figs 1 and 2.

    Returns:
        label, value, table, rows (a query of the table).
    """
    rows: list[Row] = []
    scaling, cosine = tables["scaling"], tables["cosine"]
    divergence = tables["divergence"]
    for column, strength in product(("experiment", "training"), ("g == 0", "g > 0")):
        name = "without" if strength == "g == 0" else "with"
        for key, query, ways in by(tables["training"].query(strength), column):
            values = {
                "networks": len(ways),
                "converged": int(ways.converged.sum()),
                "final over initial": (ways.final_loss / ways.initial_loss).mean(),
            }
            query = f"{query} and {strength}"
            rows += labelled(f"training/{key}/{name}", values, "training.csv", query)
    query = "role == 'flipflop' and g == 0"
    by_size = scaling.query(query).groupby("N")
    epochs, ranks = by_size.convergence_epoch.mean(), by_size.functional_rank.mean()
    values = {
        "sizes": ", ".join(map(str, epochs.index)),
        "slowdown": epochs.get(epochs.index.min(), np.nan) / epochs.get(size, np.nan),
        "lowest rank": ranks.min(),
        "highest rank": ranks.max(),
    }
    rows += labelled("scaling", values, "scaling.csv", query)
    for number, (_, query, of_g) in enumerate(by(cosine.sort_values("g"), "g")):
        means = of_g[["convergence_epoch", "eigenvalue_re", "eigenvalue_im"]].mean()
        rows += labelled(f"cosine/{number}", means, "cosine.csv", query)
    for name, strength in (("weak", divergence.g.min()), ("strong", divergence.g.max())):
        query = f"zhat == {divergence.zhat.max()} and g == {strength}"
        of_g = divergence.query(query)
        values = {"networks": len(of_g), "diverged": int(of_g.diverged.sum())}
        rows += labelled(f"divergence/{name}", values, "divergence.csv", query)
    return as_table(rows)


def _fastest_g(networks: pd.DataFrame) -> object:
    """Return the g at which an experiment learns fastest, of those without a gap."""
    epochs = networks[networks.complete].groupby("g").convergence_epoch.mean()
    return epochs.idxmin() if len(epochs) else "none"
