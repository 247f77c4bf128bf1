"""Labels of numbers: those that the article's text shows, and the configuration's."""

import re
from collections.abc import Iterator, Mapping
from typing import Any

import pandas as pd

COLUMNS = ["label", "value", "table", "rows"]
"""of numbers.csv"""


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
    shows = r'\b(?:num|num-or-dash|plus-minus|as-percentage)\("([^"]+)"'
    found = re.findall(shows, source)
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
