"""Tell which jobs of a run the workflow, as it is now, would do in the same way."""

from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import Any

from interplay.provenance.code import Sources
from interplay.provenance.code_check import code_problems
from interplay.provenance.graph import Graph
from interplay.provenance.receipts import Receipt
from interplay.storage.hashes import file_hash

DEPENDS = "they depend on those"
"""reason of a job that is unchanged itself"""


def changes(
    graph: Graph, plan: Iterable[Mapping[str, Any]], work: Path
) -> dict[str, list[Receipt]]:
    """Return the jobs of a run that would not be done in the same way, by the reason.

    Args:
        graph: the receipts of the run.
        plan: the jobs of the workflow as it is now: rule, inputs, outputs, parameters.
        work: the folder that paths in receipts and plan are relative to.
    """
    planned = {path: job for job in plan for path in job["outputs"]}
    changed: set[str] = set()
    found: dict[str, list[Receipt]] = {}
    sources = Sources(graph.place.root / "workflow" / "scripts", graph.place.tasks)
    for receipt in graph.receipts:
        job = planned.get(next(iter(receipt.outputs)))
        reason = _change(receipt, job, graph, sources)
        reason = reason or _changed_file(receipt, graph, work)
        if not reason and changed.intersection(receipt.parents):
            reason = DEPENDS
        if reason:
            changed.add(receipt.id)
            found.setdefault(reason, []).append(receipt)
    return found


def _change(
    receipt: Receipt,
    job: Mapping[str, Any] | None,
    graph: Graph,
    sources: Sources,
) -> str:
    """Return how a planned job differs from its receipt; nothing if it does not."""
    if job is None:
        return "this configuration has no such job"
    parameters = dict(job["parameters"])
    if parameters.pop("code") != receipt.code_hash:
        made = next(iter(receipt.outputs))
        named = code_problems(receipt, made, graph.place, lambda *_: sources)
        files = [problem.path for problem in named]
        return f"the code is another one ({files[0] if files else receipt.script})"
    if parameters != receipt.parameters:
        keys = {*parameters, *receipt.parameters}
        other = sorted(k for k in keys if parameters.get(k) != receipt.parameters.get(k))
        return f"parameters are others ({', '.join(other)})"
    if (job["rule"], set(job["inputs"]), set(job["outputs"])) != (
        receipt.rule,
        set(receipt.inputs),
        set(receipt.outputs),
    ):
        return f"rule {receipt.rule} has other inputs or outputs"
    return ""


def _changed_file(receipt: Receipt, graph: Graph, work: Path) -> str:
    """Return the file outside of the results that is here, and not as in a receipt."""
    for path, sha256 in receipt.inputs.items():
        if path not in graph.producers:
            file = work / path
            if not file.is_file() or file_hash(file) != sha256:
                return f"{path} is another one"
    for path, sha256 in receipt.outputs.items():
        file = work / path
        is_outside = not path.startswith(f"{graph.results}/")
        if is_outside and file.is_file() and file_hash(file) != sha256:
            return f"{path} is another one"
    return ""
