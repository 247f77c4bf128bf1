"""Issue receipts at the end of a run of the workflow.

Snakemake's `onsuccess` is the one place where the whole graph of jobs, Snakemake's records of
them and the names of their parameters are available. A receipt is made once each time that a
job runs: a later run of other jobs never covers up an altered file.
"""

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from functools import cache, partial
from os.path import relpath
from pathlib import Path
from typing import Any

from interplay.provenance.code import Sources
from interplay.provenance.origin import (
    CONFIGURATION,
    Origin,
    configuration_files,
    plain,
)
from interplay.provenance.receipts import (
    NAME,
    Chain,
    Receipt,
    Seal,
    leaves,
    producers_of,
)
from interplay.storage.errors import InputError
from interplay.storage.files import read_json, write_json
from interplay.storage.hashes import file_hash, value_hash


@dataclass(frozen=True)
class Job:
    """A job that has ended, as Snakemake knows it. Paths are as its rule names them."""

    name: str
    """of its rule"""
    wildcards: dict[str, str]
    inputs: list[str]
    outputs: list[str]
    parameters: dict[str, Any]
    """without the hash of the code"""
    script: str
    """relative to the workflow's folder"""
    modules: list[str]
    """modules that the script loads by name"""
    code_hash: str
    threads: int
    started: float
    """seconds since 1970"""
    ended: float
    recorded_inputs: dict[str, str]
    """sha256 of the inputs for which Snakemake recorded one when the job read them"""
    parts: dict[str, list[str]] = field(default_factory=dict)
    """as in `Receipt`"""


def record_run(
    jobs: Iterable[Job],
    results: str,
    root: Path,
    work: Path,
    values: Mapping[str, Any],
    files: Sequence[Path],
    command_line: Sequence[str],
) -> Chain:
    """Write configuration.json and the receipts of a results folder.

    Args:
        jobs: jobs that have ended.
        results: the folder, relative to `work`.
        root: the workflow's folder.
        work: the working directory of Snakemake.
        values: the configuration as it took effect.
        files: configuration files, in the order in which Snakemake merged them.
        command_line: options for Snakemake that chose the configuration.

    Returns:
        The receipts and their seal.

    Raises:
        InputError: receipts of an earlier run were altered.
    """
    folder = work / results
    try:
        earlier = Chain.read(folder / NAME).receipts
    except InputError as error:
        # Receipts of an older format cannot be continued: each job gets a new one.
        if (folder / NAME).exists() and "older format" not in str(error):
            raise
        earlier = []
    values = plain(values)
    write_json(
        {
            "command_line": list(command_line),
            "files": configuration_files(files, work),
            "values": values,
        },
        folder / CONFIGURATION,
    )
    origin = Origin.of(root, values, command_line)
    receipts = issue(jobs, earlier, origin, root, work)
    chain = seal(receipts, results, origin, root, work)
    chain.write(folder / NAME)
    return chain


def seal(
    receipts: list[Receipt], results: str, origin: Origin, root: Path, work: Path
) -> Chain:
    """Return the receipts with the seal of their run.

    Args:
        receipts: each after the receipts that it names.
        results, root, work: as in `record_run`; configuration.json is there already.
        origin: of the run.
    """
    return Chain(
        receipts,
        Seal(
            results=results,
            root=relpath(root.resolve(), work.resolve()),
            commit=origin.commit,
            clean=origin.clean,
            workflow=origin.workflow,
            lock=origin.lock,
            configuration_file=file_hash(work / results / CONFIGURATION),
            leaves=leaves(receipts),
        ),
    )


def issue(
    jobs: Iterable[Job],
    earlier: Iterable[Receipt],
    origin: Origin,
    root: Path,
    work: Path,
) -> list[Receipt]:
    """Make a receipt for each job, each after the receipts of the jobs that it read from.

    Args:
        jobs: jobs that have ended.
        earlier: receipts of earlier runs. The receipt of a job is kept if the job has not
            run since; receipts of jobs that are not in `jobs` are kept as long as their
            script and one of their outputs exist.
        origin: of this run.
        root: the workflow's folder.
        work: the folder that paths of inputs and outputs are relative to.
    """
    known = producers_of(earlier)
    # Many jobs run the same code, whose files take long to parse.
    code = cache(partial(_hashes_of_code, root, cache(Sources)))
    producers: dict[str, Receipt] = {}
    for job in jobs:
        receipt = known.get(job.outputs[0])
        times = (job.started, job.ended)
        if receipt is None or (receipt.started, receipt.ended) != times:
            receipt = _new_receipt(job, code, origin, work)
        producers |= dict.fromkeys(job.outputs, receipt)
    for receipt in known.values():
        others = producers.keys().isdisjoint(receipt.outputs)
        # The workflow no longer has a job whose script is gone.
        possible = (root / receipt.script).is_file()
        if others and possible and any((work / p).exists() for p in receipt.outputs):
            producers |= dict.fromkeys(receipt.outputs, receipt)
    return _linked(producers)


def _linked(producers: Mapping[str, Receipt]) -> list[Receipt]:
    """Give each receipt the ids of its parents, and put it after them."""
    linked: dict[str, Receipt] = {}

    def of(path: str) -> Receipt:
        if path not in linked:
            receipt = producers[path]
            read = [source for source in receipt.inputs if source in producers]
            parents = sorted({of(source).id for source in read})
            receipt = replace(receipt, parents=parents)
            linked.update(dict.fromkeys(receipt.outputs, receipt))
        return linked[path]

    for path in producers:
        of(path)
    return list({receipt.id: receipt for receipt in linked.values()}.values())


def _hashes_of_code(
    root: Path, sources_in: Callable[[Path], Sources], script: str, *modules: str
) -> dict[str, str]:
    path = root / script
    sources = sources_in(path.parent)
    return {
        file.relative_to(root).as_posix(): sources.file_hash(file)
        for file in sources.files(path.name, modules)
    }


def _new_receipt(
    job: Job,
    code: Callable[..., dict[str, str]],
    origin: Origin,
    work: Path,
) -> Receipt:
    return Receipt(
        rule=job.name,
        wildcards=job.wildcards,
        outputs={path: file_hash(work / path) for path in job.outputs},
        inputs={
            path: job.recorded_inputs.get(path) or file_hash(work / path)
            for path in job.inputs
        },
        parts=job.parts,
        parameters=plain(job.parameters),
        script=job.script,
        modules=job.modules,
        code_hash=job.code_hash,
        code=code(job.script, *job.modules),
        lock=origin.lock,
        commit=origin.commit,
        clean=origin.clean,
        workflow=value_hash(origin.workflow),
        configuration=origin.configuration,
        machine={"device": "cpu", "threads": job.threads, **_recorded_machine(job, work)},
        started=job.started,
        ended=job.ended,
        command_line=origin.command_line,
        parents=[],
    )


def _recorded_machine(job: Job, work: Path) -> Mapping[str, Any]:
    """Return the machine in the record of a training job; nothing for other jobs."""
    records = [path for path in job.outputs if Path(path).name == "record.json"]
    return read_json(work / records[0])["machine"] if records else {}
