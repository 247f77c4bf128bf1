"""One of two runs that are compared: its jobs, and the files that are as receipts say."""

from dataclasses import dataclass
from functools import cached_property
from pathlib import Path

from interplay.provenance.causes import name_of
from interplay.provenance.file_check import FileCheck
from interplay.provenance.graph import Graph
from interplay.provenance.place import place_of
from interplay.provenance.receipt_lines import CannotBeReadError
from interplay.provenance.receipts import RECEIPTS, TRAINING_RECORD, Chain, Receipt
from interplay.storage.errors import InputError


@dataclass(frozen=True)
class Side:
    """One of the two runs."""

    shown: str
    graph: Graph

    @classmethod
    def read(cls, folder: Path, work: Path) -> "Side":
        """Read the receipts of a results folder, live or archived.

        Raises:
            CannotBeReadError: there are none that can be read, or no workflow is near them.
            InputError: the receipts were altered.
        """
        chain = Chain.read(work / folder / RECEIPTS)
        try:
            place = place_of(folder, chain, work)
        except InputError as error:
            raise CannotBeReadError(str(error)) from None
        # What was configured is in the receipts: configuration.json is not needed.
        return cls(str(folder), Graph(place, chain, {}))

    @cached_property
    def jobs(self) -> dict[str, Receipt]:
        """The jobs by their first output."""
        return {name_of(job, self.graph): job for job in self.graph.receipts}

    def hashes(self, job: Receipt) -> dict[str, str]:
        """Return the hashes of a job's outputs, by path in the results folder.

        Records of trainings are left out: they hold times, and differ between equal runs.
        """
        return {
            path.removeprefix(f"{self.graph.results}/"): sha256
            for path, sha256 in job.outputs.items()
            if Path(path).name != TRAINING_RECORD
        }

    def file(self, name: str) -> Path:
        """Return where an output is, or would be."""
        return self.graph.place.folder / name

    @cached_property
    def wrong(self) -> dict[str, str]:
        """A line for each file that is not as its receipt says, by its shown path."""
        check = FileCheck(self.graph.place, self.graph.chain)
        found = (one for job in self.graph.receipts for one in check.outputs(job))
        return {one.path: str(one) for one in found}

    def has(self, name: str) -> bool:
        """Return whether an output is there and as its receipt says."""
        shown = self.graph.place.name(f"{self.graph.results}/{name}")
        return self.file(name).is_file() and shown not in self.wrong
