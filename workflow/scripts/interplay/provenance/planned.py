"""The graph of a run that has not ended, from the plan that Snakemake's hook wrote.

The site is itself made by a job, so it cannot read receipts, which are written at the end. It
reads the plan: all jobs as they were known before they ran. Times are those of the outputs. If
a file is no longer there, such as the weights of a network that was measured in an earlier
run, the receipts of that run stand for the jobs that wrote or read it.
"""

from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import Any

from interplay.provenance.graph import Graph
from interplay.provenance.issuing import Job, issue
from interplay.provenance.origin import Origin, configuration_files
from interplay.provenance.place import Place
from interplay.provenance.receipts import NAME, Chain, Receipt, Seal, leaves, producers_of
from interplay.storage.errors import InputError


def planned_graph(plan: Mapping[str, Any], targets: Iterable[str], work: Path) -> Graph:
    """Return the graph of the jobs that some files depend on.

    Args:
        plan: results, root, values, files, command_line, and the jobs as fields of `Job`
            without times.
        targets: files that exist by now.
        work: the working directory of Snakemake.

    Raises:
        InputError: a file of a job is missing, and the job has no earlier receipt.
    """
    root = (work / plan["root"]).resolve()
    origin = Origin.of(root, plan["values"], plan["command_line"])
    earlier = _earlier_receipts(work / plan["results"] / NAME)
    jobs = [_job(job, earlier, work) for job in _needed(plan["jobs"], targets)]
    known = [earlier[job.outputs[0]] for job in jobs if job.outputs[0] in earlier]
    receipts = issue(jobs, known, origin, root, work)
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


def _job(described: Mapping[str, Any], earlier: Mapping[str, Receipt], work: Path) -> Job:
    """Return a job with the time of its output, or with those of its earlier receipt."""
    first = described["outputs"][0]
    files = [*described["outputs"], *described["inputs"]]
    gone = [path for path in files if not (work / path).exists()]
    if not gone:
        started = ended = (work / first).stat().st_mtime
    elif first in earlier:
        started, ended = earlier[first].started, earlier[first].ended
    else:
        raise InputError(f"{gone[0]}: expected a file or a receipt, found neither")
    return Job(**described, started=started, ended=ended, recorded_inputs={})


def _earlier_receipts(path: Path) -> dict[str, Receipt]:
    """Return the receipts of an earlier run, by the files that they name as outputs."""
    try:
        return producers_of(Chain.read(path).receipts)
    except InputError:
        # The first run has none, and this run replaces receipts of an older format.
        return {}
