"""Check receipts against each other, against their commits and against their configuration.

Nothing here looks at results: files can be as their receipts say, and the receipts still
contradict each other.
"""

from collections import Counter, defaultdict
from collections.abc import Callable, Iterable, Iterator
from functools import partial

from interplay.provenance.code import TASKS, Sources
from interplay.provenance.git import Commit, Repository
from interplay.provenance.git_command import Unknown, Why
from interplay.provenance.origin import CONFIGURATION, workflow_files, workflow_hash
from interplay.provenance.place import Place
from interplay.provenance.problems import Kind, Problem
from interplay.provenance.receipts import (
    RECEIPTS,
    Chain,
    Receipt,
    leaves,
    producers_of,
)
from interplay.provenance.recording import LOCK
from interplay.storage.errors import InputError
from interplay.storage.files import read_json
from interplay.storage.hashes import file_hash, value_hash

ONE_CLOCK = 1.0
"""seconds by which the clock of one machine may be set back, and git rounds"""

CLUSTER = 300.0
"""seconds by which clocks may differ if a job ran on a node of a cluster"""


def structure_problems(chain: Chain, name: str) -> Iterator[Problem]:
    """Yield places at which the receipts are no whole chain.

    Args:
        chain: the receipts and their seal.
        name: of the receipts' file, as messages show it.
    """
    altered = partial(Problem, name, Kind.ALTERED)
    if chain.seal.leaves != leaves(chain.receipts):
        yield altered("the seal names other receipts than there are")
    producers = producers_of(chain.receipts)
    ids: set[str] = set()
    for receipt in chain.receipts:
        made = next(iter(receipt.outputs))
        expected = {producers[p].id for p in receipt.inputs if p in producers}
        if receipt.id in ids:
            yield altered(f"the receipt of {made} is there twice")
        elif set(receipt.parents) != expected or not expected <= ids:
            yield altered(f"the chain breaks before {made}")
        ids.add(receipt.id)
    counts = Counter(path for receipt in chain.receipts for path in receipt.outputs)
    for path, count in counts.items():
        if count > 1:
            yield altered(f"{count} receipts say that they made {path}")


def implausible(chain: Chain, place: Place) -> Iterator[Problem]:
    """Yield receipts that contradict each other, their commit or the configuration."""
    name = f"{place.shown}/{RECEIPTS}"
    receipts = chain.receipts
    commits = {
        commit: place.commit(commit)
        for commit in dict.fromkeys(
            [*(receipt.commit for receipt in receipts), chain.seal.commit]
        )
        if commit
    }
    contradiction = partial(Problem, name, Kind.IMPLAUSIBLE)
    yield from _unknown_commits(chain, place, commits)
    for about in _times(receipts, producers_of(receipts), commits):
        yield contradiction(about)
    for about in _states_of_git(receipts):
        yield contradiction(about)
    for about in _rules(receipts, place):
        yield contradiction(about)
    # The sources of an archive are compared with the commit anyway.
    if not place.archived:
        for about in _committed(receipts, place):
            yield contradiction(about)
    yield from _configurations(receipts, place)


def _unknown_commits(
    chain: Chain, place: Place, commits: dict[str, Commit | Unknown]
) -> Iterator[Problem]:
    """Yield commits that a repository lacks, although it has all of its commits."""
    lacking = [
        commit
        for commit, found in commits.items()
        if isinstance(found, Unknown) and found.why is Why.NO_COMMIT
    ]
    if not lacking:
        return
    repository = place.repository
    if isinstance(repository, Repository) and repository.is_complete():
        for commit in lacking:
            count = sum(receipt.commit == commit for receipt in chain.receipts)
            about = (
                f"{count} receipts name commit {commit[:12]}, which is not in this "
                "repository, though it is a complete clone"
            )
            name = f"{place.shown}/{RECEIPTS}"
            yield Problem(name, Kind.CANNOT_BE_CHECKED, about)


def _times(
    receipts: Iterable[Receipt],
    producers: dict[str, Receipt],
    commits: dict[str, Commit | Unknown],
) -> Iterator[str]:
    for receipt in receipts:
        made = next(iter(receipt.outputs))
        if receipt.ended <= receipt.started:
            yield f"the job of {made} ended before it started"
        for path, sha256 in receipt.inputs.items():
            source = producers.get(path)
            # A job that read another file than there is has another problem.
            if source and source.outputs[path] == sha256:
                ended = source.made_before.get(path, source.ended)
                early = ended - receipt.started
                if early > _tolerance(receipt, source):
                    yield f"the job of {made} started {early:.0f} s before {path} was made"
        commit = commits.get(receipt.commit)
        if isinstance(commit, Commit):
            early = commit.time.timestamp() - receipt.started
            if early > _tolerance(receipt):
                yield (
                    f"the job of {made} started {early:.0f} s before its commit "
                    f"{commit.id[:12]} was made"
                )


def _tolerance(*receipts: Receipt) -> float:
    on_cluster = any(receipt.machine.get("slurm_job") for receipt in receipts)
    return CLUSTER if on_cluster else ONE_CLOCK


def _states_of_git(receipts: Iterable[Receipt]) -> Iterator[str]:
    """Yield receipts whose state of git nobody can have recorded."""
    for receipt in receipts:
        state, made = receipt.git, next(iter(receipt.outputs))
        clean, difference = state["clean"], state.get("difference", "")
        if clean is not None and (not state["commit"] or clean == bool(difference)):
            yield f"the receipt of {made} contradicts itself on uncommitted changes"


def _rules(receipts: Iterable[Receipt], place: Place) -> Iterator[str]:
    """Yield jobs whose rules are not those of the commit at which their run began."""
    for commit, these in _clean(receipts, lambda receipt: receipt.workflow_git):
        with place.in_git(commit) as then:
            if then is None:
                continue
            expected = _hash_of_rules(then)
        for receipt in these:
            if receipt.workflow != expected:
                made = next(iter(receipt.outputs))
                yield f"the rules that made {made} are not those of commit {commit[:12]}"


def _hash_of_rules(then: Place) -> str:
    try:
        rules = {
            path: workflow_hash(then.root / path) for path in workflow_files(then.root)
        }
    except InputError:
        return ""
    return value_hash(rules)


def _committed(receipts: Iterable[Receipt], place: Place) -> Iterator[str]:
    """Yield jobs whose code or lock is not that of the commit that they name."""
    for commit, these in _clean(receipts, lambda receipt: receipt.git):
        with place.in_git(commit) as then:
            if then is None:
                continue
            sources = Sources(then.root / "workflow/scripts")
            lock = then.root / LOCK
            for receipt in these:
                made = next(iter(receipt.outputs))
                other = [
                    path
                    for path, expected in receipt.code.items()
                    # Tasks from elsewhere are in no commit.
                    if not path.startswith(f"{TASKS}/")
                    and _code_hash(sources, then, path) != expected
                ]
                if not lock.is_file() or file_hash(lock) != receipt.lock:
                    other.append(LOCK)
                for path in other[:1]:
                    yield (
                        f"{path}, with which {made} was made, is not that of commit "
                        f"{commit[:12]}, from which nothing is said to have differed"
                    )


def _code_hash(sources: Sources, then: Place, path: str) -> str:
    try:
        return sources.file_hash(then.root / path)
    except (InputError, FileNotFoundError):
        return ""


def _clean(
    receipts: Iterable[Receipt], state: Callable[[Receipt], dict]
) -> Iterator[tuple[str, list[Receipt]]]:
    """Yield each commit, and the receipts according to which nothing differed from it."""
    found = defaultdict(list)
    for receipt in receipts:
        if state(receipt).get("clean"):
            found[state(receipt)["commit"]].append(receipt)
    yield from found.items()


def _configurations(receipts: Iterable[Receipt], place: Place) -> Iterator[Problem]:
    """Yield receipts whose configuration is not in configuration.json."""
    file = place.folder / CONFIGURATION
    try:
        content = read_json(file)
        last = {content["hash"]: content} if "hash" in content else {}
        named = {**content.get("earlier", {}), **last}
        there = {key for key, one in named.items() if value_hash(one["values"]) == key}
    except (InputError, AttributeError, KeyError, TypeError):
        # A damaged file is a problem of its own.
        return
    for receipt in receipts:
        if receipt.configuration not in there:
            made = next(iter(receipt.outputs))
            about = (
                f"expected configuration {receipt.configuration[:12]}, with which {made} "
                "was made, found none"
            )
            yield Problem(f"{place.shown}/{CONFIGURATION}", Kind.NOT_EXPLAINED, about)
