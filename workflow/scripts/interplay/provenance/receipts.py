"""Receipts: what each output is, and what it was made of.

A receipt describes one job: the hashes of its outputs and inputs, its parameters, the hashes
of its code, the lock, the commit, the workflow's own files and the configuration, and the
machine. Its id is the hash over all of this and over the ids of the receipts of the jobs
whose outputs it read. The receipts form a directed acyclic graph: nothing upstream can
change without changing every id downstream. The last line of the file, the seal, is the hash
over the run as a whole: it names the receipts that no other receipt names.

The file is `<results>/receipts.jsonl`, a JSON object per line, each job after the jobs that it
read from. `workflow/rules/audit.smk` writes it at the end of a successful run.
"""

import json
from collections.abc import Iterable, Mapping
from dataclasses import asdict, dataclass
from functools import cached_property
from pathlib import Path
from typing import Any, TypeVar

from interplay.provenance.identity import inputs_hash
from interplay.storage.errors import InputError
from interplay.storage.files import replacing
from interplay.storage.hashes import value_hash

NAME = "receipts.jsonl"


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
    """of all code together, over syntax trees"""
    code: dict[str, str]
    """of each file of the code, over its syntax tree"""
    lock: str
    """of envs/requirements.txt"""
    commit: str
    """of the workflow's repository; empty without one"""
    clean: bool
    """whether the working tree was as in the commit"""
    workflow: str
    """of the workflow's own files: Snakefile, rules, schemas"""
    configuration: str
    """of the configuration as it took effect"""
    machine: dict[str, Any]
    """device, threads and, for a training job, the machine in its record"""
    started: float
    """seconds since 1970"""
    ended: float
    command_line: list[str]
    """options for Snakemake that chose the configuration"""
    parents: list[str]
    """ids of the receipts of the jobs whose outputs this job read"""

    @cached_property
    def id(self) -> str:
        """Hash over everything in the receipt."""
        return value_hash(asdict(self))

    @property
    def inputs_hash(self) -> str:
        """Hash of inputs and parameters, which a figure carries in its metadata."""
        parameters = {**self.parameters, "code": self.code_hash}
        return inputs_hash(self.rule, self.inputs, parameters)


@dataclass(frozen=True)
class Seal:
    """The last line of the receipts: the run of the workflow that wrote them."""

    results: str
    """folder of the results, relative to the working directory"""
    root: str
    """folder of the workflow, relative to the working directory"""
    commit: str
    clean: bool
    workflow: dict[str, str]
    """hash of each of the workflow's own files"""
    lock: str
    configuration_file: str
    """hash of configuration.json"""
    leaves: list[str]
    """ids of the receipts that no other receipt names"""

    @cached_property
    def id(self) -> str:
        """Hash over the seal: the digest of the whole run."""
        return value_hash(asdict(self))


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
        lines = [_line(entry) + "\n" for entry in (*self.receipts, self.seal)]
        with replacing(path) as temporary:
            temporary.write_text("".join(lines))

    @classmethod
    def read(cls, path: str | Path) -> "Chain":
        """Read receipts and seal.

        Raises:
            InputError: there are no receipts; they have an older format; or a line is not
                as it was written, in which case the message names the first such line.
        """
        try:
            *lines, end = Path(path).read_text().split("\n")
        except FileNotFoundError:
            raise InputError(f"{path}: expected receipts, found no file") from None
        except UnicodeDecodeError as error:
            raise InputError(f"{path}: altered: {error}") from None
        _refuse_older_format(path, lines)
        receipts = [
            _parsed(path, number, line, Receipt)
            for number, line in enumerate(lines[:-1], start=1)
        ]
        if not lines or end:
            raise InputError(f"{path}: altered: expected a whole last line, the seal")
        return cls(receipts, _parsed(path, len(lines), lines[-1], Seal))


def leaves(receipts: Iterable[Receipt]) -> list[str]:
    """Return the ids of the receipts that no other receipt names, sorted."""
    receipts = list(receipts)
    named = {parent for receipt in receipts for parent in receipt.parents}
    return sorted({receipt.id for receipt in receipts} - named)


def producers_of(receipts: Iterable[Receipt]) -> dict[str, Receipt]:
    """Return the receipt of each output, by the output's path."""
    return {path: receipt for receipt in receipts for path in receipt.outputs}


def _refuse_older_format(path: str | Path, lines: list[str]) -> None:
    try:
        first = json.loads(lines[0])
    except (ValueError, IndexError):
        return
    if isinstance(first, Mapping) and "rule" in first and "commit" not in first:
        raise InputError(
            f"{path}: older format: expected receipts with commit, workflow and "
            "configuration, found receipts without; run the workflow again"
        )


Entry = TypeVar("Entry", Receipt, Seal)


def _line(entry: Receipt | Seal) -> str:
    return json.dumps({"id": entry.id} | asdict(entry), allow_nan=False)


def _parsed(path: str | Path, number: int, line: str, kind: type[Entry]) -> Entry:
    name = kind.__name__.lower()
    try:
        fields = json.loads(line)
        stated = fields.pop("id")
        entry = kind(**fields)
        found = entry.id
    except (ValueError, KeyError, TypeError, AttributeError):
        raise InputError(f"{path}: altered: line {number} is no {name}") from None
    if found != stated:
        raise InputError(
            f"{path}: altered: line {number} ({fields.get('rule', name)}): "
            f"expected the id {stated[:12]}, found {found[:12]}"
        )
    if _line(entry) != line:
        raise InputError(f"{path}: altered: line {number} is not as it was written")
    return entry
