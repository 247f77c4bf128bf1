"""Find what a name stands for: a panel, a claim, a number, a row or a file."""

import json
import re
from collections.abc import Iterator
from math import isfinite
from pathlib import Path

import pandas as pd

from interplay.figures.panels import Panel
from interplay.provenance.graph import FIRST_LINE, Graph
from interplay.provenance.identity import short_id
from interplay.provenance.numbers import number_subject
from interplay.provenance.receipts import Receipt
from interplay.provenance.subject import Subject, input_of, text
from interplay.storage.errors import InputError
from interplay.tables.queries import select
from interplay.tables.readings import in_reading


def find(name: str, graph: Graph) -> Subject:
    """Find what a name stands for.

    Args:
        name: a panel (fig2c, romo/overview:a), a figure (fig2) or the id in a figure's
            metadata; a claim's id, with `:READING` for another reading than the first; a
            number's label in the paper; a row of a table (nonlinear.csv:12, the header
            being line 1); a file.
        graph: the receipts.

    Raises:
        InputError: the name is none of these.
    """
    for found in (
        _panel(name, graph),
        _figure(name, graph),
        _claim(name, graph),
        _number(name, graph),
        _row(name, graph),
    ):
        if found is not None:
            return found
    return Subject(title=name, path=_path(name, graph))


def _panel(name: str, graph: Graph) -> Subject | None:
    match = re.fullmatch(r"(.+?):?([a-z])", name)
    if not match or match[1] not in graph.figures:
        return None
    figure, letter = match.groups()
    panels = panels_of(graph.figures[figure])
    return panel_subject(figure, letter, graph) if letter in panels else None


def panels_of(receipt: Receipt) -> dict[str, Panel]:
    """Return the panels of a figure by letter, as its job said when it drew them.

    Raises:
        InputError: the job did not say so.
    """
    try:
        return {
            letter: Panel(**panel | {"columns": tuple(panel["columns"])})
            for letter, panel in receipt.said["panels"].items()
        }
    except (KeyError, TypeError, AttributeError):
        raise InputError(
            f"receipt of {next(iter(receipt.outputs))}: expected the panels of a figure, "
            "found none"
        ) from None


def panel_subject(figure: str, letter: str, graph: Graph) -> Subject:
    """Return the subject of one panel of a figure."""
    receipt = graph.figures[figure]
    parameters = receipt.parameters
    panel = panels_of(receipt)[letter]
    path = next(path for path in receipt.inputs if Path(path).name == panel.table)
    options = parameters["options"].items()
    return Subject(
        title=f"{figure}{'' if figure[-1].isdigit() else ':'}{letter}: {panel.shows}",
        path=next(iter(receipt.outputs)),
        table=path,
        rows=panel.select(graph.table(path), **parameters["options"]),
        query=panel.rows,
        columns=panel.columns,
        notes=[f"{key} = {json.dumps(value)}" for key, value in options],
    )


def _figure(name: str, graph: Graph) -> Subject | None:
    if name in graph.figures:
        return Subject(name, next(iter(graph.figures[name].outputs)))
    for receipt in graph.receipts:
        path = next(iter(receipt.outputs))
        if name in (receipt.rule, short_id(Path(path).stem, receipt.inputs_hash)):
            return Subject(name, path)
    return None


def _claim(name: str, graph: Graph) -> Subject | None:
    path = f"{graph.results}/tables/claims.csv"
    if path not in graph.producers:
        return None
    identifier, _, reading = name.partition(":")
    claims = graph.table(path)
    found = claims[claims.id == identifier]
    found = found[found.reading == reading] if reading else found
    return claim_subject(found.iloc[0], path, graph) if len(found) else None


def claim_subject(claim: pd.Series, path: str, graph: Graph) -> Subject:
    """Return the subject of one row of claims.csv."""
    title = f"{claim.id}, reading {claim.reading}"
    notes = [
        f"{claim['where']}: {claim.claim}",
        f"agreement with the published value: {claim.agreement}",
        *_comparison(claim),
        f"verdict: {claim.verdict}",
    ]
    if cause := text(claim.cause):
        notes.append(f"cause: {cause}")
    if reason := text(claim.reason):
        notes.append(f"reason: {reason}")
    if not text(claim.tables):
        return Subject(title, path, rows=pd.DataFrame(), notes=notes)
    evaluated = graph.producer(path)
    table = input_of(claim.tables, evaluated)
    readings = evaluated.parameters["readings"]
    if (key := (table, claim.reading)) not in graph.of_readings:
        graph.of_readings[key] = in_reading(graph.table(table), readings[claim.reading])
    rows = select(graph.of_readings[key], text(claim.rows))
    if claim.parts:
        part = f" ({claim.part})" if text(claim.part) else ""
        notes.append(
            f"{claim.quantity}: expected {claim.expected}; measured "
            f"{_measured(claim, rows)}{part}; "
            f"{claim.met} of {claim.parts} parts as expected"
        )
    notes += _reasons(claim, evaluated, graph)
    return Subject(
        title=title,
        path=path,
        table=table,
        rows=rows,
        query=text(claim.rows),
        notes=notes,
    )


def _comparison(claim: pd.Series) -> Iterator[str]:
    """Yield what a claim's agreement rests on, and the published figure's own verdict."""
    if claim.comparable:
        part = f" ({claim.compared_part})" if text(claim.compared_part) else ""
        yield (
            f"compared{part}: {claim.compared:.4g}, standard error "
            f"{_error(claim.standard_error)}; published {claim.published:.4g}, reading "
            f"error {_error(claim.reading_error)}, {claim.source}; {claim.agreeing} of "
            f"{claim.comparable} parts agree"
        )
    if verdict := text(claim.published_verdict):
        yield f"the same criterion on the published values: {verdict}"


def _error(value: float) -> str:
    return f"{value:.2g}" if isfinite(value) else "not known"


def _measured(claim: pd.Series, rows: pd.DataFrame) -> str:
    """Return the measured value of a claim, and the seeds that it is of."""
    value = f"{claim.measured:.4g}"
    if pd.isna(claim.spread):
        if "seed" not in rows:
            return f"{value}, from all rows together"
        return f"{value}, from all seeds together ({rows.seed.nunique()})"
    if claim.seeds == 1:
        return f"{value} with 1 seed"
    if not isfinite(claim.spread):
        return f"{value} over {claim.seeds} seeds"
    return f"{value} ± {claim.spread:.2g} over {claim.seeds} seeds"


def _reasons(claim: pd.Series, evaluated: Receipt, graph: Graph) -> Iterator[str]:
    """Yield the reasons for a claim's verdict, with the measurement of each."""
    path = f"{graph.results}/tables/explanations.csv"
    if path not in evaluated.outputs:
        return
    reasons = graph.table(path)
    here = (reasons.id == claim.id) & (reasons.reading == claim.reading) & reasons.shown
    for _, one in reasons[here].iterrows():
        yield (
            f"reason: {one.text} Expected {one.expected}; measured {one.measured:.4g}, "
            f"from {input_of(one.tables, evaluated)}: {text(one.rows) or 'all rows'}"
        )


def _number(name: str, graph: Graph) -> Subject | None:
    path = f"{graph.results}/tables/numbers.csv"
    if path not in graph.producers:
        return None
    numbers = graph.table(path)
    found = numbers[numbers.label == name]
    return number_subject(found.iloc[0], path, graph) if len(found) else None


def _row(name: str, graph: Graph) -> Subject | None:
    file, _, line = name.rpartition(":")
    if not line.isdigit():
        return None
    path = _path(file, graph)
    table = graph.table(path)
    last = len(table) + FIRST_LINE - 1
    if not FIRST_LINE <= int(line) <= last:
        raise InputError(
            f"{name}: expected a line from {FIRST_LINE} to {last}, found {line}; line 1 "
            "is the header"
        )
    rows = table.loc[[int(line)]]
    return Subject(f"line {line} of {path}", path, path, rows, f"line {line}")


def _path(name: str, graph: Graph) -> str:
    results = graph.results
    for path in (name, f"{results}/{name}", f"{results}/tables/{name}"):
        if path in graph.producers:
            return path
    raise InputError(
        f"{name}: expected a panel (fig2c), a figure, a claim's id, a number's label, a row "
        "of a table (nonlinear.csv:12) or a file with a receipt, found none of these"
    )
