"""Check results against their receipts, offline."""

import os
from collections import defaultdict
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from functools import cache
from pathlib import Path

from interplay.provenance.code import Sources
from interplay.provenance.code_check import (
    carried_problems,
    code_problems,
    note_on_code,
    workflow_problems,
)
from interplay.provenance.origin import CONFIGURATION
from interplay.provenance.place import Place, place_of
from interplay.provenance.receipts import RECEIPTS, Chain, Receipt, leaves, producers_of
from interplay.provenance.recording import LOCK
from interplay.provenance.sources import SOURCES
from interplay.storage.errors import InputError
from interplay.storage.hashes import file_hash, value_hash

UNCHECKED = ("logs", "benchmarks", "site")
"""folders of a results folder on whose content no result depends"""

DERIVED = (RECEIPTS, CONFIGURATION, "ro-crate-metadata.json", "codecheck.yml")
"""files that are made from the receipts or have their hash in the seal"""

ONLY_ARCHIVED = ("machines.json", "costs.csv", "requirements.txt", SOURCES)
"""further files of an archive that no receipt names"""

RECORD = "record.json"
"""what a training job writes of itself"""


@dataclass(frozen=True)
class Verification:
    """The answer about one results folder."""

    problems: list[str]
    """a line each, in the order of the graph; empty if nothing was found"""
    notes: list[str]
    """what the results were compared with"""
    unchecked: list[str] = field(default_factory=list)
    """a line for each file that differs from the run's and may rightly do so, because git
    cannot give the run's; empty if everything was checked"""


def verify(folder: Path, work: Path, digest: str = "") -> Verification:
    """Check a results folder against its receipts.

    Args:
        folder: with receipts; live, archived or in a crate.
        work: the current folder, which paths in messages are relative to.
        digest: from outside of the folder, such as a signed tag, with or without
            `sha256:` in front; not compared if empty.
    """
    name = os.path.relpath(work / folder, work)
    digest = digest.removeprefix("sha256:")
    try:
        chain = Chain.read(work / folder / RECEIPTS)
        place = place_of(folder, chain, work)
        # Damaged sources are a problem of their own, wherever they are needed.
        _ = place.sources
    except InputError as error:
        return Verification([str(error).replace(f"{work}/", "")], [])
    unchecked: list[str] = []
    found = list(_problems(chain, place, f"{name}/{RECEIPTS}", digest, unchecked))
    for inner in _inner_results(place.folder):
        answer = verify(inner, work)
        found += answer.problems
        unchecked += answer.unchecked
    return Verification(
        list(dict.fromkeys(found)),
        list(_notes(chain, place)),
        list(dict.fromkeys(unchecked)),
    )


def _problems(
    chain: Chain, place: Place, name: str, digest: str, unchecked: list[str]
) -> Iterator[str]:
    """Yield problems; add to `unchecked` what could not be checked."""
    if digest and digest != chain.digest:
        yield f"{name}: altered: expected the digest {digest}, found {chain.digest}"
    if chain.seal.leaves != leaves(chain.receipts):
        yield f"{name}: altered: the seal names other receipts than there are"
    yield from _altered_links(chain.receipts, name)
    check = _Check(place, producers_of(chain.receipts), unchecked)
    by_commit = defaultdict(list)
    for receipt in chain.receipts:
        by_commit[receipt.commit].append(receipt)
    for commit, receipts in by_commit.items():
        with place.as_of(commit) as then:
            yield from check.receipts(receipts, then)
    with place.as_of(chain.seal.commit) as then:
        yield from check.of_sources(workflow_problems(chain, then), then)
    yield from _altered_configuration(chain, place)
    yield from carried_problems(chain, place)
    yield from _unexplained(place, check.producers)


def _altered_links(receipts: Iterable[Receipt], name: str) -> Iterator[str]:
    receipts = list(receipts)
    producers = producers_of(receipts)
    ids: set[str] = set()
    for receipt in receipts:
        expected = {producers[p].id for p in receipt.inputs if p in producers}
        if set(receipt.parents) != expected or not expected <= ids:
            made = next(iter(receipt.outputs))
            yield f"{name}: altered: the chain breaks before {made}"
        ids.add(receipt.id)


class _Check:
    """Compares receipts with files, each file and each code once."""

    def __init__(self, place: Place, producers: dict[str, Receipt], unchecked: list[str]):
        self.place, self.producers, self.unchecked = place, producers, unchecked
        self.hashes: dict[Path, str] = {}
        self.seen: set[tuple[Path, str]] = set()
        self.sources = cache(Sources)

    def receipts(self, receipts: Iterable[Receipt], then: Place) -> Iterator[str]:
        """Yield problems of receipts; `then` has the sources as of their commit."""
        for receipt in receipts:
            made = next(iter(receipt.outputs))
            for path, expected in receipt.inputs.items():
                if path not in self.producers:
                    found = self.source(path, expected, made, then)
                    outside = then.is_outside(path)
                    yield from found if outside else self.of_sources(found, then)
                elif self.producers[path].outputs[path] != expected:
                    name = self.place.name
                    yield (
                        f"{name(made)}: not explained: made of another {name(path)} than "
                        "there is"
                    )
            code = (then.root, receipt.code_hash)
            if code not in self.seen:
                self.seen.add(code)
                found = code_problems(receipt, made, then.root, self.sources)
                yield from self.of_sources(found, then)
            lock = self.compared(then.root / LOCK, LOCK, receipt.lock, made)
            yield from self.of_sources(lock, then)
            absent = _absent(receipt, self.place)
            for path, expected in receipt.outputs.items():
                if path not in absent:
                    yield from self.compared(self.place.file(path), path, expected, made)

    def of_sources(self, problems: Iterable[str], then: Place) -> Iterator[str]:
        """Yield problems of sources, unless others stand in for those of the run."""
        if not then.stand_in:
            yield from problems
            return
        for problem in problems:
            path = problem.partition(": ")[0]
            self.unchecked.append(f"{path}: cannot be checked: {then.stand_in}")

    def source(self, path: str, expected: str, made: str, then: Place) -> Iterator[str]:
        """Yield the problem of an input that no job made."""
        file = then.file(path)
        # Word vectors on another disk are checked if they are at hand.
        if not then.is_outside(path) or file.is_file():
            yield from self.compared(file, path, expected, made)

    def compared(self, file: Path, path: str, expected: str, made: str) -> Iterator[str]:
        """Yield the problem of one file."""
        path, made = self.place.name(path), self.place.name(made)
        if file.is_symlink() and file.is_relative_to(self.place.folder):
            yield f"{path}: not explained: expected a file, found a symbolic link"
            return
        if not file.is_file():
            needs = f"; {made} needs it" if path != made else ""
            yield f"{path}: missing{needs}"
            return
        if file not in self.hashes:
            self.hashes[file] = file_hash(file)
        found = self.hashes[file]
        if found != expected:
            yield f"{path}: altered: expected sha256 {expected[:12]}, found {found[:12]}"


def _altered_configuration(chain: Chain, place: Place) -> Iterator[str]:
    file = place.folder / CONFIGURATION
    path = f"{place.shown}/{CONFIGURATION}"
    if not file.is_file():
        yield f"{path}: missing"
    elif file_hash(file) != chain.seal.configuration_file:
        yield f"{path}: altered: expected the file that the seal names"


def _unexplained(place: Place, producers: dict[str, Receipt]) -> Iterator[str]:
    """Yield the files and links of a results folder that no receipt names."""
    for parent, folders, names in os.walk(place.folder):
        here = Path(parent)
        at_top = here == place.folder
        if at_top:
            folders[:] = [name for name in folders if name not in UNCHECKED]
            allowed = (*DERIVED, *(ONLY_ARCHIVED if place.archived else ()))
            names = [name for name in names if name not in allowed]
        elif (here / RECEIPTS).is_file():
            # The results of another configuration, which have receipts of their own.
            folders.clear()
            continue
        folders.sort()
        links = [name for name in folders if (here / name).is_symlink()]
        for name in sorted([*names, *links]):
            file = here / name
            path = f"{place.results}/{file.relative_to(place.folder).as_posix()}"
            if name in links:
                yield (
                    f"{place.name(path)}: not explained: expected a folder, found a "
                    "symbolic link"
                )
            elif path not in producers:
                yield f"{place.name(path)}: not explained: no receipt names it"


def _inner_results(folder: Path) -> list[Path]:
    """Return the folders inside a results folder that have receipts of their own."""
    # Path.glob follows symbolic links, os.walk does not.
    places = [Path(place) for place, _, names in os.walk(folder) if RECEIPTS in names]
    return sorted(place for place in places if place != folder)


def _absent(receipt: Receipt, place: Place) -> list[str]:
    """Return the outputs of a job that are rightly absent: they are known by their hash.

    An archive leaves some out. In a live folder, the weights of networks and their losses
    may be deleted once they are measured: they take most of the disk.
    """
    if place.archived:
        may_go = [path for path in receipt.outputs if not place.is_archived(path)]
    elif any(path.endswith(RECORD) for path in receipt.outputs):
        may_go = [path for path in receipt.outputs if not path.endswith(RECORD)]
    else:
        may_go = []
    # Before version 0.3, a job made the site. Archives of that time still name its pages.
    unchecked = tuple(f"{place.results}/{folder}/" for folder in UNCHECKED)
    return [
        path
        for path in may_go
        if path.startswith(unchecked) or not os.path.lexists(place.file(path))
    ]


def _notes(chain: Chain, place: Place) -> Iterator[str]:
    """Yield what the results were compared with."""
    seal = chain.seal
    yield note_on_code(seal.commit, seal.git["clean"], place)
    older = sum(
        receipt.workflow != value_hash(seal.workflow) for receipt in chain.receipts
    )
    if older:
        yield f"workflow: {older} of {len(chain.receipts)} jobs ran under earlier rules"
    absent = sum(len(_absent(receipt, place)) for receipt in chain.receipts)
    if absent:
        yield f"not in this folder: {absent} files, known by their hash"
    yield f"digest: {chain.digest}"
