"""The graph of a run that has not ended, from the plan that Snakemake's hook wrote.

The site is itself made by a job, so it cannot read receipts, which are written at the end. It
reads the plan: all jobs as they were known before they ran. Times are those of the outputs.
"""

from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import Any

from interplay.provenance.graph import Graph
from interplay.provenance.issuing import Job, issue
from interplay.provenance.origin import Origin, configuration_files
from interplay.provenance.place import Place
from interplay.provenance.receipts import Chain, Seal, leaves


def planned_graph(plan: Mapping[str, Any], targets: Iterable[str], work: Path) -> Graph:
    """Return the graph of the jobs that some files depend on.

    Args:
        plan: results, root, values, files, command_line, and the jobs as fields of `Job`
            without times.
        targets: files that exist by now.
        work: the working directory of Snakemake.
    """
    root = (work / plan["root"]).resolve()
    origin = Origin.of(root, plan["values"], plan["command_line"])
    jobs = [_job(job, work) for job in _needed(plan["jobs"], targets)]
    receipts = issue(jobs, [], origin, root, work)
    seal = Seal(
        results=plan["results"],
        root=plan["root"],
        commit=origin.commit,
        clean=origin.clean,
        workflow=origin.workflow,
        lock=origin.lock,
        configuration_file="",
        leaves=leaves(receipts),
    )
    results = plan["results"]
    place = Place(work / results, results, work, root, plan["root"], results, False)
    configuration = {
        "command_line": plan["command_line"],
        "files": configuration_files([work / file for file in plan["files"]], work),
        "values": plan["values"],
    }
    return Graph(place, Chain(receipts, seal), configuration)


def _needed(
    jobs: Iterable[Mapping[str, Any]], targets: Iterable[str]
) -> list[Mapping[str, Any]]:
    """Return the jobs that some files depend on."""
    jobs = list(jobs)
    makers = {path: number for number, job in enumerate(jobs) for path in job["outputs"]}
    wanted, needed = list(targets), set()
    while wanted:
        number = makers.get(wanted.pop())
        if number is not None and number not in needed:
            needed.add(number)
            wanted += jobs[number]["inputs"]
    return [job for number, job in enumerate(jobs) if number in needed]


def _job(described: Mapping[str, Any], work: Path) -> Job:
    ended = (work / described["outputs"][0]).stat().st_mtime
    return Job(**described, started=ended, ended=ended, recorded_inputs={})
