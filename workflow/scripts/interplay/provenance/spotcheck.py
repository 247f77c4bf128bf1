"""Make a few jobs of a run again, drawn at random, and compare their files to the bit."""

import math
import random
import time
from collections.abc import Callable, Collection, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from scipy.stats import beta

from interplay.provenance.graph import Graph
from interplay.provenance.instructions import instructions_of
from interplay.provenance.receipts import (
    RECEIPTS,
    TRAINING_RECORD,
    Receipt,
    is_training,
)
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

CONFIDENCE = 0.95

OTHER_PARAMETERS = "the workflow at this commit has other parameters for the job"


@dataclass(frozen=True)
class Spotcheck:
    """The answer of a spot check."""

    digest: str
    """of the run: hash over all receipts"""
    seed: int
    """of the draw"""
    jobs: int
    """among which was drawn"""
    checks: list[Remade]

    def count(self, answer: str) -> int:
        """Return how many checks have this answer."""
        return sum(check.answer == answer for check in self.checks)

    @property
    def bound(self) -> float:
        """The largest share of jobs that differ or cannot be made, with `CONFIDENCE`."""
        return largest_share(len(self.checks) - self.count(EQUAL), len(self.checks))

    @property
    def sentence(self) -> str:
        """The answer in a line."""
        said = f"{self.count(EQUAL)} of {len(self.checks)} equal"
        for answer, words in ((DIFFERS, "differ"), (NOT_MADE, "could not be made")):
            if number := self.count(answer):
                said += f", {number} {words}"
        what = "differ or cannot be made here" if self.count(NOT_MADE) else "differ"
        if self.bound == 1:
            return f"{said}: this bounds nothing"
        # Rounded up, so that the sentence holds.
        share = math.ceil(1000 * self.bound) / 10
        return (
            f"{said}: with {100 * CONFIDENCE:g} % confidence less than "
            f"{math.ceil(share) if share > 10 else share:g} % of the {self.jobs} jobs {what}"
        )

    @property
    def status(self) -> int:
        """Exit status: 0 all equal, 1 some differ, 3 some could not be made."""
        if self.count(DIFFERS):
            return 1
        return 3 if self.count(NOT_MADE) else 0

    def stored(self) -> dict[str, Any]:
        """Return the answer for JSON."""
        return {
            "answer": self.sentence,
            "digest": f"sha256:{self.digest}",
            "seed": self.seed,
            "jobs": self.jobs,
            "drawn": len(self.checks),
            "equal": self.count(EQUAL),
            "differ": self.count(DIFFERS),
            "not_made": self.count(NOT_MADE),
            "confidence": CONFIDENCE,
            "largest_share": self.bound,
            "checks": [check.stored() for check in self.checks],
        }


def largest_share(failures: int, drawn: int) -> float:
    """Return the one-sided Clopper-Pearson bound on a share, with `CONFIDENCE`."""
    if failures == drawn:
        return 1.0
    return float(beta.ppf(CONFIDENCE, failures + 1, drawn - failures))


def spotcheck(
    folder: Path,
    work: Path,
    drawn: int,
    seed: int,
    rules: Collection[str] = (),
    say: Callable[[str], None] = print,
) -> Spotcheck:
    """Draw trainings at random, make each again at its commit and compare its files.

    Args:
        folder: of the results, live or archived.
        work: the current folder.
        drawn: how many jobs to draw; all, if there are fewer.
        seed: of the draw.
        rules: names of rules to draw from; by default all trainings that read no file.
        say: is called with each line of progress.

    Raises:
        InputError: there are no receipts, or no job among which to draw.
    """
    graph = Graph.read(folder, work)
    among = candidates(graph.receipts, rules)
    if not among:
        which = f"of the rules {', '.join(sorted(rules))} " if rules else ""
        raise InputError(
            f"{folder / RECEIPTS}: expected trainings {which}that read no file, found none"
        )
    chosen = random.Random(seed).sample(among, min(drawn, len(among)))
    seconds = sum(receipt.ended - receipt.started for receipt in chosen)
    say(
        f"{len(chosen)} of {len(among)} jobs drawn with seed {seed}; "
        f"they took {seconds:.0f} s in the run"
    )
    checks = []
    for number, receipt in enumerate(chosen, 1):
        say(f"{number} of {len(chosen)}  {next(iter(receipt.outputs))}")
        checks.append(check := _check(receipt, graph))
        said = f": {check.reason}" if check.reason else ""
        say(f"  {check.answer}, {check.seconds:.0f} s{said}")
        if check.environment:
            say(f"  other than in the receipt: {'; '.join(check.environment)}")
    return Spotcheck(graph.chain.digest, seed, len(among), checks)


def candidates(receipts: Sequence[Receipt], rules: Collection[str] = ()) -> list[Receipt]:
    """Return the trainings that read no file, in the order of their outputs.

    Args:
        receipts: of a run.
        rules: names of rules; all, if empty.
    """
    found = [
        receipt
        for receipt in receipts
        if not receipt.inputs
        and is_training(receipt)
        and (not rules or receipt.rule in rules)
    ]
    return sorted(found, key=lambda receipt: sorted(receipt.outputs))


def _check(receipt: Receipt, graph: Graph) -> Remade:
    """Make one job again."""
    began, here = time.monotonic(), graph.place.root
    wanted = [path for path in receipt.outputs if Path(path).name != TRAINING_RECORD]
    try:
        refuse_changes(receipt)
        with workflow_at(receipt.commit, graph.place) as root:
            threads = str(receipt.machine.get("threads", 1))
            chosen = instructions_of(receipt.machine, describe_machine(threads=1))
            make([receipt], wanted, graph, root, threads, chosen)
            again = made_in(root, graph.results).get(wanted[0])
            if again is None:
                raise NotMadeError(
                    "the job that ran again has no receipt to compare with"
                )
            if again.parameters != receipt.parameters:
                raise NotMadeError(OTHER_PARAMETERS)
            seconds = time.monotonic() - began
            conditions = Conditions(again.machine, chosen, here)
            return compared(receipt, wanted, root, conditions, seconds)
    except NotMadeError as error:
        return not_made(receipt, str(error), here, time.monotonic() - began)
