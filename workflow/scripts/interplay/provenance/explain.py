"""The way back: from a panel, a claim, a row or a file to the runs, code and inputs."""

import json
import shlex
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from functools import cached_property
from pathlib import Path
from typing import Any

import pandas as pd

from interplay.figures.fig2 import PANELS
from interplay.nonlinear.settled import with_complete
from interplay.provenance.identity import short_id
from interplay.provenance.receipts import NAME, Receipt, producers_of, read_receipts
from interplay.storage.errors import InputError
from interplay.storage.tables import read_table

RUN_KEYS = ("task", "hold", "g", "seed")
"""columns that say which run a row is of"""

ROWS_SHOWN = 12


@dataclass(frozen=True)
class Subject:
    """What is to be explained."""

    title: str
    path: str
    """the file that holds it"""
    table: str = ""
    """the table whose rows it shows, if any"""
    rows: pd.DataFrame | None = None
    query: str = ""
    columns: tuple[str, ...] = ()
    notes: list[str] = field(default_factory=list)


@dataclass(frozen=True)
class Graph:
    """The receipts of one results folder."""

    results: str
    """relative to the root, as paths in receipts begin"""
    receipts: list[Receipt]

    @classmethod
    def read(cls, results: str, root: Path) -> "Graph":
        """Read the receipts of a results folder.

        Raises:
            InputError: there are none, or they were altered.
        """
        return cls(results, read_receipts(root / results / NAME))

    @cached_property
    def producers(self) -> dict[str, Receipt]:
        """The receipt of each file, by its path."""
        return producers_of(self.receipts)

    def producer(self, path: str) -> Receipt:
        """Return the receipt of a file; raise `InputError` if there is none."""
        if path not in self.producers:
            raise InputError(f"{path}: expected a file with a receipt, found none")
        return self.producers[path]

    def ancestors(self, receipt: Receipt) -> list[Receipt]:
        """Return the receipts that one depends on, in their order."""
        wanted = set(receipt.parents)
        found = []
        for other in reversed(self.receipts):
            if other.id in wanted:
                wanted |= set(other.parents)
                found.append(other)
        return found[::-1]

    def depends(self, receipt: Receipt, runs: list[Receipt]) -> bool:
        """Whether a receipt depends on any of the runs, or there are none."""
        above = {other.id for other in self.ancestors(receipt)}
        return not runs or any(run.id in above for run in runs)


def find(name: str, graph: Graph, root: Path) -> Subject:
    """Find what a name stands for.

    Args:
        name: a panel (fig2c), a figure (fig2) or the id in a figure's metadata; a
            claim's id; a number's label in the paper; a row of a table
            (nonlinear.csv:12, counted from 0); a file.
        graph: the receipts.
        root: the folder that paths are relative to.

    Raises:
        InputError: it is none of these.
    """
    tables = f"{graph.results}/tables"
    if name in PANELS:
        panel, figure = PANELS[name], name[:4]
        path = f"{graph.results}/figures/{figure}.pdf"
        options = graph.producer(path).parameters["options"]
        table = f"{tables}/{panel.table}"
        return Subject(
            title=f"{name}: {panel.shows}",
            path=path,
            table=table,
            rows=_selected(read_table(root / table), panel.rows, options),
            query=panel.rows,
            columns=panel.columns,
            notes=[f"{key} = {value}" for key, value in options.items()],
        )
    for receipt in graph.receipts:
        if name in (receipt.rule, short_id(receipt.rule, receipt.made_of)):
            return Subject(title=name, path=next(iter(receipt.outputs)))
    claims = f"{tables}/claims.csv"
    if (root / claims).is_file():
        found = read_table(root / claims).set_index("id")
        if name in found.index:
            return _of_claim(name, found.loc[name], claims, graph, root)
    numbers = f"{tables}/numbers.csv"
    if (root / numbers).is_file():
        found = read_table(root / numbers).set_index("label")
        if name in found.index:
            return _of_number(name, found.loc[name], numbers, root)
    file, _, row = name.rpartition(":")
    if row.isdigit():
        path = _path(file, graph, tables)
        table = read_table(root / path)
        if int(row) >= len(table):
            raise InputError(
                f"{name}: expected a row below {len(table)}, found row {row}"
            )
        rows = table.iloc[[int(row)]]
        return Subject(f"row {row} of {path}", path, path, rows, f"row {row}")
    return Subject(title=name, path=_path(name, graph, tables))


def _path(name: str, graph: Graph, tables: str) -> str:
    for path in (name, f"{graph.results}/{name}", f"{tables}/{name}"):
        if path in graph.producers:
            return path
    raise InputError(
        f"{name}: expected a panel (fig2c), a figure, a claim's id, a number's label, a row "
        "of a table (nonlinear.csv:12) or a file with a receipt, found none of these"
    )


def _of_claim(
    name: str, claim: pd.Series, claims: str, graph: Graph, root: Path
) -> Subject:
    notes = [f"{claim['where']}: {claim.claim}", f"verdict: {claim.verdict}"]
    if not claim.tables:
        return Subject(name, claims, notes=[*notes, claim.reason])
    part = f" ({claim.part})" if claim.part else ""
    notes.append(
        f"{claim.quantity}: expected {claim.expected}; measured {claim.measured:.4g} "
        f"± {claim.spread:.2g} over {claim.seeds} seeds{part}; "
        f"{claim.met} of {claim.parts} parts as expected"
    )
    stem = claim.tables.split()[0]
    evaluated = graph.producer(claims)
    table = next(path for path in evaluated.inputs if Path(path).stem == stem)
    return Subject(
        title=name,
        path=claims,
        table=table,
        rows=_selected(_complete(read_table(root / table)), claim.rows, {}),
        query=claim.rows,
        notes=notes,
    )


def _of_number(name: str, number: pd.Series, numbers: str, root: Path) -> Subject:
    notes = [f"{number.value}, of {number.table}: {number.rows or 'all rows'}"]
    if number.table == "config.yaml":
        return Subject(name, numbers, notes=notes)
    table = f"{Path(numbers).parent.as_posix()}/{number.table}"
    rows = _selected(_complete(read_table(root / table)), number.rows, {})
    return Subject(name, numbers, table, rows, number.rows, notes=notes)


def _complete(table: pd.DataFrame) -> pd.DataFrame:
    """Add the column `complete` to the table of networks, by which claims choose rows."""
    return with_complete(table) if "functional_rank" in table.columns else table


def _selected(
    table: pd.DataFrame, query: str, options: Mapping[str, Any]
) -> pd.DataFrame:
    return table.query(query, local_dict=dict(options)) if query else table


def explanation(name: str, graph: Graph, root: Path) -> Iterator[str]:
    """Yield the lines that explain what `find` finds under a name."""
    subject = find(name, graph, root)
    receipt = graph.producer(subject.path)
    yield subject.title
    yield from (f"  {note}" for note in subject.notes)
    yield ""
    yield from _made_by(receipt)
    runs = []
    if subject.rows is not None:
        yield ""
        yield from _rows(subject, graph)
        source = (
            graph.producer(subject.table) if subject.table in graph.producers else receipt
        )
        way = [*graph.ancestors(source), source]
        runs = [one for one in way if _is_run(one) and _matches(one, subject.rows)]
        steps = [one for one in way if not _is_run(one) and one.id != receipt.id]
        between = [one for one in steps if graph.depends(one, runs)]
        for rule in dict.fromkeys(step.rule for step in between):
            several = [step for step in between if step.rule == rule]
            yield ""
            yield from _made_by(several[0], outputs=several == [source])
            if several[1:]:
                yield f"  (and {len(several) - 1} more jobs of this rule)"
    else:
        way = graph.ancestors(receipt)
        runs = [one for one in way if _is_run(one)]
    for rule in dict.fromkeys(run.rule for run in runs):
        yield ""
        yield from _runs([run for run in runs if run.rule == rule])
    yield ""
    yield from _outside([*way, receipt], graph)
    yield "remake it:"
    yield f"  {command(receipt, subject.path)}"
    yield "remake it with all that it depends on:"
    yield f"  {command(receipt, subject.path, '--forceall')}"


def command(receipt: Receipt, path: str, force: str = "--force") -> str:
    """Return the literal command, from the repository's root, that makes a file anew."""
    words = ["snakemake", "--cores", "1", *receipt.configuration, force, "--", path]
    return shlex.join(words)


def _is_run(receipt: Receipt) -> bool:
    return any(path.endswith("/record.json") for path in receipt.outputs)


def _matches(run: Receipt, rows: pd.DataFrame) -> bool:
    """Whether any of the rows is of a run, as far as the rows say which run they are of."""
    # A rule's task is the task's own name, a wildcard is the configuration's.
    known = {**run.wildcards, **run.parameters}
    keys = [key for key in RUN_KEYS if key in known and key in rows.columns]
    fits = pd.Series(True, index=rows.index)
    for key in keys:
        if key in ("g", "seed"):
            fits &= rows[key].astype(float) == float(known[key])
        else:
            fits &= rows[key] == known[key]
    return bool(fits.any())


def _made_by(receipt: Receipt, outputs: bool = True) -> Iterator[str]:
    yield f"rule {receipt.rule}, {short_id(receipt.rule, receipt.made_of)}"
    if outputs:
        for path, sha256 in receipt.outputs.items():
            yield f"  made       {path}  sha256 {sha256}"
    modules = [path for path in receipt.code if path != receipt.script]
    yield f"  script     {receipt.script}  code sha256 {receipt.code_hash}"
    names = ", ".join(Path(path).stem for path in modules if "__init__" not in path)
    yield f"  modules    {names}"
    yield f"  parameters {json.dumps(receipt.parameters)}"
    yield f"  machine    {json.dumps(receipt.machine)}"
    yield f"  lock       sha256 {receipt.lock}"
    yield f"  receipt    {receipt.id}"


def _rows(subject: Subject, graph: Graph) -> Iterator[str]:
    rows = subject.rows
    query = f" where {subject.query}" if subject.query else ""
    columns = f", columns {', '.join(subject.columns)}" if subject.columns else ""
    yield f"{len(rows)} rows of {subject.table}{query}{columns}"
    yield from (f"  {line}" for line in rows.head(ROWS_SHOWN).to_string().splitlines())
    if len(rows) > ROWS_SHOWN:
        yield f"  … and {len(rows) - ROWS_SHOWN} more"


def _runs(runs: list[Receipt]) -> Iterator[str]:
    yield f"{len(runs)} runs of rule {runs[0].rule}"
    yield from _made_by(runs[0], outputs=False)
    if len(runs) > 1:
        yield "  (parameters, machine and receipt are of the first; each run's own:)"
    for run in runs:
        wildcards = ", ".join(f"{key} = {value}" for key, value in run.wildcards.items())
        path, sha256 = next(iter(run.outputs.items()))
        device = run.machine["device"]
        yield f"  {wildcards}: {path}  sha256 {sha256[:16]}  {device}"


def _outside(receipts: list[Receipt], graph: Graph) -> Iterator[str]:
    inputs = {
        path: sha256
        for receipt in receipts
        for path, sha256 in receipt.inputs.items()
        if path not in graph.producers
    }
    if inputs:
        yield "inputs that no rule made:"
        yield from (f"  {path}  sha256 {sha256}" for path, sha256 in inputs.items())
        yield ""
