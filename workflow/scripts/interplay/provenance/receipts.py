"""Receipts: what each output is, and what it was made of.

A receipt describes one job, as the job recorded it while it ran: the hashes of its outputs
and inputs, its parameters, the code that it loaded, the commit, the lock, the versions of
packages, the configuration and the machine (`interplay.provenance.recording`). Its id is the
hash over all of this and over the ids of the receipts of the jobs whose outputs it read. The
receipts form a directed acyclic graph: nothing upstream can change without changing every id
downstream. The last line of the file, the seal, is the hash over all: it names the receipts
that no other receipt names.

The file is `<results>/receipts.jsonl`, a JSON object per line, each job after the jobs that
it read from. It is written whenever a run ends, also if the run failed.
"""

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field, fields
from functools import cached_property
from pathlib import Path
from typing import Any, TypeVar

from interplay.provenance.identity import inputs_hash
from interplay.provenance.receipt_lines import line_of, parsed, read_lines
from interplay.storage.files import replacing
from interplay.storage.hashes import value_hash

RECEIPTS = "receipts.jsonl"
"""name of the file in a results folder"""

TRAINING_RECORD = "record.json"
"""name of the file that a training job writes of itself, with its times"""

FORMAT = 2
"""of receipts and seals; no other one is read"""


@dataclass(frozen=True)
class Receipt:
    """One job: its outputs, and what it made them of. Hashes are sha256."""

    rule: str
    wildcards: dict[str, str]
    outputs: dict[str, str]
    """hash by path"""
    inputs: dict[str, str]
    """hash by path, as the rule names it: relative to the working directory"""
    parts: dict[str, list[str]]
    """of a job that gathers tables: the inputs that each output was gathered from"""
    parameters: dict[str, Any]
    """without the hash of the code"""
    script: str
    """relative to the workflow's folder, like the files in `code`"""
    modules: list[str]
    """modules that the script loads by name"""
    code_hash: str
    """planned: of the script and all that it imports, over syntax trees"""
    code: dict[str, str]
    """loaded: of each file of the project, over its syntax tree"""
    unplanned: dict[str, str]
    """what is wrong with loaded files that are not as planned"""
    said: dict[str, Any]
    """what the script said of its outputs, such as the panels of a figure"""
    opened: list[str]
    """files of the project and its data that Python opened for reading"""
    git: dict[str, Any]
    """state of the workflow's repository, see `interplay.provenance.git`"""
    lock: str
    """of envs/requirements.txt"""
    packages: dict[str, str]
    """versions of the packages that the job imported"""
    workflow: str
    """of the workflow's own files: Snakefile, rules, schemas, as its run has read them"""
    configuration: str
    """of the configuration as it took effect"""
    command_line: list[str]
    """options for Snakemake that chose the configuration"""
    machine: dict[str, Any]
    """device, threads, processor, libraries"""
    started: float
    """seconds since 1970"""
    ended: float
    parents: list[str]
    """ids of the receipts of the jobs whose outputs this job read"""
    not_loaded: list[str] = field(default_factory=list)
    """files of the planned code that the job did not load"""
    workflow_git: dict[str, Any] = field(default_factory=dict)
    """state of the workflow's repository when the run began that read `workflow`"""
    made_before: dict[str, float] = field(default_factory=dict)
    """of an output that an earlier run of the job made with the same bytes: when that ended.
    Jobs that read it then need not run again"""
    replaced: dict[str, str] = field(default_factory=dict)
    """hash of each output that another job has made again since"""
    format: int = FORMAT

    def stored(self) -> dict[str, Any]:
        """Return the entries of the receipt's line, without its id."""
        return _entries(self)

    @classmethod
    def of(cls, entries: Mapping[str, Any]) -> "Receipt":
        """Return the receipt of a line's entries, without its id.

        Raises:
            TypeError, KeyError: the entries are not those of a receipt.
        """
        if not entries["outputs"]:
            raise TypeError("outputs")
        return _checked(cls, entries)

    @cached_property
    def id(self) -> str:
        """Hash over everything in the receipt."""
        return value_hash(self.stored())

    @property
    def commit(self) -> str:
        """The commit of the workflow's repository; empty if there is none or git failed."""
        return self.git["commit"]

    @property
    def inputs_hash(self) -> str:
        """Hash of inputs and parameters, which a figure carries in its metadata."""
        parameters = {**self.parameters, "code": self.code_hash}
        return inputs_hash(self.rule, self.inputs, parameters)


@dataclass(frozen=True)
class Seal:
    """The last line of the receipts."""

    results: str
    """folder of the results, relative to the working directory"""
    root: str
    """folder of the workflow, relative to the working directory"""
    git: dict[str, Any]
    """state of the workflow's repository when the last run began"""
    workflow: dict[str, str]
    """hash of each of the workflow's own files, as the last run read them"""
    configuration_file: str
    """hash of configuration.json"""
    leaves: list[str]
    """ids of the receipts that no other receipt names"""
    archived: dict[str, str] = field(default_factory=dict)
    """hash of each file that an archive adds to those of the run; empty in a live folder"""
    restored: dict[str, list[str]] = field(default_factory=dict)
    """outputs that are not there since the archive left them out from which these results
    were restored, by its digest; empty if all results were made here"""
    format: int = FORMAT

    def stored(self) -> dict[str, Any]:
        """Return the entries of the seal's line, without its id."""
        entries = _entries(self)
        if not self.restored:
            # Seals of results that were not restored have no such entry.
            del entries["restored"]
        return entries

    @classmethod
    def of(cls, entries: Mapping[str, Any]) -> "Seal":
        """Return the seal of a line's entries, without its id.

        Raises:
            TypeError, KeyError: the entries are not those of a seal.
        """
        return _checked(cls, entries)

    @property
    def commit(self) -> str:
        """The commit in `git`; empty if there is none or git failed."""
        return self.git["commit"]

    @cached_property
    def id(self) -> str:
        """Hash over the seal: the digest of everything."""
        return value_hash(self.stored())


@dataclass(frozen=True)
class Chain:
    """The receipts of one results folder and their seal."""

    receipts: list[Receipt]
    seal: Seal

    @property
    def digest(self) -> str:
        """The hash that depends on every receipt: 64 hexadecimal digits."""
        return self.seal.id

    def write(self, path: str | Path) -> None:
        """Write a line per receipt and the seal, each with its id in front."""
        lines = [line_of(entry) + "\n" for entry in (*self.receipts, self.seal)]
        with replacing(path) as temporary:
            temporary.write_text("".join(lines), "utf-8")

    @classmethod
    def read(cls, path: str | Path) -> "Chain":
        """Read receipts and seal.

        Raises:
            CannotBeReadError: there are no receipts, they have another format, or git changed
                their line ends.
            InputError: a line is not as it was written; the message names the first.
        """
        path = Path(path)
        *lines, last = enumerate(read_lines(path, FORMAT), start=1)
        receipts = [parsed(path, number, line, Receipt) for number, line in lines]
        return cls(receipts, parsed(path, *last, Seal))


E = TypeVar("E", Receipt, Seal)


def _checked(kind: type[E], entries: Mapping[str, Any]) -> E:
    """Return a receipt or seal of this format that says what git knew."""
    if entries["format"] != FORMAT:
        raise TypeError("format")
    entry = kind(**entries)
    _ = entry.commit, entry.git["clean"]
    return entry


def _entries(entry: Receipt | Seal) -> dict[str, Any]:
    # `dataclasses.asdict` would copy every hash, which takes longer than reading the line.
    return {one.name: getattr(entry, one.name) for one in fields(entry)}


def leaves(receipts: Iterable[Receipt]) -> list[str]:
    """Return the ids of the receipts that no other receipt names, sorted."""
    receipts = list(receipts)
    named = {parent for receipt in receipts for parent in receipt.parents}
    return sorted({receipt.id for receipt in receipts} - named)


def is_training(receipt: Receipt) -> bool:
    """Return whether a job trained networks: it wrote a record of itself."""
    return any(Path(path).name == TRAINING_RECORD for path in receipt.outputs)


def producers_of(receipts: Iterable[Receipt]) -> dict[str, Receipt]:
    """Return the receipt of each output, by the output's path."""
    return {path: receipt for receipt in receipts for path in receipt.outputs}


def explaining(
    receipts: Sequence[Receipt], is_there: Callable[[str], bool]
) -> list[Receipt]:
    """Return the receipts of files that are there, and of all that these were made of.

    Args:
        receipts: in any order.
        is_there: tells whether an output exists.
    """
    producers = producers_of(receipts)
    waiting = [receipt for receipt in receipts if any(map(is_there, receipt.outputs))]
    wanted: set[int] = set()
    while waiting:
        receipt = waiting.pop()
        if id(receipt) not in wanted:
            wanted.add(id(receipt))
            waiting += [
                producers[path]
                for path, sha256 in receipt.inputs.items()
                if path in producers and producers[path].outputs[path] == sha256
            ]
    return [receipt for receipt in receipts if id(receipt) in wanted]
