"""What the first page says of a run: dates, cost, data, and what its readings mean."""

from collections import Counter
from operator import attrgetter
from pathlib import Path
from typing import Any

from interplay.configuration.files import read_yaml
from interplay.provenance.costs import COSTS, costs_of_run
from interplay.provenance.data import data_lines
from interplay.provenance.explain import commit_text, date
from interplay.provenance.graph import Graph


def run_facts(graph: Graph) -> dict[str, Any]:
    """Return what the first page says of a run, but for its figures and verdicts."""
    return {
        "commits": commits(graph),
        "digest": graph.chain.digest,
        "jobs": len(graph.receipts),
        "started": date(min(job.started for job in graph.receipts)),
        "ended": date(max(job.ended for job in graph.receipts)),
        "cpu_hours": cpu_hours(graph),
        "data": list(data_lines(graph.receipts, graph)),
    }


def commits(graph: Graph) -> dict[str, int]:
    """Return how many jobs ran at each commit, in the order of their first jobs."""
    jobs = sorted(graph.receipts, key=attrgetter("started"))
    return dict(Counter(map(commit_text, jobs)))


def is_preview(graph: Graph) -> bool | None:
    """Return whether a run's configuration is not that of the full reproduction.

    The jobs of figures and article were told so.

    Returns:
        None if the run made no figure and no article.
    """
    said = [
        job.parameters["preview"] for job in graph.receipts if "preview" in job.parameters
    ]
    return any(said) if said else None


def cpu_hours(graph: Graph) -> float | None:
    """Return the CPU time of all jobs in hours; None if their costs are not there."""
    folder = graph.place.folder
    benchmarks = folder / "benchmarks"
    tables = folder / COSTS, benchmarks / COSTS
    if not (any(map(Path.is_file, tables)) or any(benchmarks.rglob("*.tsv"))):
        return None
    return float(costs_of_run(folder).cpu_seconds.sum()) / 3600


def meanings(graph: Graph) -> dict[str, str]:
    """Return what each reading means, by its name, as the article's metadata says."""
    file = graph.place.root / "paper" / "metadata.yaml"
    return read_yaml(file).get("readings", {}) if file.is_file() else {}
