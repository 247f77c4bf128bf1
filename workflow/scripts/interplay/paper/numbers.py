"""Every number that the paper's text shows, with a label and where it comes from."""

import re
from collections.abc import Iterator, Mapping
from typing import Any

import pandas as pd

COLUMNS = ["label", "value", "table", "rows"]


def configured(configuration: Mapping[str, Any]) -> pd.DataFrame:
    """Return the leaves of a configuration, labelled by their path.

    A list of values has also its count, first and last, under `label/count` and so on.

    Returns:
        label, value, table (always config.yaml), rows (the key).
    """
    rows = [
        {"label": label, "value": value, "table": "config.yaml", "rows": label}
        for label, value in _leaves(configuration, "")
    ]
    return pd.DataFrame(rows, columns=COLUMNS)


def labels(source: str) -> list[str]:
    """Return the labels of the numbers that a text of the paper shows.

    Args:
        source: the text, in Typst.
    """
    found = re.findall(r'\b(?:num|as-percentage)\("([^"]+)"', source)
    return list(dict.fromkeys(found))


def _leaves(node: Any, label: str) -> Iterator[tuple[str, object]]:
    if isinstance(node, Mapping):
        for key, value in node.items():
            yield from _leaves(value, f"{label}/{key}" if label else str(key))
    elif isinstance(node, list) and node and isinstance(node[0], Mapping):
        for number, value in enumerate(node):
            yield from _leaves(value, f"{label}/{number}")
    elif isinstance(node, list):
        yield label, ", ".join(map(str, node))
        ends = {"count": len(node), "first": node[0], "last": node[-1]}
        yield from ((f"{label}/{name}", value) for name, value in ends.items())
    else:
        yield label, node


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
    rows: list[tuple[str, object, str, str]] = []
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
    for experiment, rows_of in networks.groupby("experiment", sort=False):
        query = f"experiment == '{experiment}'"
        rows += [
            (f"networks/{experiment}/{name}", value, "nonlinear.csv", query)
            for name, value in _of_experiment(rows_of).items()
        ]
    for split in data.to_dict("records"):
        query = f"split == '{split['split']}'"
        for column in ("sentences", "tokens", "types"):
            label = f"data/{split['split']}/{column}"
            rows.append((label, split[column], "sentiment_data.csv", query))
    rows.append(("data/name", lstm.treebank.iloc[0], "sentiment.csv", ""))
    for experiment, rows_of in lstm.groupby("experiment", sort=False):
        query = f"experiment == '{experiment}'"
        for column in ("train_accuracy", "dev_accuracy", "test_accuracy"):
            mean = rows_of[column].mean()
            rows.append((f"{experiment}/{column}", mean, "sentiment.csv", query))
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
    rows: list[tuple[str, object, str, str]] = []
    nearest = rate[rate.identified]
    value = nearest.learning_rate.iloc[0] if len(nearest) else "none"
    rows.append(("rate/identified", value, "rate.csv", "identified"))
    for experiment, of_experiment in rate.groupby("experiment", sort=False):
        query = f"experiment == '{experiment}'"
        distance = of_experiment.distance.iloc[0]
        rows.append((f"rate/{experiment}/distance", distance, "rate.csv", query))
    for experiment, of_experiment in outbreaks.groupby("experiment", sort=False):
        query = f"experiment == '{experiment}'"
        share = of_experiment.outbreak_share.mean()
        rows.append((f"outbreaks/{experiment}", share, "outbreaks.csv", query))
    for row in [] if curves is None else curves.to_dict("records"):
        query = f"experiment == '{row['experiment']}' and kind == '{row['kind']}'"
        label = f"curves/{row['experiment']}/{row['kind']}"
        rows.append((label, row["distance"], "sentiment_distance.csv", query))
    return pd.DataFrame(rows, columns=COLUMNS)


def _of_experiment(networks: pd.DataFrame) -> Mapping[str, object]:
    """Return where an experiment learns fastest, and which g have networks left out."""
    complete = networks[networks.complete]
    left_out = sorted(set(networks.g) - set(complete.g))
    found: dict[str, object] = {"left out": ", ".join(map(str, left_out)) or "none"}
    epochs = complete.groupby("g").convergence_epoch.mean()
    if len(epochs):
        found |= {"fastest g": epochs.idxmin(), "fewest epochs": epochs.min()}
    else:
        found |= {"fastest g": "none", "fewest epochs": "none"}
    return found
