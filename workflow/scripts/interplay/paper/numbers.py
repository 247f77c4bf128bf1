"""Every number that the paper's text shows, with a label and where it comes from."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from itertools import product
from pathlib import Path
from typing import Any

import pandas as pd

from interplay.configuration.files import read_yaml
from interplay.configuration.schema import problems
from interplay.paper.formulas import evaluate
from interplay.paper.labels import COLUMNS, configured, labels
from interplay.storage.errors import InputError
from interplay.tables.queries import select


@dataclass(frozen=True)
class Number:
    """A number of the text: rows of a table, and how they become one value."""

    label: str
    table: str
    """name of its file"""
    rows: str
    """a query, see `interplay.tables.queries`; all rows if empty"""
    formula: str
    """see `interplay.paper.formulas`"""


def read_numbers(path: str | Path, schema: Mapping[str, Any]) -> list[Number]:
    """Read the definitions of the article's numbers.

    Args:
        path: the file paper/numbers.yaml.
        schema: that it has to fit, workflow/schemas/numbers.schema.yaml.

    Returns:
        One number for each label; an entry with `for` defines one for each combination of
        what its names stand for.

    Raises:
        InputError: the file does not fit the schema, or defines a label twice.
    """
    entries = read_yaml(path)
    for place, problem in problems(entries, schema):
        raise InputError(f"{path}: {place}: {problem}")
    numbers = [
        number
        for label, entry in entries["numbers"].items()
        for number in _expanded(label, entry)
    ]
    seen: set[str] = set()
    for number in numbers:
        if number.label in seen:
            raise InputError(
                f"{path}: numbers: expected each label once, found {number.label} twice"
            )
        seen.add(number.label)
    return numbers


def _expanded(label: str, entry: Mapping[str, Any]) -> Iterator[Number]:
    names = entry.get("for", {})
    for combination in product(*names.values()):
        words = dict(zip(names, combination, strict=True))
        meanings = {
            name: meaning[words[name]] if isinstance(meaning, Mapping) else words[name]
            for name, meaning in names.items()
        }
        yield Number(
            label.format(**words),
            entry["table"],
            entry.get("rows", "").format(**meanings),
            entry["value"].format(**meanings),
        )


def collect(
    tables: Mapping[str, pd.DataFrame],
    numbers: list[Number],
    source: str,
    configuration: Mapping[str, Any],
    set_by: Mapping[str, str],
) -> pd.DataFrame:
    """Return the numbers that the paper's text shows: the table numbers.csv.

    Args:
        tables: by the names of their files. A table that the run does not make is missing,
            and so are its numbers.
        numbers: how to compute those that are not of the configuration.
        source: the text, in Typst.
        configuration: of the run.
        set_by: the key of the configuration that sets a number, by label, for numbers that
            are labelled by other names than their keys.

    Returns:
        label, value, table, rows (a query of the table, or a key of the configuration),
        formula (how the value was computed from these rows).

    Raises:
        InputError: a query or formula does not fit its table.
    """
    found = configured(configuration).to_numpy().tolist()
    every = [label for label, *_ in found] + [one.label for one in numbers]
    shown = set(labels(source, every))
    for one in numbers:
        if one.label in shown and one.table in tables:
            value = _value(one, tables[one.table])
            if value is not None:
                found.append([one.label, value, one.table, one.rows, one.formula])
    collected = pd.DataFrame(found, columns=COLUMNS)
    collected = collected[collected.label.isin(shown)].reset_index(drop=True)
    return collected.assign(rows=collected.label.map(set_by).fillna(collected.rows))


def _value(number: Number, table: pd.DataFrame) -> object:
    try:
        return evaluate(number.formula, select(table, number.rows))
    except InputError as error:
        raise InputError(f"paper/numbers.yaml: {number.label}: {error}") from None
