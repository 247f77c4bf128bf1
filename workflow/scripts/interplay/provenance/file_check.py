"""Compare the files of a results folder, and the sources of its jobs, with receipts."""

import os
from collections.abc import Iterable, Iterator
from dataclasses import replace
from functools import cache
from pathlib import Path

from interplay.provenance.code import Sources
from interplay.provenance.code_check import code_problems
from interplay.provenance.origin import CONFIGURATION
from interplay.provenance.place import Place
from interplay.provenance.problems import Kind, Problem
from interplay.provenance.receipts import (
    RECEIPTS,
    TRAINING_RECORD,
    Chain,
    Receipt,
    is_training,
    producers_of,
)
from interplay.provenance.recording import LOCK
from interplay.storage.hashes import file_hash

UNCHECKED = ("logs", "benchmarks", "site")
"""folders of a results folder on whose content no result depends"""

UNCOMMITTED = "the job ran with uncommitted changes, which no commit contains"


class FileCheck:
    """Compares receipts with files, each file and each code once."""

    def __init__(self, place: Place, chain: Chain):
        """Remember the results folder and its receipts."""
        self.place, self.chain = place, chain
        self.producers = producers_of(chain.receipts)
        self.hashes: dict[Path, str] = {}
        self.seen: set[tuple[Path, str]] = set()
        self.sources = cache(Sources)

    def receipts(self, receipts: Iterable[Receipt], then: Place) -> Iterator[Problem]:
        """Yield problems of the inputs, code, lock and outputs of jobs.

        Args:
            receipts: of one commit.
            then: the place with the sources as of that commit.
        """
        for receipt in receipts:
            made = next(iter(receipt.outputs))
            unchanged = receipt.git["clean"] is not False
            for path, expected in receipt.inputs.items():
                if path in self.producers:
                    yield from self._of_producer(path, expected, made)
                    continue
                found = self._source(path, expected, made, then)
                outside = then.is_outside(path)
                yield from found if outside else of_sources(found, then, unchanged)
            code = (then.root, receipt.code_hash)
            if code not in self.seen:
                self.seen.add(code)
                found = code_problems(receipt, self.place.name(made), then, self.sources)
                yield from of_sources(found, then, unchanged)
            lock = self._compared(then.root / LOCK, LOCK, receipt.lock, made)
            yield from of_sources(lock, then, unchanged)
            yield from self.outputs(receipt)

    def outputs(self, receipt: Receipt) -> Iterator[Problem]:
        """Yield problems of the outputs of a job."""
        made, gone = next(iter(receipt.outputs)), absent(receipt, self.place)
        for path, expected in receipt.outputs.items():
            if path not in gone:
                yield from self._compared(self.place.file(path), path, expected, made)

    def _of_producer(self, path: str, expected: str, made: str) -> Iterator[Problem]:
        if self.producers[path].outputs[path] != expected:
            about = f"made of another {self.place.name(path)} than there is"
            yield Problem(self.place.name(made), Kind.NOT_EXPLAINED, about)

    def _source(
        self, path: str, expected: str, made: str, then: Place
    ) -> Iterator[Problem]:
        """Yield the problem of an input that no job made."""
        file = then.file(path)
        # Word vectors on another disk are checked if they are at hand.
        if not then.is_outside(path) or file.is_file():
            yield from self._compared(file, path, expected, made)

    def _compared(
        self, file: Path, path: str, expected: str, made: str = ""
    ) -> Iterator[Problem]:
        """Yield the problem of one file.

        Args:
            file: the file itself.
            path: as receipts name it.
            expected: its hash.
            made: output of the job that needs it.
        """
        shown = self.place.name(path)
        if file.is_symlink() and file.is_relative_to(self.place.folder):
            yield Problem(shown, Kind.NOT_EXPLAINED, LINK)
            return
        if not file.is_file():
            needs = f"{self.place.name(made)} needs it" if path != made != "" else ""
            yield Problem(shown, Kind.MISSING, needs)
            return
        try:
            if file not in self.hashes:
                self.hashes[file] = file_hash(file)
        except OSError as error:
            yield Problem(shown, Kind.CANNOT_BE_CHECKED, error.strerror or str(error))
            return
        found = self.hashes[file]
        if found != expected:
            about = f"expected sha256 {expected[:12]}, found {found[:12]}"
            yield Problem(shown, Kind.ALTERED, about)

    def configuration(self) -> Iterator[Problem]:
        """Yield the problem of configuration.json."""
        path = f"{self.place.results}/{CONFIGURATION}"
        expected = self.chain.seal.configuration_file
        yield from self._compared(self.place.folder / CONFIGURATION, path, expected)

    def added(self) -> Iterator[Problem]:
        """Yield problems of the files that an archive adds to those of the run."""
        for name, expected in self.chain.seal.archived.items():
            path = f"{self.place.results}/{name}"
            yield from self._compared(self.place.folder / name, path, expected)

    def unexplained(self) -> Iterator[Problem]:
        """Yield the files and links of the results folder that no receipt names."""
        place = self.place
        allowed = {RECEIPTS, CONFIGURATION, *self.chain.seal.archived}
        errors: list[OSError] = []
        for parent, folders, names in os.walk(place.folder, onerror=errors.append):
            here = Path(parent)
            links = [name for name in sorted(folders) if (here / name).is_symlink()]
            if here == place.folder:
                folders[:] = [name for name in folders if name not in UNCHECKED]
                names = [name for name in names if name not in allowed]
                if (here / RECEIPTS).is_symlink():
                    yield Problem(f"{place.shown}/{RECEIPTS}", Kind.NOT_EXPLAINED, LINK)
            elif (here / RECEIPTS).is_file():
                # The results of another configuration, which have receipts of their own.
                folders.clear()
                continue
            folders.sort()
            for name in sorted([*names, *links]):
                inside = (here / name).relative_to(place.folder).as_posix()
                path = f"{place.results}/{inside}"
                if name in links:
                    about = "expected a folder, found a symbolic link"
                elif path not in self.producers:
                    about = "no receipt names it"
                else:
                    continue
                yield Problem(place.name(path), Kind.NOT_EXPLAINED, about)
        for error in errors:
            inside = os.path.relpath(str(error.filename), place.folder)
            path = place.name(f"{place.results}/{inside}")
            yield Problem(path, Kind.CANNOT_BE_CHECKED, error.strerror or str(error))


LINK = "expected a file, found a symbolic link"


def of_sources(
    problems: Iterable[Problem], then: Place, unchanged: bool
) -> Iterator[Problem]:
    """Yield problems of sources, as what they are where those of the run are not at hand.

    Args:
        problems: of a comparison with the sources of `then`.
        then: the place with the sources as of a commit.
        unchanged: whether the sources of the run were as in that commit.
    """
    reason = then.stand_in
    if then.archived and not unchanged:
        reason = reason or UNCOMMITTED
    for problem in problems:
        if reason:
            yield replace(problem, kind=Kind.CANNOT_BE_CHECKED, about=reason)
        else:
            yield problem


def inner_results(folder: Path) -> list[Path]:
    """Return the folders inside a results folder that have receipts of their own."""
    # Path.glob follows symbolic links, os.walk does not.
    places = [Path(place) for place, _, names in os.walk(folder) if RECEIPTS in names]
    return sorted(place for place in places if place != folder)


def absent(receipt: Receipt, place: Place) -> list[str]:
    """Return the outputs of a job that are rightly absent: they are known by their hash.

    An archive leaves some out, and so do results that were restored from it. In a live
    folder, the weights of networks and their losses may be deleted once they are measured:
    they take most of the disk.
    """
    if place.archived:
        may_go = [path for path in receipt.outputs if not place.is_archived(path)]
    else:
        may_go = [
            path
            for path in receipt.outputs
            if path in place.left_out
            or (is_training(receipt) and Path(path).name != TRAINING_RECORD)
        ]
    return [path for path in may_go if not os.path.lexists(place.file(path))]
