"""The way back: from a panel, a claim, a row or a file to the runs, code and inputs."""

import json
from collections.abc import Iterable, Iterator
from datetime import UTC, datetime
from pathlib import Path

import pandas as pd

from interplay.provenance.again import command, commands
from interplay.provenance.data import data_lines
from interplay.provenance.graph import RUN_KEYS, Graph, Run
from interplay.provenance.identity import short_id
from interplay.provenance.receipts import Receipt, Seal
from interplay.provenance.settings import experiment_settings
from interplay.provenance.subject import Subject
from interplay.provenance.subjects import find
from interplay.storage.errors import InputError
from interplay.storage.tables import write_table
from interplay.storage.text import printable

ROWS_SHOWN = 12


def explanation(name: str, graph: Graph) -> Iterator[str]:
    """Yield the lines that explain what `find` finds under a name.

    Characters that do not print are escaped.

    Raises:
        InputError: the name stands for nothing, or a file or table that it leads to is not
            as its receipt says. No line was yielded.
    """
    subject = find(name, graph)
    graph.check_outputs(subject.path)
    return map(printable, _lines(subject, graph))


def _lines(subject: Subject, graph: Graph) -> Iterator[str]:
    receipt = graph.producer(subject.path)
    jobs, runs, steps = trace(subject, graph)
    yield subject.title
    yield from (f"  {note}" for note in subject.notes)
    yield ""
    yield from _made_by(receipt)
    if subject.table:
        yield ""
        yield from _rows(subject)
        yield from _without_receipt(subject, runs)
        for group in _alike(step for step in steps if step.id != receipt.id):
            yield ""
            yield from _made_by(group[0], outputs=not group[1:])
            if group[1:]:
                yield f"  (and {len(group) - 1} more jobs of this rule with this code)"
    for several in _alike_runs(runs):
        yield ""
        yield from _runs(several)
    yield from _settings(runs, graph)
    yield ""
    if data := list(
        data_lines([*jobs, receipt] if subject.rows is None else jobs, graph)
    ):
        yield from ("data:", *(f"  {line}" for line in data), "")
    yield from _external_inputs([*jobs, receipt], graph)
    yield "make it again:"
    yield from (f"  {line}" for line in commands(subject.path, graph))
    yield "make it again with everything that it depends on:"
    yield f"  {command(subject.path, graph, '--forceall')}"


def write_rows(name: str, graph: Graph, path: Path) -> None:
    """Write all rows that explain a name as CSV, with their line in the table's file.

    Raises:
        InputError: the name does not stand for rows of a table.
    """
    subject = find(name, graph)
    if not subject.table or subject.rows is None:
        raise InputError(f"{name}: expected rows of a table to write, found none")
    write_table(subject.rows.rename_axis("line").reset_index(), path)


def trace(
    subject: Subject, graph: Graph
) -> tuple[list[Receipt], list[Run], list[Receipt]]:
    """Return the way back from a subject.

    Returns:
        All jobs that it depends on, its own last; the training runs that its rows
        describe (all runs, if it is a whole file); and the jobs between these runs and it.
    """
    if subject.rows is None:
        jobs = graph.ancestors(subject.path)
        ids = {receipt.id for receipt in jobs}
        runs = [run for run in graph.runs if run.receipt.id in ids]
        return jobs, runs, [step for step in jobs if step.id not in _ids(runs)]
    if subject.rows.empty:
        return [], [], []
    jobs = graph.ancestors(subject.table)
    if not jobs:
        jobs = [graph.producer(subject.path)]
    runs = graph.runs_of(subject.rows, jobs)
    steps = graph.jobs_between(jobs, runs)
    kept = _ids(runs) | {step.id for step in steps}
    return [step for step in jobs if step.id in kept], runs, steps


def date(seconds: float) -> str:
    """Return a time as text, in UTC."""
    return f"{datetime.fromtimestamp(seconds, UTC):%Y-%m-%d %H:%M:%S} UTC"


def module_names(receipt: Receipt) -> list[str]:
    """Return the modules of the library that a job's code consists of."""
    prefix = f"{Path(receipt.script).parent.as_posix()}/"
    return [
        path.removeprefix(prefix).removesuffix(".py").replace("/", ".")
        for path in receipt.code
        if path != receipt.script and not path.endswith("__init__.py")
    ]


def _ids(runs: Iterable[Run]) -> set[str]:
    return {run.receipt.id for run in runs}


def _alike(receipts: Iterable[Receipt]) -> list[list[Receipt]]:
    """Group jobs of the same rule and code, in order."""
    groups: dict[tuple[str, str], list[Receipt]] = {}
    for receipt in receipts:
        groups.setdefault((receipt.rule, receipt.code_hash), []).append(receipt)
    return list(groups.values())


def _alike_runs(runs: Iterable[Run]) -> list[list[Run]]:
    """Group runs of the same rule, code and experiment, in order."""
    groups: dict[tuple[str, ...], list[Run]] = {}
    for run in runs:
        receipt = run.receipt
        key = (receipt.rule, receipt.code_hash, run.keys.get("experiment", ""))
        groups.setdefault(key, []).append(run)
    return list(groups.values())


def _made_by(receipt: Receipt, outputs: bool = True) -> Iterator[str]:
    stem = Path(next(iter(receipt.outputs))).stem
    yield f"rule {receipt.rule}, {short_id(stem, receipt.inputs_hash)}"
    if outputs:
        for path, sha256 in receipt.outputs.items():
            yield f"  made       {path}  sha256 {sha256}"
        yield f"  inputs     sha256 {receipt.inputs_hash}, with parameters and code"
    yield f"  from       {date(receipt.started)}  to {date(receipt.ended)}"
    yield f"  script     {receipt.script}  code sha256 {receipt.code_hash}"
    yield f"  modules    {', '.join(module_names(receipt))}"
    yield f"  commit     {commit_text(receipt)}"
    yield f"  parameters {json.dumps(receipt.parameters)}"
    yield f"  machine    {json.dumps(receipt.machine)}"
    yield f"  lock       sha256 {receipt.lock}"
    yield f"  receipt    {receipt.id}"


def commit_text(receipt: Receipt | Seal) -> str:
    """Return what is known of the commit at which a job ran, or the last run began."""
    commit, git = receipt.commit, receipt.git
    if unknown := git.get("unknown"):
        return f"{commit}; {unknown}" if commit else unknown
    difference = git.get("difference")
    changes = f", with uncommitted changes (sha256 {difference})" if difference else ""
    return f"{commit}{changes}"


def _rows(subject: Subject) -> Iterator[str]:
    rows = subject.rows
    assert rows is not None
    query = f" where {subject.query}" if subject.query else ""
    columns = f", columns {', '.join(subject.columns)}" if subject.columns else ""
    plural = "" if len(rows) == 1 else "s"
    yield f"{len(rows)} row{plural} of {subject.table}{query}{columns}"
    shown = rows.head(ROWS_SHOWN).rename_axis("line").reset_index()
    yield from (f"  {line}" for line in shown.to_string(index=False).split("\n"))
    if len(rows) > ROWS_SHOWN:
        yield f"  … and {len(rows) - ROWS_SHOWN} more"


def _without_receipt(subject: Subject, runs: list[Run]) -> Iterator[str]:
    """Yield a line on rows of trained networks whose runs have no receipt."""
    rows = subject.rows
    assert rows is not None
    if not {"experiment", "seed"} <= set(rows.columns):
        return
    known = pd.Series(False, rows.index)
    for run in runs:
        keys = [key for key in RUN_KEYS if key in run.keys and key in rows]
        known |= (rows[keys] == pd.Series({key: run.keys[key] for key in keys})).all(
            axis=1
        )
    if lines := list(map(str, rows.index[~known])):
        more = f" and {len(lines) - ROWS_SHOWN} more" if lines[ROWS_SHOWN:] else ""
        lines = ", ".join(lines[:ROWS_SHOWN])
        yield f"  no receipt of a training run for the rows in lines {lines}{more}"


def _runs(runs: list[Run]) -> Iterator[str]:
    first = runs[0]
    experiment = first.keys.get("experiment")
    of = f" of {experiment}" if experiment else ""
    plural = "" if len(runs) == 1 else "s"
    yield f"{len(runs)} run{plural}{of}, rule {first.receipt.rule}"
    yield from _made_by(first.receipt, outputs=False)
    if len(runs) > 1:
        yield "  (machine, dates and receipt are the first run's; each run has its own:)"
    for run in runs:
        keys = ", ".join(f"{key} = {value}" for key, value in run.keys.items())
        path, sha256 = next(iter(run.outputs.items()))
        device = run.receipt.machine["device"]
        ended = date(run.receipt.ended)
        yield f"  {keys}: {path}  sha256 {sha256[:16]}  {device}  {ended}"


def _settings(runs: list[Run], graph: Graph) -> Iterator[str]:
    """Yield the settings of each experiment, in each configuration that it was run with."""
    shown = set()
    for run in runs:
        stage = Path(run.record).relative_to(graph.results).parts[0]
        experiment = run.keys.get("experiment")
        configuration = run.receipt.configuration
        if not experiment or (stage, experiment, configuration) in shown:
            continue
        shown.add((stage, experiment, configuration))
        yield ""
        earlier = configuration in graph.configuration.get("earlier", {})
        yield f"configuration of {experiment}{', of an earlier run' if earlier else ''}"
        for key, value, source in experiment_settings(
            stage, experiment, graph.configuration_of(run.receipt)
        ):
            yield f"  {key} = {json.dumps(value)}  ({source})"


def _external_inputs(receipts: list[Receipt], graph: Graph) -> Iterator[str]:
    inputs = graph.external_inputs(receipts)
    if inputs:
        yield "inputs that no job made:"
        yield from (f"  {path}  sha256 {sha256}" for path, sha256 in inputs.items())
        yield ""
