"""Labels of numbers: those that the article's text shows, and the configuration's."""

import re
from collections.abc import Iterator, Mapping
from typing import Any

import pandas as pd

COLUMNS = ["label", "value", "table", "rows", "formula"]
"""of numbers.csv"""

SHOW = "num|pm|num-or-dash|as-percentage"
"""functions of paper/template.typ that show the number of a label"""


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
        source: the text, in Typst. A number with its error has two labels.
    """
    shown = re.findall(rf'\b(?:{SHOW})\("([^"]+)"', source)
    errors = [f"{label}/error" for label in re.findall(r'\bpm\("([^"]+)"', source)]
    return list(dict.fromkeys([*shown, *errors]))


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
