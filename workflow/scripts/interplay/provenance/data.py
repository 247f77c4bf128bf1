"""The treebank and the word vectors that results rest on, as their jobs used them."""

from collections.abc import Iterable, Iterator, Mapping
from pathlib import Path
from typing import Any

from interplay.provenance.graph import Graph
from interplay.provenance.receipts import Receipt
from interplay.storage.errors import InputError

FETCH_TREES, FETCH_VECTORS = "fetch_treebank", "fetch_vectors"
PREPARE, SYNTHESIZE = "prepare_sentences", "write_synthetic_treebank"

SYNTHETIC = "made by a seeded grammar"


def data_lines(receipts: Iterable[Receipt], graph: Graph) -> Iterator[str]:
    """Yield lines on the data that jobs rest on.

    Args:
        receipts: jobs, training jobs of LSTMs among them.
        graph: the receipts.
    """
    jobs = data_jobs(receipts, graph)
    if SYNTHESIZE in jobs:
        yield "treebank and word vectors: synthetic treebank, by a seeded grammar"
    if FETCH_TREES in jobs:
        job = jobs[FETCH_TREES]
        yield f"treebank: Stanford Sentiment Treebank, {_said(job, 'source')}"
        for path, sha256 in job.outputs.items():
            yield f"  {Path(path).name}  sha256 {sha256}"
    if PREPARE in jobs:
        values = graph.configuration_of(jobs[PREPARE])["values"]
        yield from _vector_lines(_vectors(jobs), values["sentiment"]["vectors"])


def data_jobs(receipts: Iterable[Receipt], graph: Graph) -> dict[str, Receipt]:
    """Return the jobs by which data came to some jobs, by the name of their script.

    Data that a run with another results folder prepared have no receipts here.
    """
    inputs = {path for receipt in receipts for path in receipt.inputs if _is_data(path)}
    jobs = [job for path in sorted(inputs) for job in graph.ancestors(path)]
    names = (FETCH_TREES, FETCH_VECTORS, PREPARE, SYNTHESIZE)
    by_name = {Path(job.script).stem: job for job in jobs}
    return {name: by_name[name] for name in names if name in by_name}


def uses_data(path: str, graph: Graph) -> bool:
    """Return whether a file depends on the treebank or the word vectors."""
    if path not in graph.data_dependence:
        jobs = graph.ancestors(path)
        found = any(_is_data(read) for job in jobs for read in job.inputs)
        graph.data_dependence[path] = found
    return graph.data_dependence[path]


def _is_data(path: str) -> bool:
    # As `treebank.smk` names these folders.
    return any(
        f"/sentiment/{folder}" in path for folder in ("data/", "trees/", "prepared-")
    )


def _vectors(jobs: Mapping[str, Receipt]) -> dict[str, Any]:
    """Return what the file of word vectors was: file, sha256, source and counts."""
    fetched = jobs[FETCH_VECTORS].said if FETCH_VECTORS in jobs else {}
    return {**_said(jobs[PREPARE], "vectors"), **fetched}


def _said(job: Receipt, name: str) -> Any:
    if name not in job.said:
        made = next(iter(job.outputs))
        raise InputError(f"receipt of {made}: expected the {name} of data, found none")
    return job.said[name]


def _vector_lines(
    vectors: Mapping[str, Any], configured: Mapping[str, Any]
) -> Iterator[str]:
    yield f"word vectors: {vectors['file']}, {vectors['source']}"
    yield f"  sha256 {vectors['sha256']}"
    if vectors["source"] != SYNTHETIC and vectors["sha256"] != configured["sha256"]:
        yield (
            "  another file than the archive that the configuration names for download, "
            f"sha256 {configured['sha256']}"
        )
    yield f"  {vectors['vectors']:,} vectors of dimension {vectors['dimension']}"
    yield (
        f"  training set: {vectors['types_without_vector']:,} of {vectors['types']:,} types "
        f"and {vectors['tokens_without_vector']:,} of {vectors['tokens']:,} tokens have no "
        "vector"
    )
