"""Labels of numbers: those that the article's text shows, and the configuration's."""

import re
from collections.abc import Iterator, Mapping
from typing import Any

import pandas as pd

COLUMNS = ["label", "value", "table", "rows", "formula"]
"""of numbers.csv"""

Row = tuple[str, object, str, str, str]
"""label, value, table, query of the table, formula in words"""


def configured(configuration: Mapping[str, Any]) -> pd.DataFrame:
    """Return the leaves of a configuration, labelled by their path.

    A list of values has also its count, first and last, under `label/count` and so on.

    Returns:
        label, value, table (always config.yaml), rows (the key), formula.
    """
    rows = [
        (label, value, "config.yaml", label, formula)
        for label, value, formula in _leaves(configuration, "")
    ]
    return pd.DataFrame(rows, columns=COLUMNS)


def labels(source: str) -> list[str]:
    """Return the labels of the numbers that a text of the paper shows.

    Args:
        source: the text, in Typst.
    """
    shows = r'\b(?:num|num-or-dash|plus-minus|as-percentage)\("([^"]+)"'
    found = re.findall(shows, source)
    return list(dict.fromkeys(found))


def by(table: pd.DataFrame, column: str) -> Iterator[tuple[Any, str, pd.DataFrame]]:
    """Yield each value of a column, the query of its rows, and the rows."""
    for key, rows in table.groupby(column, sort=False):
        value = f"'{key}'" if isinstance(key, str) else key
        yield key, f"{column} == {value}", rows


def labelled(
    prefix: str,
    values: Mapping[Any, object] | pd.Series,
    table: str,
    query: str,
    formula: str | Mapping[str, str],
) -> list[Row]:
    """Return the rows of values that share a prefix, a table and a query.

    Args:
        prefix: of the labels; the name of a value follows it.
        values: by name.
        table: file name of the table that they were computed from.
        query: that selects its rows.
        formula: how each value was computed, by name; or one for all of them, in which `{}`
            becomes the name.
    """
    rows = []
    for name, value in values.items():
        words = formula.format(name) if isinstance(formula, str) else formula[name]
        rows.append((f"{prefix}/{name}", value, table, query, words))
    return rows


def as_table(rows: list[Row]) -> pd.DataFrame:
    """Return rows as a table, without those that have no value."""
    return pd.DataFrame(rows, columns=COLUMNS).dropna(subset="value")


def _leaves(node: Any, label: str) -> Iterator[tuple[str, object, str]]:
    if isinstance(node, Mapping):
        for key, value in node.items():
            yield from _leaves(value, f"{label}/{key}" if label else str(key))
    elif isinstance(node, list) and node and isinstance(node[0], Mapping):
        for number, value in enumerate(node):
            yield from _leaves(value, f"{label}/{number}")
    elif isinstance(node, list):
        yield label, ", ".join(map(str, node)), "the values of the list"
        yield f"{label}/count", len(node), "number of values in the list"
        yield f"{label}/first", node[0], "first value of the list"
        yield f"{label}/last", node[-1], "last value of the list"
    else:
        yield label, node, "the value"
