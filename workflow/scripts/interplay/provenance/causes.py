"""Find the reasons for which two runs of a job can give different results."""

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from interplay.provenance.graph import Graph
from interplay.provenance.instructions import instructions_of_one_only
from interplay.provenance.receipts import Receipt
from interplay.provenance.recording import LOCK


@dataclass(frozen=True)
class Cause:
    """One reason for which a job can give another result."""

    kind: str
    """code, parameters, input, packages, lock or machine"""
    detail: str


def causes_of(
    ours: Receipt, theirs: Receipt, first: Graph, second: Graph
) -> Iterator[Cause]:
    """Yield the differences of one job that do not come from the outputs that it read."""
    yield from _code(ours, theirs)
    yield from _mapping("parameters", ours.parameters, theirs.parameters)
    inputs = [
        {
            graph.place.source(path) or path: sha256[:12]
            for path, sha256 in job.inputs.items()
            if path not in graph.producers
        }
        for job, graph in ((ours, first), (theirs, second))
    ]
    yield from _mapping("input", inputs[0], inputs[1])
    parents = [parents_of(ours, first), parents_of(theirs, second)]
    yield from _only(parents[0], parents[1], "gone")
    yield from _only(parents[1], parents[0], "new")
    packages = _changes(ours.packages, theirs.packages)
    yield from (Cause("packages", detail) for detail in packages)
    if ours.lock != theirs.lock:
        yield Cause("lock", _lock(ours, theirs, bool(packages)))
    machines = (described_machine(job.machine) for job in (ours, theirs))
    yield from (Cause("machine", detail) for detail in _changes(*machines))
    lacking = instructions_of_one_only(ours.machine, theirs.machine, ("first", "second"))
    yield from (Cause("machine", detail) for detail in lacking)


def _code(ours: Receipt, theirs: Receipt) -> Iterator[Cause]:
    planned = ours.code_hash != theirs.code_hash
    differing = [
        path
        for path in sorted({*ours.code, *theirs.code})
        if ours.code.get(path) != theirs.code.get(path)
    ]
    for path in differing:
        word = "differs"
        if path not in theirs.code:
            word = "is no longer used"
        elif path not in ours.code:
            word = "is new"
        yield Cause("code", f"{path} {word}")
    if planned and not differing:
        yield Cause("code", "the planned code differs; no file that was loaded does")


def _lock(ours: Receipt, theirs: Receipt, packages: bool) -> str:
    """Return how two locks differ.

    Args:
        packages: whether the versions that the jobs imported differ, too.
    """
    more = "" if packages else "; the packages that the job imported are the same"
    return f"{LOCK}: sha256 {ours.lock[:12]}, then {theirs.lock[:12]}{more}"


def parents_of(job: Receipt, graph: Graph) -> dict[str, Receipt]:
    """Return the jobs that a job read from, by their name in comparisons."""
    parents = [graph.by_id[parent] for parent in job.parents]
    return {name_of(parent, graph): parent for parent in parents}


def name_of(job: Receipt, graph: Graph) -> str:
    """Return the first output of a job, relative to the results folder."""
    return next(iter(job.outputs)).removeprefix(f"{graph.results}/")


def _only(
    here: Mapping[str, Receipt], there: Mapping[str, Receipt], word: str
) -> Iterator[Cause]:
    """Yield a cause per rule for jobs that are only here, with their own wildcards."""
    only = [job for name, job in here.items() if name not in there]
    for rule in sorted({job.rule for job in only}):
        jobs, others = (
            [job.wildcards for job in several if job.rule == rule]
            for several in (only, there.values())
        )
        own = [
            f"{key} = {', '.join(sorted(values, key=lambda v: (len(v), v)))}"
            for key in jobs[0]
            if (values := {one[key] for one in jobs} - {one[key] for one in others})
        ]
        which = f": {'; '.join(own)}" if own else ""
        yield Cause("input", f"{len(jobs)} jobs of {rule} are {word}{which}")


def _mapping(
    kind: str, ours: Mapping[str, Any], theirs: Mapping[str, Any], prefix: str = ""
) -> Iterator[Cause]:
    for key in {**ours, **theirs}:
        mine, other = ours.get(key), theirs.get(key)
        if isinstance(mine, Mapping) and isinstance(other, Mapping):
            yield from _mapping(kind, mine, other, f"{prefix}{key}/")
        elif mine != other:
            yield Cause(kind, f"{prefix}{key}: {mine}, then {other}")


def _changes(ours: Mapping[str, str], theirs: Mapping[str, str]) -> list[str]:
    """Return a line for each entry that both have and that differs."""
    both = (key for key in ours if key in theirs)
    return [
        f"{key} {ours[key]}, then {theirs[key]}"
        for key in both
        if ours[key] != theirs[key]
    ]


def described_machine(machine: Mapping[str, Any]) -> dict[str, str]:
    """Return in words what may change the last bits of a result.

    The number of threads, the Slurm job and the version of the system's kernel cannot.
    """
    words = {
        "device:": machine.get("device"),
        "Python": machine.get("python"),
        "processor:": machine.get("processor"),
    }
    if "system" in machine:
        kernel = r"^([^-]+)-.*-with-"
        words["system:"] = re.sub(kernel, r"\1 with ", machine["system"])
    libraries: dict[str, list[str]] = {}
    for one in machine.get("blas", ()):
        said = f"{one['version']} with kernel {one['architecture']}"
        libraries.setdefault(f"{one['internal_api']}:", []).append(said)
    # The order in which they were loaded says nothing.
    words |= {name: " and ".join(sorted(said)) for name, said in libraries.items()}
    return {name: str(word) for name, word in words.items() if word is not None}
