"""Labels of numbers: those that the article's text shows, and the configuration's."""

import re
from collections.abc import Iterable, Iterator, Mapping
from typing import Any

import pandas as pd

COLUMNS = ["label", "value", "table", "rows", "formula"]
"""of numbers.csv"""

PART = r'"[^"]+"|\w[\w-]*'
CALL = re.compile(
    rf'\b(num|pm|num-or-dash|as-percentage)\(("[^"]+"(?:\s*\+\s*(?:{PART}))*)'
)
"""of a function of paper/template.typ that shows the number of a label, and its label"""


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


def labels(source: str, among: Iterable[str]) -> list[str]:
    """Return the labels of the numbers that a text of the paper shows.

    Args:
        source: the text, in Typst. It names a label in quotation marks, or puts it together
            from parts, such as `"sizes/" + task`; a name stands for a part without `/`.
        among: the labels of every number. One with its error has two.
    """
    patterns = {
        "".join(
            re.escape(part[1:-1]) if part.startswith('"') else "[^/]+"
            for part in re.findall(PART, parts)
        )
        + ("(/error)?" if function == "pm" else "")
        for function, parts in re.findall(CALL, source)
    }
    shown = re.compile("|".join(sorted(patterns)))
    return [label for label in among if shown.fullmatch(label)]


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
