"""Contents of the pages of the site, as plain values for the templates."""

import json
from pathlib import Path
from typing import Any

import pandas as pd

from interplay.provenance.again import command
from interplay.provenance.explain import date, trace
from interplay.provenance.graph import RUN_KEYS, Graph, Run
from interplay.provenance.settings import experiment_settings
from interplay.provenance.subject import Subject
from interplay.site.jobs import Content, link_to_job
from interplay.tables.queries import select

ROWS_SHOWN = 40
"""rows of a table on a page; the table itself has all"""


def subject_content(subject: Subject, graph: Graph) -> Content:
    """Return everything about a panel, a claim or a number: rows, runs, jobs, inputs."""
    job = graph.producer(subject.path)
    jobs, runs, steps = trace(subject, graph)
    inputs = graph.external_inputs([*jobs, job])
    return {
        "title": subject.title,
        "notes": subject.notes,
        "query": subject.query,
        "table": subject.table,
        "columns": subject.columns,
        "rows": rows_content(subject),
        "runs": [run_content(run) for run in runs],
        "made_by": link_to_job(job),
        "steps": [link_to_job(step) for step in reversed(steps) if step.id != job.id],
        "inputs": list(inputs.items()),
        "command": command(subject.path, graph),
        "command_for_all": command(subject.path, graph, "--forceall"),
    }


def rows_content(subject: Subject) -> Content | None:
    """Return the rows of a table as text, with their line in the file.

    The columns that a panel draws come first, after those that name the network.
    """
    rows = subject.rows
    if rows is None or not subject.table:
        return None
    shown = rows.head(ROWS_SHOWN)
    if subject.columns:
        drawn = shown.columns.isin([*RUN_KEYS, *subject.columns])
        shown = shown[[*shown.columns[drawn], *shown.columns[~drawn]]]
    return {
        "count": len(rows),
        "columns": list(map(str, shown.columns)),
        "lines": [
            (line, [_cell(value) for value in values])
            for line, values in zip(
                shown.index, shown.itertuples(index=False, name=None), strict=True
            )
        ],
        "more": len(rows) - len(shown),
    }


def _cell(value: Any) -> str:
    if isinstance(value, float):
        return "" if pd.isna(value) else f"{value:.6g}"
    return str(value)


def run_content(run: Run) -> Content:
    """Return one training run: what names it, its machine and its job."""
    keys = ", ".join(f"{key} = {value}" for key, value in run.keys.items())
    return {
        **link_to_job(run.receipt),
        "name": keys,
        "record": run.record,
        "device": run.receipt.machine["device"],
        "ended": date(run.receipt.ended),
    }


def experiments(graph: Graph) -> dict[str, tuple[str, list[Run]]]:
    """Return the stage and the runs of each experiment, by its name."""
    found: dict[str, tuple[str, list[Run]]] = {}
    for run in graph.runs:
        stage = Path(run.record).relative_to(graph.results).parts[0]
        found.setdefault(run.keys["experiment"], (stage, []))[1].append(run)
    return found


def experiment_subject(name: str, stage: str, graph: Graph) -> Subject | None:
    """Return the subject of an experiment: its rows of the table of its networks.

    Args:
        name: of the experiment: romo, lstm, linear, cosine.
        stage: nonlinear, linear or sentiment.
        graph: the receipts.

    Returns:
        The subject; None if no table has rows of the experiment, as after a run for a
        single network.
    """
    results = graph.results
    shared = f"{results}/tables/{stage}.csv"
    tables = [
        # An archive has only the shared table.
        f"{results}/{stage}/{name}/networks.csv",
        *(f"{results}/tables/{name}.{suffix}" for suffix in ("csv", "parquet")),
        shared,
    ]
    for path in tables:
        if path in graph.producers and graph.place.file(path).is_file():
            rows = graph.table(path)
            query = f"experiment == '{name}'" if path == shared and stage != name else ""
            rows = select(rows, query)
            return None if rows.empty else Subject(name, path, path, rows, query)
    return None


def experiment_content(name: str, stage: str, runs: list[Run], graph: Graph) -> Content:
    """Return everything about an experiment: its configuration, and the rows of its table.

    Args:
        name: of the experiment.
        stage: that trains it.
        runs: all of the experiment.
        graph: the receipts.
    """
    subject = experiment_subject(name, stage, graph)
    content = subject_content(subject or Subject(name, runs[0].record), graph)
    return {
        **content,
        "kind": "table of the experiment" if subject else "first run",
        "runs": content["runs"] if subject else [run_content(run) for run in runs],
        "stage": stage,
        "settings": [
            (key, json.dumps(value), file)
            for key, value, file in experiment_settings(
                stage, name, graph.configuration_of(runs[0].receipt)
            )
        ],
    }
