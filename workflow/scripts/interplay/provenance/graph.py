"""The graph of jobs of one results folder, and what each row of a table depends on."""

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import Any

import pandas as pd

from interplay.provenance.origin import CONFIGURATION
from interplay.provenance.place import Place, place_of
from interplay.provenance.receipts import RECEIPTS, Chain, Receipt, producers_of
from interplay.storage.errors import InputError
from interplay.storage.files import read_json
from interplay.storage.hashes import file_hash
from interplay.storage.tables import read_table

RUN_KEYS = ("experiment", "g", "seed")
"""columns that say which trained network a row describes"""

FIRST_LINE = 2
"""of a table: line 1 is the header"""


@dataclass(frozen=True)
class Run:
    """One training run: a network, or the linear networks of one g."""

    receipt: Receipt
    """of the job, which may have trained several networks"""
    record: str
    """path of the run's record.json"""
    keys: dict[str, Any]
    """those of `RUN_KEYS` that name the run"""

    @property
    def outputs(self) -> dict[str, str]:
        """The run's own files, by path: hash."""
        folder = self.record.removesuffix("record.json")
        outputs = self.receipt.outputs.items()
        return {path: sha256 for path, sha256 in outputs if path.startswith(folder)}


@dataclass(frozen=True)
class Graph:
    """The receipts of one results folder."""

    place: Place
    chain: Chain
    configuration: Mapping[str, Any]
    """content of configuration.json: of the last run, and earlier ones by their hash"""

    @classmethod
    def read(cls, folder: Path, work: Path) -> "Graph":
        """Read the receipts of a results folder; `work` is the current folder.

        Raises:
            InputError: there are no receipts, or they were altered.
        """
        chain = Chain.read(work / folder / RECEIPTS)
        place = place_of(folder, chain, work)
        return cls(place, chain, read_json(place.folder / CONFIGURATION))

    @property
    def results(self) -> str:
        """The results folder, as paths in receipts begin."""
        return self.place.results

    @property
    def receipts(self) -> list[Receipt]:
        """All receipts, each after the receipts that it names."""
        return self.chain.receipts

    @cached_property
    def producers(self) -> dict[str, Receipt]:
        """The receipt of each output, by the output's path."""
        return producers_of(self.receipts)

    @cached_property
    def by_id(self) -> dict[str, Receipt]:
        """Each receipt by its id."""
        return {receipt.id: receipt for receipt in self.receipts}

    @cached_property
    def figures(self) -> dict[str, Receipt]:
        """The receipt of each figure: fig1, fig1_stated, romo/overview."""
        found = {}
        for receipt in self.receipts:
            if receipt.script.endswith("/draw_figure.py"):
                path = next(iter(receipt.outputs))
                stem = Path(path).stem
                experiment = receipt.wildcards.get("experiment")
                found[f"{experiment}/{stem}" if experiment else stem] = receipt
        return found

    @cached_property
    def runs(self) -> list[Run]:
        """All training runs."""
        return [
            Run(receipt, path, self._keys(path))
            for receipt in self.receipts
            for path in receipt.outputs
            if path.endswith("/record.json")
        ]

    def _keys(self, record: str) -> dict[str, Any]:
        stage, *parts = Path(record).relative_to(self.results).parts[:-1]
        first = stage if stage == "linear" else parts.pop(0)
        keys: dict[str, Any] = {"experiment": first}
        for part in parts:
            if match := re.fullmatch(r"(g|seed)(\d.*)", part):
                name, value = match.groups()
                keys[name] = float(value) if name == "g" else int(value)
            else:
                # The networks of Figs 3 and 4 have no folder of their own in `linear`.
                keys["experiment"] = part
        return keys

    @cached_property
    def _tables(self) -> dict[str, pd.DataFrame]:
        return {}

    @cached_property
    def of_readings(self) -> dict[tuple[str, str], pd.DataFrame]:
        """Rows of tables that belong to a reading, by the table's path and the reading."""
        return {}

    @cached_property
    def data_dependence(self) -> dict[str, bool]:
        """Answers that `interplay.provenance.data.uses_data` has found, by path."""
        return {}

    def producer(self, path: str) -> Receipt:
        """Return the receipt of a file; raise `InputError` if there is none."""
        if path not in self.producers:
            raise InputError(f"{path}: expected a file with a receipt, found none")
        return self.producers[path]

    def table(self, path: str) -> pd.DataFrame:
        """Read a table; its index is the line in the file, the header being line 1.

        Raises:
            InputError: the file is missing, or is not the one that its job wrote, or, of a
                file of the repository, that a job read.
        """
        if path not in self._tables:
            self.check(path)
            table = read_table(self.place.file(path))
            lines = pd.RangeIndex(FIRST_LINE, len(table) + FIRST_LINE)
            self._tables[path] = table.set_index(lines)
        return self._tables[path]

    def check(self, path: str) -> None:
        """Raise `InputError` unless a file is the one that its receipt describes."""
        file, name = self.place.file(path), self.place.name(path)
        if not file.is_file():
            raise InputError(f"{name}: expected a file, found none")
        expected, found = self._hash(path), file_hash(file)
        if found != expected:
            raise InputError(
                f"{name}: altered: expected sha256 {expected[:12]}, found {found[:12]}; "
                "`interplay verify` names everything that was altered"
            )

    def _hash(self, path: str) -> str:
        """Return the hash of a file as its job wrote it, or as other jobs read a source."""
        if path not in self.producers:
            for receipt in self.receipts:
                if path in receipt.inputs:
                    return receipt.inputs[path]
        return self.producer(path).outputs[path]

    def check_outputs(self, path: str) -> None:
        """Raise `InputError` unless the outputs of a file's job are as its receipt says.

        Outputs that a folder lacks are not checked. At least one is there, unless the folder
        is an archive, and archives leave out all outputs of this job.
        """
        outputs = self.producer(path).outputs
        there = [output for output in outputs if self.place.file(output).is_file()]
        kept = not self.place.archived or any(map(self.place.is_archived, outputs))
        for output in there or ([path] if kept else []):
            self.check(output)

    def configuration_of(self, receipt: Receipt) -> Mapping[str, Any]:
        """Return the configuration of a job's run: command_line, files, values and hash."""
        earlier = self.configuration.get("earlier", {})
        if receipt.configuration in earlier:
            return {**earlier[receipt.configuration], "hash": receipt.configuration}
        return self.configuration

    def ancestors(self, path: str) -> list[Receipt]:
        """Return the jobs that one output depends on, in order, its own job last.

        A table that was gathered from files depends on these files only, not on all that
        its job read.
        """
        if path not in self._ancestors:
            self._ancestors[path] = self._traced(path)
        return self._ancestors[path]

    @cached_property
    def _ancestors(self) -> dict[str, list[Receipt]]:
        return {}

    def _traced(self, path: str) -> list[Receipt]:
        wanted, seen = [path], set()
        ids = set()
        while wanted:
            path = wanted.pop()
            if path in seen or path not in self.producers:
                continue
            seen.add(path)
            receipt = self.producers[path]
            ids.add(receipt.id)
            wanted += receipt.parts.get(path, receipt.inputs)
        return [receipt for receipt in self.receipts if receipt.id in ids]

    def runs_of(self, rows: pd.DataFrame, among: Iterable[Receipt]) -> list[Run]:
        """Return the runs that rows of a table describe.

        Args:
            rows: of any table.
            among: the jobs that the table depends on.
        """
        ids = {receipt.id for receipt in among}
        runs = [run for run in self.runs if run.receipt.id in ids]
        named = [key for key in RUN_KEYS if key in rows.columns]
        found = []
        described: dict[tuple[str, ...], set[tuple[Any, ...]]] = {}
        for run in runs:
            keys = tuple(key for key in named if key in run.keys)
            if keys not in described:
                columns = (rows[key].tolist() for key in keys)
                described[keys] = set(zip(*columns, strict=True))
            if not keys or tuple(run.keys[key] for key in keys) in described[keys]:
                found.append(run)
        return found

    def jobs_between(self, jobs: Iterable[Receipt], runs: Iterable[Run]) -> list[Receipt]:
        """Return the jobs that depend on training runs, without the runs' own jobs.

        Args:
            jobs: each after the jobs that it read from.
            runs: training runs; if there are none, all jobs are returned.
        """
        own = {run.receipt.id for run in runs}
        if not own:
            return list(jobs)
        depending, found = set(own), []
        for job in jobs:
            # Parents come first, so one pass finds what depends on a run through others.
            if job.id not in own and depending.intersection(job.parents):
                depending.add(job.id)
                found.append(job)
        return found

    def external_inputs(self, receipts: Iterable[Receipt]) -> dict[str, str]:
        """Return the inputs that no job made, by path: hash."""
        return {
            path: sha256
            for receipt in receipts
            for path, sha256 in receipt.inputs.items()
            if path not in self.producers
        }
