"""Check results against their receipts, offline."""

from collections import defaultdict
from collections.abc import Iterator
from dataclasses import dataclass, replace
from os.path import relpath
from pathlib import Path

from interplay.provenance.code_check import carried_problems, workflow_problems
from interplay.provenance.file_check import FileCheck, inner_results, of_sources
from interplay.provenance.notes import notes
from interplay.provenance.place import Place, place_of
from interplay.provenance.plausibility import implausible, structure_problems
from interplay.provenance.problems import Kind, Problem
from interplay.provenance.receipt_lines import CannotBeReadError
from interplay.provenance.receipts import RECEIPTS, Chain
from interplay.provenance.sources import SOURCES
from interplay.storage.errors import InputError

UNCHECKED_STATUS = 3
"""exit status if something cannot be checked and nothing was altered"""


@dataclass(frozen=True)
class Verification:
    """The answer about one results folder."""

    found: list[Problem]
    """in the order of the graph; empty if every file is as its receipt says"""
    notes: list[str]
    """what the results were compared with"""
    digest: str = ""
    """of the receipts; empty if they cannot be read"""

    @property
    def problems(self) -> list[str]:
        """A line for each contradiction between files and receipts, or among receipts."""
        return [str(one) for one in self.found if one.kind != Kind.CANNOT_BE_CHECKED]

    @property
    def unchecked(self) -> list[str]:
        """A line, with the reason, for each thing that cannot be checked."""
        return [str(one) for one in self.found if one.kind == Kind.CANNOT_BE_CHECKED]

    @property
    def status(self) -> int:
        """0 if all is as the receipts say, 1 if not, 3 if something cannot be checked."""
        if self.problems:
            return 1
        return UNCHECKED_STATUS if self.found else 0


def verify(folder: Path, work: Path, digest: str = "") -> Verification:
    """Check a results folder against its receipts.

    Args:
        folder: with receipts; live, archived or in a crate.
        work: the current folder, which paths in messages are relative to.
        digest: from outside of the folder, such as a signed tag: 64 hexadecimal digits, with
            or without `sha256:` in front; not compared if empty.
    """
    shown, receipts = relpath(work / folder, work), work / folder / RECEIPTS
    try:
        chain = Chain.read(receipts)
    except InputError as error:
        cannot = isinstance(error, CannotBeReadError)
        kind = Kind.CANNOT_BE_CHECKED if cannot else Kind.ALTERED
        return Verification([_as_problem(error, receipts, shown, kind)], [])
    try:
        place = place_of(folder, chain, work)
    except InputError as error:
        one = _as_problem(error, receipts, shown, Kind.CANNOT_BE_CHECKED)
        return Verification([one], [], chain.digest)
    found: list[Problem] = []
    try:
        _ = place.archived and place.sources
    except InputError as error:
        found.append(_as_problem(error, place.folder / SOURCES, shown, Kind.ALTERED))
        place = replace(place, carries=False)
    found += _problems(chain, place, digest.removeprefix("sha256:").lower())
    for inner in inner_results(place.folder):
        found += verify(inner, work).found
    return Verification(
        list(dict.fromkeys(found)), list(notes(chain, place)), chain.digest
    )


def _as_problem(error: InputError, file: Path, shown: str, kind: Kind) -> Problem:
    about = str(error).removeprefix(f"{file}: ").removeprefix(f"{kind}: ")
    return Problem(f"{shown}/{file.name}", kind, about)


def _problems(chain: Chain, place: Place, digest: str) -> Iterator[Problem]:
    name = f"{place.shown}/{RECEIPTS}"
    if digest and digest != chain.digest:
        about = f"expected the digest {digest}, found {chain.digest}"
        yield Problem(name, Kind.ALTERED, about)
    yield from structure_problems(chain, name)
    check = FileCheck(place, chain)
    by_commit = defaultdict(list)
    for receipt in chain.receipts:
        by_commit[receipt.commit].append(receipt)
    for commit, receipts in by_commit.items():
        with place.as_of(commit) as then:
            yield from check.receipts(receipts, then)
    with place.as_of(chain.seal.commit) as then:
        unchanged = chain.seal.git["clean"] is not False
        yield from of_sources(workflow_problems(chain, then), then, unchanged)
    yield from check.configuration()
    if place.archived:
        yield from carried_problems(chain, place)
    yield from check.added()
    yield from check.unexplained()
    yield from implausible(chain, place)
