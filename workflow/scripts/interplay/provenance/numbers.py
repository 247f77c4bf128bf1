"""Numbers of the article as subjects: the rows that each was computed from, and how."""

from collections.abc import Mapping
from pathlib import Path
from typing import Any

import pandas as pd

from interplay.provenance.graph import Graph
from interplay.provenance.settings import key_that_sets, setter
from interplay.provenance.subject import Subject, input_of, text
from interplay.storage.errors import InputError
from interplay.tables.queries import select


def number_subject(number: pd.Series, path: str, graph: Graph) -> Subject:
    """Return the subject of one row of numbers.csv."""
    query = text(number.rows)
    formula = f"formula: {number.formula}"
    if number.table == "config.yaml":
        notes = [
            f"{number.value}, from the configuration: {'/'.join(_key(number, path, graph))}",
            f"set by {number_source(number, path, graph)}",
            formula,
        ]
        return Subject(number.label, path, rows=pd.DataFrame(), notes=notes)
    table = input_of(Path(number.table).stem, graph.producer(path))
    if table not in graph.producers:
        return Subject(
            number.label,
            path,
            rows=pd.DataFrame(),
            notes=[
                f"{number.value}, from {table}: {query or 'all rows'}",
                formula,
                *_rows_of_source(table, query, graph),
            ],
        )
    found = f"{number.value}, from {number.table}: {query or 'all rows'}"
    rows = select(graph.table(table), query)
    return Subject(number.label, path, table, rows, query, notes=[found, formula])


def _rows_of_source(table: str, query: str, graph: Graph) -> list[str]:
    """Return the rows of a table that the repository has, as text, one a line."""
    try:
        rows = select(graph.table(table), query)
    except InputError as error:
        return [str(error)]
    return [
        f"{table}:{line}: "
        + ", ".join(f"{name} {value}" for name, value in row.items() if pd.notna(value))
        for line, row in rows.iterrows()
    ]


def number_source(number: pd.Series, path: str, graph: Graph) -> str:
    """Return the table of a number of numbers.csv, or what set it in the configuration."""
    if number.table != "config.yaml":
        return number.table
    return setter(_key(number, path, graph), _configuration(path, graph))


def _key(number: pd.Series, path: str, graph: Graph) -> tuple[str, ...]:
    values = _configuration(path, graph)["values"]
    return key_that_sets(text(number.rows).split("/"), values)


def _configuration(path: str, graph: Graph) -> Mapping[str, Any]:
    return graph.configuration_of(graph.producer(path))
