"""The page of a job: what it made of what, and its origin as the job recorded it."""

import json
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from interplay.provenance.again import command
from interplay.provenance.explain import commit_text, date, module_names
from interplay.provenance.graph import Graph
from interplay.provenance.identity import short_id
from interplay.provenance.receipts import Receipt
from interplay.site.addresses import job_page
from interplay.terminal.ending import duration

Content = dict[str, Any]
"""values of a template, by their name"""

LABELS = {
    "blas": "Linear algebra",
    "flags": "Vector flags",
    "gpu": "GPU",
    "slurm_job": "Slurm job",
}
"""of entries of a machine that a page calls otherwise than the receipt does"""


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
        "duration": _duration(job.ended - job.started),
        "modules": module_names(job),
        "packages": _listed(job.packages),
        "opened": sorted(set(job.opened).difference(job.inputs)),
        "parameters": [(key, _plain(value)) for key, value in job.parameters.items()],
        "machine": machine_entries(job.machine),
        "inputs": [_file(path, sha256, graph) for path, sha256 in job.inputs.items()],
        "outputs": [_file(path, sha256, graph) for path, sha256 in job.outputs.items()],
        "made_before": [(path, date(ended)) for path, ended in job.made_before.items()],
        "command": command(path, graph),
    }


def _duration(seconds: float) -> str:
    return f"{seconds:.1f} s" if seconds < 10 else duration(seconds)


def machine_entries(machine: Mapping[str, Any]) -> list[tuple[str, str]]:
    """Return the entries of a machine as text, by their label."""
    return [
        (LABELS.get(key, key.capitalize()), _machine_text(value))
        for key, value in machine.items()
    ]


def _machine_text(value: Any) -> str:
    if value in (None, "", []):
        return "none"
    if isinstance(value, Mapping):
        return _listed(value)
    if isinstance(value, list):
        parts = (_library(v) if isinstance(v, Mapping) else str(v) for v in value)
        return "; ".join(parts) if isinstance(value[0], Mapping) else ", ".join(parts)
    return _plain(value)


def _library(library: Mapping[str, Any]) -> str:
    """Describe a library of linear algebra, as threadpoolctl does, in one line."""
    kernel, threads = library["architecture"], library["num_threads"]
    name = " ".join(filter(None, (library["internal_api"], library["version"])))
    of_kernel = f", kernel {kernel}" if kernel else ""
    return f"{name}{of_kernel}, {threads} thread{'' if threads == 1 else 's'}"


def _listed(versions: Mapping[str, str]) -> str:
    return ", ".join(f"{name} {version}" for name, version in versions.items())


def _plain(value: Any) -> str:
    return value if isinstance(value, str) else json.dumps(value)


def _file(path: str, sha256: str, graph: Graph) -> Content:
    maker = graph.producers.get(path)
    return {
        "path": path,
        "sha256": sha256,
        "maker": link_to_job(maker) if maker else None,
    }
