"""Contents of the pages of the site, as plain values for the templates."""

import json
from collections.abc import Mapping
from math import isfinite
from pathlib import Path
from typing import Any

import pandas as pd

from interplay.provenance.again import command
from interplay.provenance.explain import commit_text, date, module_names, trace
from interplay.provenance.graph import KEYS, Graph, Run
from interplay.provenance.identity import short_id
from interplay.provenance.receipts import Receipt
from interplay.provenance.settings import experiment_settings
from interplay.provenance.subjects import Subject
from interplay.site.addresses import job_page
from interplay.tables.queries import select

ROWS_SHOWN = 40
"""rows of a table on a page; the table itself has all"""

Content = dict[str, Any]
"""values of a template, by their name"""


def link_to_job(job: Receipt) -> Content:
    """Return a link to the page of a job."""
    wildcards = ", ".join(f"{key} = {value}" for key, value in job.wildcards.items())
    return {"href": job_page(job), "rule": job.rule, "wildcards": wildcards}


def job_content(job: Receipt, graph: Graph) -> Content:
    """Return everything about one job."""
    path = next(iter(job.outputs))
    return {
        "title": f"{job.rule} {' '.join(job.wildcards.values())}".strip(),
        "job": job,
        "id": short_id(Path(path).stem, job.inputs_hash),
        "commit": commit_text(job),
        "started": date(job.started),
        "ended": date(job.ended),
        "modules": module_names(job),
        "parameters": _entries(job.parameters),
        "machine": _entries(job.machine),
        "inputs": [_file(path, sha256, graph) for path, sha256 in job.inputs.items()],
        "outputs": [_file(path, sha256, graph) for path, sha256 in job.outputs.items()],
        "command": command(path, graph),
    }


def _entries(values: Mapping[str, Any]) -> list[tuple[str, str]]:
    return [
        (key, value if isinstance(value, str) else json.dumps(value))
        for key, value in values.items()
    ]


def _file(path: str, sha256: str, graph: Graph) -> Content:
    maker = graph.producers.get(path)
    return {
        "path": path,
        "sha256": sha256,
        "maker": link_to_job(maker) if maker else None,
    }


def subject_content(subject: Subject, graph: Graph) -> Content:
    """Return everything about a panel, a claim or a number: rows, runs, jobs, inputs."""
    job = graph.producer(subject.path)
    way, runs, steps = trace(subject, graph)
    inputs = graph.external_inputs([*way, job])
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
        drawn = shown.columns.isin([*KEYS, *subject.columns])
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


def figure_title(name: str, module: str) -> str:
    """Return how a figure is called on a page.

    Args:
        name: of the figure: fig1, fig1_stated, figS_rate, romo/overview.
        module: that draws it: fig1, figS_rate, overview.
    """
    if module == "overview":
        return f"Overview of {name.partition('/')[0]}"
    number = module.removeprefix("fig")
    supplement = f"Supplement: {number.removeprefix('S_').replace('_', ' ')}"
    title = f"Figure {number}" if number.isdigit() else supplement
    reading = name.removeprefix(module).strip("_")
    return f"{title}, reading {reading}" if reading else title


def experiments(graph: Graph) -> dict[str, tuple[str, list[Run]]]:
    """Return the stage and the runs of each experiment, by its name."""
    found: dict[str, tuple[str, list[Run]]] = {}
    for run in graph.runs:
        stage = Path(run.record).relative_to(graph.results).parts[0]
        name = run.keys.get("experiment") or run.keys.get("part") or stage
        found.setdefault(name, (stage, []))[1].append(run)
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


def measured_value(claim: Mapping[str, Any] | pd.Series) -> str:
    """Return the measured value of a row of claims.csv, with its spread over seeds."""
    if not claim["parts"]:
        return ""
    has_spread = claim["seeds"] > 1 and isfinite(claim["spread"])
    spread = f" ± {claim['spread']:.2g}" if has_spread else ""
    return f"{claim['measured']:.3g}{spread}"
