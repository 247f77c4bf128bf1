"""Receipts: what each output is, and what it was made of.

A receipt is of one job. It has the hashes of its outputs and inputs, its parameters, the
hashes of its code, of each file of that code and of the lock, and, of a training, the
device and the flags of determinism. Its id is the hash over all of this and over the ids of
the receipts of the jobs whose outputs it read, so that the receipts form a directed acyclic
graph in which nothing upstream can change without changing every id downstream.

They are kept as JSON lines, `<results>/receipts.jsonl`, a job after those that it read
from. Snakemake's `onsuccess` writes them (workflow/rules/audit.smk): there the whole graph
of jobs, Snakemake's records of them and the names of parameters are at hand, however
Snakemake was called; its files on disk have no such names. A receipt is made once for each
time that a job ran: a later run of others never blesses a file that was altered meanwhile.
"""

import json
from collections.abc import Callable, Iterable, Mapping
from dataclasses import asdict, dataclass, field, replace
from functools import cache, cached_property, partial
from pathlib import Path
from typing import Any

from interplay.provenance.code import code_files, file_code_hash
from interplay.provenance.identity import inputs_hash
from interplay.storage.errors import InputError
from interplay.storage.files import read_json, replacing
from interplay.storage.hashes import file_hash, value_hash

NAME = "receipts.jsonl"
LOCK = "envs/requirements.txt"


@dataclass(frozen=True)
class Job:
    """What Snakemake knows of a job that has ended. Paths are as its rule names them."""

    name: str
    """of its rule"""
    wildcards: dict[str, str]
    inputs: list[str]
    outputs: list[str]
    parameters: dict[str, Any]
    """without the hash of the code"""
    script: str
    modules: list[str]
    """what the script loads by name"""
    code_hash: str
    threads: int
    started: float
    """seconds since 1970"""
    ended: float
    recorded_inputs: dict[str, str]
    """sha256 of the inputs for which Snakemake kept one, when the job read them"""


@dataclass(frozen=True)
class Receipt:
    """One job: what it made, and of what. Hashes are sha256."""

    rule: str
    wildcards: dict[str, str]
    outputs: dict[str, str]
    inputs: dict[str, str]
    parameters: dict[str, Any]
    script: str
    modules: list[str]
    code_hash: str
    """of all of the code together, without comments and docstrings"""
    code: dict[str, str]
    """of each file of the code, likewise"""
    lock: str
    """of envs/requirements.txt"""
    machine: dict[str, Any]
    """device, threads and, of a training, what its record says"""
    started: float
    ended: float
    configuration: list[str]
    """what Snakemake was given besides config.yaml, as on its command line"""
    parents: list[str] = field(default_factory=list)
    """ids of the receipts that the inputs come from"""

    @cached_property
    def id(self) -> str:
        """Hash over everything above."""
        return value_hash(asdict(self))

    @property
    def inputs_hash(self) -> str:
        """What figures carry: the job's identity before it had an output."""
        parameters = {**self.parameters, "code": self.code_hash}
        return inputs_hash(self.rule, self.inputs, parameters)


def issue(
    jobs: Iterable[Job],
    earlier: Iterable[Receipt],
    configuration: list[str],
    root: Path,
) -> list[Receipt]:
    """Make a receipt for each job, a job after those that it read from.

    Args:
        jobs: all of which have ended.
        earlier: receipts that are there already. A job's own is kept if it is of the
            same run of the job; those of other jobs are kept as long as there is one
            of their outputs.
        configuration: as in `Receipt`.
        root: the folder that paths are relative to.
    """
    known = producers_of(earlier)
    lock = file_hash(root / LOCK)
    # Many jobs run the same code, whose files take long to parse.
    code = cache(partial(_hashes_of_code, root))
    producers: dict[str, Receipt] = {}
    for job in jobs:
        receipt = known.get(job.outputs[0])
        times = (job.started, job.ended)
        if receipt is None or (receipt.started, receipt.ended) != times:
            receipt = _new_receipt(job, lock, code, configuration, root)
        producers |= dict.fromkeys(job.outputs, receipt)
    for receipt in known.values():
        others = producers.keys().isdisjoint(receipt.outputs)
        if others and any((root / path).exists() for path in receipt.outputs):
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


def producers_of(receipts: Iterable[Receipt]) -> dict[str, Receipt]:
    """Return the receipt of each file that was made, by its path."""
    return {path: receipt for receipt in receipts for path in receipt.outputs}


def _hashes_of_code(root: Path, script: str, *modules: str) -> dict[str, str]:
    files = code_files(root / script, modules)
    return {file.relative_to(root).as_posix(): file_code_hash(file) for file in files}


def _new_receipt(
    job: Job,
    lock: str,
    code: Callable[..., dict[str, str]],
    configuration: list[str],
    root: Path,
) -> Receipt:
    return Receipt(
        rule=job.name,
        wildcards=job.wildcards,
        outputs={path: file_hash(root / path) for path in job.outputs},
        inputs={
            path: job.recorded_inputs.get(path) or file_hash(root / path)
            for path in job.inputs
        },
        parameters=json.loads(json.dumps(job.parameters)),
        script=job.script,
        modules=job.modules,
        code_hash=job.code_hash,
        code=code(job.script, *job.modules),
        lock=lock,
        machine={"device": "cpu", "threads": job.threads} | _recorded_machine(job, root),
        started=job.started,
        ended=job.ended,
        configuration=configuration,
    )


def _recorded_machine(job: Job, root: Path) -> Mapping[str, Any]:
    """What the record of a training says of its machine; nothing for other jobs."""
    records = [path for path in job.outputs if Path(path).name == "record.json"]
    return read_json(root / records[0])["machine"] if records else {}


def write_receipts(receipts: Iterable[Receipt], path: str | Path) -> None:
    """Write receipts as JSON lines, each with its id in front."""
    lines = [_line(receipt) + "\n" for receipt in receipts]
    with replacing(path) as temporary:
        temporary.write_text("".join(lines))


def _line(receipt: Receipt) -> str:
    return json.dumps({"id": receipt.id} | asdict(receipt), allow_nan=False)


def read_receipts(path: str | Path) -> list[Receipt]:
    """Read receipts; raise `InputError` naming the first line that is not what it was."""
    try:
        *lines, end = Path(path).read_text().split("\n")
    except FileNotFoundError:
        raise InputError(f"{path}: expected receipts, found no file") from None
    except UnicodeDecodeError as error:
        raise InputError(f"{path}: altered: {error}") from None
    receipts = []
    for number, line in enumerate(lines, start=1):
        try:
            entry = json.loads(line)
            stated = entry.pop("id")
            receipt = Receipt(**entry)
        except (ValueError, KeyError, TypeError, AttributeError):
            raise InputError(f"{path}: altered: line {number} is no receipt") from None
        if receipt.id != stated:
            raise InputError(
                f"{path}: altered: line {number} ({receipt.rule}): expected the id "
                f"{stated[:12]}, found {receipt.id[:12]}"
            )
        if _line(receipt) != line:
            raise InputError(f"{path}: altered: line {number} is written otherwise")
        receipts.append(receipt)
    if end:
        raise InputError(f"{path}: altered: expected a whole last line")
    return receipts
