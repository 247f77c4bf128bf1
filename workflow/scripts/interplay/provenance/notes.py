"""Say with what a run was compared, and what its receipts leave open."""

import re
from collections import Counter
from collections.abc import Iterator
from pathlib import Path

from interplay.provenance.file_check import absent
from interplay.provenance.git import Commit, Repository
from interplay.provenance.place import Place
from interplay.provenance.receipts import RECEIPTS, Chain
from interplay.provenance.recording import LOCK
from interplay.provenance.sources import SOURCES
from interplay.storage.hashes import file_hash, value_hash

SHOWN = 3
"""packages, or commits, that a line names"""


def notes(chain: Chain, place: Place) -> Iterator[str]:
    """Yield a line for each thing that a reader has to know besides the problems."""
    receipts, seal = chain.receipts, chain.seal
    yield _on_code(chain, place)
    before = sum(receipt.workflow != value_hash(seal.workflow) for receipt in receipts)
    if before:
        yield (
            f"rules: {before} of {len(receipts)} jobs ran before the last edit to the "
            "Snakefile, a rule or a schema; their code, parameters and inputs were compared "
            "all the same"
        )
    yield from _on_packages(chain, place)
    for digest in seal.restored:
        yield (
            f"restored from an archive with the digest {digest}; jobs that ran since have "
            "receipts of their own"
        )
    if gone := sum(len(absent(receipt, place)) for receipt in receipts):
        yield f"not in this folder: {gone} files, known by their hash"


def _on_code(chain: Chain, place: Place) -> str:
    """Return what the code of a run was compared with."""
    git = chain.seal.git
    name, clean = git["commit"], git["clean"]
    commit, repository = place.commit(name), place.repository
    with place.as_of(name) as then:
        stand_in = then.stand_in
    if not isinstance(commit, Commit) or not isinstance(repository, Repository):
        stand_in = stand_in or (
            f"commit {name[:12]}: {commit}" if name else "the run names no commit"
        )
        carried = place.archived and not then.stand_in
        sources = f"{place.shown}/{SOURCES}" if carried else "the files that are here"
        return f"code: compared with {sources}; {stand_in}"
    unclean = ", with uncommitted changes" if clean is False else ""
    since = _changed_since(commit, repository)
    if not place.archived:
        return (
            f"code: compared with the files that are here; the last run began at commit "
            f"{name[:12]}{unclean}; {since}"
        )
    if stand_in:
        return f"code: compared with the files that are here; {stand_in}"
    return f"code: as of {_commits(chain)}{unclean}; {since}"


def _commits(chain: Chain) -> str:
    """Return the commits at which jobs ran, with their numbers of jobs, the last one first."""
    name = chain.seal.commit
    jobs = Counter(receipt.commit for receipt in chain.receipts)
    if set(jobs) <= {name}:
        return f"commit {name[:12]}"
    others = [
        f"{jobs[one]} at {one[:12] or 'no known commit'}" for one in jobs if one != name
    ]
    more = f" and {len(others) - SHOWN} more" if len(others) > SHOWN else ""
    return f"commit {name[:12]} ({jobs[name]} jobs; {', '.join(others[:SHOWN])}{more})"


def _changed_since(commit: Commit, repository: Repository) -> str:
    """Return how many files of the working tree changed; archived runs are no part of it."""
    changed = repository.changed(commit)
    if not isinstance(changed, list):
        return "an unknown number of files of the working tree changed since"
    runs = tuple(
        path.removesuffix(RECEIPTS)
        for path in (*commit.files, *changed)
        if path.endswith(f"/{RECEIPTS}")
    )
    count = sum(not path.startswith(runs) for path in changed)
    besides = ", besides archived runs" if count < len(changed) else ""
    return f"{count} files of the working tree changed since{besides}"


def _on_packages(chain: Chain, place: Place) -> Iterator[str]:
    """Yield a line if jobs imported other versions than those in the lock."""
    file = place.folder / Path(LOCK).name if place.archived else place.root / LOCK
    if not file.is_file():
        return
    locked, sha256 = locked_versions(file.read_text("utf-8")), file_hash(file)
    other: dict[str, str] = {}
    count = 0
    for receipt in chain.receipts:
        if receipt.lock == sha256:
            differing = {
                f"{name} {found} instead of {locked[name]}": name
                for name, found in receipt.packages.items()
                # As for pip, `1.0` in a lock stands for each build of it, such as `1.0+cpu`.
                if name in locked and locked[name] not in (found, found.partition("+")[0])
            }
            other |= differing
            count += bool(differing)
    if count:
        shown = ", ".join(sorted(other)[:SHOWN])
        more = f" and {len(other) - SHOWN} more" if len(other) > SHOWN else ""
        yield f"packages: {count} jobs did not use the versions of the lock: {shown}{more}"


def locked_versions(text: str) -> dict[str, str]:
    """Return the version of each package that a lock names."""
    found = re.findall(r"^([\w.-]+)==([^\s;\\]+)", text, re.MULTILINE)
    return {re.sub(r"[-_.]+", "-", name).lower(): version for name, version in found}
