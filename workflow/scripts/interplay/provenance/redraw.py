"""Make figures, verdicts, numbers and the article again from tables, and compare."""

import shutil
import time
from collections import Counter, defaultdict
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from interplay.provenance.graph import Graph
from interplay.provenance.instructions import instructions_of
from interplay.provenance.receipts import RECEIPTS, Receipt
from interplay.provenance.recording import describe_machine
from interplay.provenance.remade import (
    DIFFERS,
    EQUAL,
    NOT_MADE,
    Conditions,
    Remade,
    compared,
    not_made,
)
from interplay.provenance.remaking import (
    NotMadeError,
    made_in,
    make,
    refuse_changes,
    workflow_at,
)
from interplay.storage.errors import InputError

GIT = "workflow/scripts/interplay/provenance/git.py"
"""module of the jobs that read their commit from git, such as that of the article"""


@dataclass(frozen=True)
class Redrawn:
    """The answer of `redraw`."""

    digest: str
    """of the run: hash over all receipts"""
    jobs: list[Remade]

    @property
    def files(self) -> dict[str, str]:
        """Equal, differs or not made, for each file by its path."""
        return {path: job.of(path) for job in self.jobs for path in job.receipt.outputs}

    @property
    def sentence(self) -> str:
        """The answer in a line, such as `figures: 63 of 63 equal; article: 1 of 1 equal`."""
        every, equal = Counter(), Counter()
        for path, answer in self.files.items():
            kind = Path(path).parent.name
            kind = kind if kind in ("figures", "tables") else "article"
            every[kind] += 1
            equal[kind] += answer == EQUAL
        return "; ".join(
            f"{kind}: {equal[kind]} of {n} equal" for kind, n in every.items()
        )

    @property
    def status(self) -> int:
        """Exit status: 0 all equal, 1 some differ, 3 some could not be made."""
        answers = set(self.files.values())
        return 1 if DIFFERS in answers else 3 if NOT_MADE in answers else 0

    def stored(self) -> dict[str, Any]:
        """Return the answer for JSON."""
        return {
            "answer": self.sentence,
            "digest": f"sha256:{self.digest}",
            "jobs": [job.stored() for job in self.jobs],
        }


def redraw(folder: Path, work: Path, say: Callable[[str], None] = print) -> Redrawn:
    """Make again what depends on archived tables only, each at the commit of its receipt.

    Args:
        folder: of the results, live or archived; nothing is written there.
        work: the current folder.
        say: is called with each line of progress.

    Raises:
        InputError: there are no receipts, no such job, or a table is not as its receipt says.
    """
    graph = Graph.read(folder, work)
    groups: dict[tuple[str, str, frozenset], list[Receipt]] = defaultdict(list)
    here = describe_machine(threads=1)
    for receipt in from_tables(graph):
        chosen = frozenset(instructions_of(receipt.machine, here).items())
        groups[receipt.commit, receipt.configuration, chosen].append(receipt)
    if not groups:
        raise InputError(
            f"{folder / RECEIPTS}: expected jobs that read archived tables only, found none"
        )
    jobs = []
    for (commit, _, chosen), receipts in groups.items():
        say(f"commit {commit[:12] or 'unknown'}: {len(receipts)} jobs")
        made = _made_again(receipts, graph, dict(chosen))
        jobs += made
        for job in made:
            for path in job.receipt.outputs:
                if (answer := job.of(path)) != EQUAL:
                    say(f"  {answer}: {path}{f': {job.reason}' if job.reason else ''}")
            if job.answer != EQUAL and job.environment:
                say(f"  other than in the receipt: {'; '.join(job.environment)}")
    return Redrawn(graph.chain.digest, jobs)


def from_tables(graph: Graph) -> list[Receipt]:
    """Return the jobs whose files an archive holds, and which read only such files.

    They read at least one file of another job; besides, they may read sources.
    """
    made, place = graph.producers, graph.place
    found = []
    for receipt in graph.receipts:
        read = [path for path in receipt.inputs if path in made]
        others = [path for path in receipt.inputs if path not in made]
        if (
            read
            and all(map(place.is_archived, read))
            and all(map(place.source, others))
            and any(map(place.is_archived, receipt.outputs))
        ):
            found.append(receipt)
    return found


def _made_again(
    receipts: Sequence[Receipt], graph: Graph, chosen: Mapping[str, str]
) -> list[Remade]:
    """Make the files of jobs of one commit and configuration again; see `make`."""
    began, place = time.monotonic(), graph.place
    made = {path for receipt in receipts for path in receipt.outputs}
    read = {path for receipt in receipts for path in receipt.inputs} & set(
        graph.producers
    )
    for path in sorted(read | set(filter(place.is_archived, made))):
        graph.check(path)
    try:
        refuse_changes(receipts[0])
        with workflow_at(receipts[0].commit, place) as root:
            has_git = (root / ".git").exists()
            possible = [one for one in receipts if has_git or GIT not in one.code]
            found = _made_in(root, possible, graph, chosen, began) if possible else []
        others = [receipt for receipt in receipts if receipt not in possible]
        reason = "the job reads its commit from git, which does not have it here"
    except NotMadeError as error:
        found, others, reason = [], receipts, str(error)
    seconds = time.monotonic() - began
    return [*found, *(not_made(one, reason, place.root, seconds) for one in others)]


def _made_in(
    root: Path,
    receipts: Sequence[Receipt],
    graph: Graph,
    chosen: Mapping[str, str],
    began: float,
) -> list[Remade]:
    """Make the files of jobs again with the workflow in a folder, and compare them."""
    place = graph.place
    outputs = {path for receipt in receipts for path in receipt.outputs}
    inputs = {path for receipt in receipts for path in receipt.inputs}
    for path in (inputs & set(graph.producers)) - outputs:
        (root / path).parent.mkdir(parents=True, exist_ok=True)
        shutil.copyfile(place.file(path), root / path)
    reason = ""
    try:
        make(receipts, sorted(outputs), graph, root, "all", chosen)
    except NotMadeError as error:
        # The other files are compared all the same.
        reason = str(error)
    seconds, again = time.monotonic() - began, made_in(root, graph.results)
    found = []
    for receipt in receipts:
        of_job = again.get(next(iter(receipt.outputs)))
        if of_job:
            conditions = Conditions(of_job.machine, chosen, place.root)
        else:
            conditions = Conditions.here(place.root, chosen)
        found.append(
            compared(receipt, receipt.outputs, root, conditions, seconds, reason)
        )
    return found
