"""A job that was made again, and how its files compare with those of its receipt."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path
from typing import Any

from interplay.provenance.instructions import instructions_of_one_only, kernels_of
from interplay.provenance.receipts import Receipt
from interplay.provenance.recording import LOCK, describe_machine
from interplay.storage.hashes import file_hash

EQUAL, DIFFERS, NOT_MADE = "equal", "differs", "not made"


@dataclass(frozen=True)
class Remade:
    """One job that was made again."""

    receipt: Receipt
    answer: str
    """equal, differs or not made"""
    found: dict[str, str]
    """hash of each file that was made again and compared, by path"""
    reason: str
    """why the job was not made; otherwise empty"""
    environment: list[str]
    """what differs from the receipt: versions, lock, processor, kernels; and variables that
    chose instructions for the job"""
    seconds: float

    @property
    def target(self) -> str:
        """The first output of the job."""
        return next(iter(self.receipt.outputs))

    def of(self, path: str) -> str:
        """Return the answer for one output."""
        if path not in self.found:
            return NOT_MADE
        return EQUAL if self.found[path] == self.receipt.outputs[path] else DIFFERS

    def stored(self) -> dict[str, Any]:
        """Return the answer for JSON."""
        outputs = self.receipt.outputs
        return {
            "receipt": self.receipt.id,
            "rule": self.receipt.rule,
            "wildcards": self.receipt.wildcards,
            "commit": self.receipt.commit,
            "answer": self.answer,
            "reason": self.reason,
            "outputs": {
                path: {"expected": outputs[path], "found": sha256}
                for path, sha256 in self.found.items()
            },
            "not_compared": sorted(set(outputs) - set(self.found)),
            "environment": self.environment,
            "seconds": round(self.seconds, 1),
        }


@dataclass(frozen=True)
class Conditions:
    """Under which a job was made again."""

    machine: Mapping[str, Any]
    """on which it ran, as the job described it; the one here if it did not"""
    chosen: Mapping[str, str]
    """variables of its environment, from `instructions_of`"""
    root: Path
    """the workflow's folder here, whose lock is installed"""

    @classmethod
    def here(cls, root: Path, chosen: Mapping[str, str] | None = None) -> "Conditions":
        """Return the conditions of a job whose own description of them is not known."""
        return cls(describe_machine(threads=1), chosen or {}, root)

    def differ(self, receipt: Receipt) -> list[str]:
        """Return what differs from a receipt, and the chosen variables.

        Python, versions, lock, processor, instructions and BLAS are compared.
        """
        then, now = receipt.machine, self.machine
        found = []
        for key in ("python", "processor"):
            if key in then and then[key] != now.get(key):
                found.append(f"{key} {then[key]}, here {now.get(key)}")
        found += instructions_of_one_only(then, now, ("receipt", "machine here"))
        kernels = [kernels_of(machine) for machine in (then, now)]
        if then.get("blas") and kernels[0] != kernels[1]:
            found.append("BLAS kernels {}, here {}".format(*map(sorted, kernels)))
        for name, expected in receipt.packages.items():
            if (here := _version(name)) != expected:
                found.append(f"{name} {expected}, here {here or 'none'}")
        lock = self.root / LOCK
        if not lock.is_file() or file_hash(lock) != receipt.lock:
            found.append(f"another lock than {LOCK} here")
        chosen = [f"{name}={value} for this job" for name, value in self.chosen.items()]
        return found + chosen


def compared(
    receipt: Receipt,
    paths: Iterable[str],
    made_in: Path,
    conditions: Conditions,
    seconds: float,
    reason: str = "",
) -> Remade:
    """Compare files that were made again with their receipt.

    Args:
        receipt: of the job.
        paths: of the files to compare, as the receipt names them.
        made_in: the working folder in which they were made again.
        conditions: under which.
        seconds: that it took.
        reason: why files are missing, if any are.
    """
    paths = list(paths)
    found = {
        path: file_hash(made_in / path) for path in paths if (made_in / path).is_file()
    }
    if any(found[path] != receipt.outputs[path] for path in found):
        answer = DIFFERS
    else:
        answer = EQUAL if len(found) == len(paths) else NOT_MADE
    return Remade(receipt, answer, found, reason, conditions.differ(receipt), seconds)


def not_made(receipt: Receipt, reason: str, root: Path, seconds: float) -> Remade:
    """Return the answer for a job that could not be made again; root as in `Conditions`."""
    environment = Conditions.here(root).differ(receipt)
    return Remade(receipt, NOT_MADE, {}, reason, environment, seconds)


def _version(package: str) -> str:
    try:
        return version(package)
    except PackageNotFoundError:
        return ""
