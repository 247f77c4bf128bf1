"""Compare two runs: the first job that differs, why, and by how much the results differ.

The status is about everything that both runs have. Jobs, columns and files that only one of
them has are named.
"""

from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path

from interplay.provenance.causes import Cause, causes_of, name_of, parents_of
from interplay.provenance.contents import (
    CLAIMS,
    TABLES,
    file_difference,
    own_columns,
    verdict_difference,
)
from interplay.provenance.receipt_lines import CannotBeReadError
from interplay.provenance.receipts import Receipt
from interplay.provenance.side import Side

DOCUMENT = ".pdf"
"""suffix of the article, which names the commit and the day on which it was made"""

OF_THE_SVG = (".pdf", ".png")
"""suffixes of figures that are compared by the SVG file of the same job"""

SHOWN = 5

SAME, DIFFERENT, CANNOT_BE_COMPARED = 0, 1, 3
"""exit statuses"""


@dataclass
class Difference:
    """The answer about two results folders."""

    lines: list[str] = field(default_factory=list)
    status: int = SAME


def difference(a: Path, b: Path, work: Path) -> Difference:
    """Compare two results folders, live or archived.

    Returns:
        The lines of the answer, and the status: 0 if the results are equal in what both runs
        have, 1 if they differ or a file is not as its receipt says, 3 if they cannot be
        compared.

    Raises:
        InputError: receipts were altered.
    """
    try:
        first, second = Side.read(a, work), Side.read(b, work)
    except CannotBeReadError as error:
        about = str(error).removeprefix(f"{work}/")
        return Difference([f"cannot be compared: {about}"], CANNOT_BE_COMPARED)
    return _Comparison(first, second).difference()


class _Comparison:
    def __init__(self, first: Side, second: Side):
        self.first, self.second = first, second
        self.common = [name for name in second.jobs if name in first.jobs]
        self.causes: dict[str, list[Cause]] = {}
        self.changed: dict[str, list[str]] = {}
        """how the content of each output differs, in jobs that both have"""
        self.own_columns: dict[str, list[str]] = {}
        self.unknown: list[str] = []
        """tables and drawings whose bytes differ, and which are not at hand to be compared"""

    def difference(self) -> Difference:
        sides = self.first, self.second
        wrong = [line for side in sides for line in side.wrong.values()]
        answer = Difference(wrong[:SHOWN], DIFFERENT if wrong else SAME)
        if len(wrong) > SHOWN:
            answer.lines.append(
                f"… and {len(wrong) - SHOWN} more; see `interplay verify`"
            )
        receipts = [[job.id for job in side.graph.receipts] for side in sides]
        if receipts[0] == receipts[1]:
            of = "are the receipts of" if wrong else "are"
            files = "not every output" if wrong else "every output"
            answer.lines.append(
                f"{sides[0].shown} and {sides[1].shown} {of} the same run; "
                f"{files} is as its receipt says"
            )
            return answer
        if not self.common:
            answer.lines.append("cannot be compared: the runs have no job in common")
            answer.status = answer.status or CANNOT_BE_COMPARED
            return answer
        self._compare()
        answer.lines += [*self._jobs(), *self._only(), *self._results()]
        if self.changed:
            answer.status = DIFFERENT
        elif self.unknown:
            answer.status = answer.status or CANNOT_BE_COMPARED
        return answer

    def _compare(self) -> None:
        """Compare the jobs, each after those whose outputs it read."""
        for name in self.common:
            ours, theirs = self.first.jobs[name], self.second.jobs[name]
            graphs = self.first.graph, self.second.graph
            self.causes[name] = list(causes_of(ours, theirs, *graphs))
            self.changed |= self._changed(ours, theirs)
        self.unknown = [path for path in self.unknown if not self._is_gathered(path)]

    def _changed(self, ours: Receipt, theirs: Receipt) -> dict[str, list[str]]:
        hashes = self.first.hashes(ours), self.second.hashes(theirs)
        found = {}
        differing = [
            path
            for path in hashes[1]
            if hashes[0].get(path, "") not in ("", hashes[1][path])
        ]
        for path in differing:
            drawing = Path(path).with_suffix(".svg").as_posix()
            if Path(path).suffix in OF_THE_SVG and drawing in hashes[1]:
                continue
            if lines := self._content(path, ours, theirs):
                found[path] = lines
        return found

    def _content(self, path: str, ours: Receipt, theirs: Receipt) -> list[str]:
        suffix = Path(path).suffix
        if suffix == DOCUMENT and not self._is_affected(ours, theirs):
            return []
        if not self._have(path):
            if suffix not in (*TABLES, ".svg"):
                return ["another content"]
            self.unknown.append(path)
            return []
        files = self.first.file(path), self.second.file(path)
        if suffix in TABLES and (own := list(own_columns(*files))):
            self.own_columns[path] = own
        return file_difference(*files)

    def _in_both(self) -> set[str]:
        """Return the outputs whose hashes both runs know."""
        found: set[str] = set()
        for name in self.common:
            ours = self.first.hashes(self.first.jobs[name])
            theirs = self.second.hashes(self.second.jobs[name])
            found |= {path for path in ours if ours[path] and theirs.get(path)}
        return found

    def _have(self, path: str) -> bool:
        return self.first.has(path) and self.second.has(path)

    def _is_gathered(self, path: str) -> bool:
        """Return whether the rows of a table are in a larger one, which is equal in both."""
        graph = self.second.graph
        tables = [
            table.removeprefix(f"{graph.results}/")
            for job in graph.receipts
            for table, parts in job.parts.items()
            if f"{graph.results}/{path}" in parts
        ]
        return any(self._have(table) and table not in self.changed for table in tables)

    def _is_affected(self, ours: Receipt, theirs: Receipt) -> bool:
        """Return whether a job has a cause of its own, or read something that differs."""
        read = {
            path.removeprefix(f"{side.graph.results}/")
            for side, job in ((self.first, ours), (self.second, theirs))
            for path in job.inputs
        }
        name = name_of(theirs, self.second.graph)
        return bool(self.causes[name]) or not read.isdisjoint(self.changed)

    def _jobs(self) -> Iterator[str]:
        jobs = {
            name
            for name in self.common
            if not self.changed.keys().isdisjoint(
                self.second.hashes(self.second.jobs[name])
            )
        }
        with_cause = [name for name in self.common if self.causes[name]]
        unexplained = [
            name
            for name in self.common
            if name in jobs
            and not self.causes[name]
            and ({*with_cause, *jobs} - {name}).isdisjoint(
                parents_of(self.second.jobs[name], self.second.graph)
            )
        ]
        candidates = {*with_cause, *unexplained}
        origin = next((name for name in self.common if name in candidates), None)
        if origin is None:
            yield "no job that both runs have differs"
        else:
            causes, title = self.causes[origin], _title(self.second.jobs[origin])
            yield f"first job that differs: {title}, which makes {origin}"
            yield from (f"  {cause.kind}: {cause.detail}" for cause in causes[:SHOWN])
            if more := causes[SHOWN:]:
                yield f"  … and {len(more)} more"
            if not causes:
                yield "  not reproduced: no cause is recorded, and the output differs"
            elif origin not in jobs:
                yield "  its results are nevertheless equal"
        kinds = Counter(
            kind for name in self.common for kind in {c.kind for c in self.causes[name]}
        )
        own = ", ".join(f"{count} in {kind}" for kind, count in kinds.items())
        yield (
            f"{len(self.common)} jobs in both: {len(with_cause)} differ themselves"
            + (f" ({own})" if own else "")
            + f", {len(jobs)} have other results"
        )

    def _only(self) -> Iterator[str]:
        for side, other in ((self.first, self.second), (self.second, self.first)):
            missing = [job for path, job in side.jobs.items() if path not in other.jobs]
            if missing:
                rules = Counter(job.rule for job in missing)
                listed = ", ".join(f"{count} {rule}" for rule, count in rules.items())
                yield f"only in {side.shown}: {len(missing)} jobs: {listed}"
                yield f"  the first is {_title(missing[0])}"

    def _results(self) -> Iterator[str]:
        for found in (self.own_columns, self.changed):
            for path in sorted(path for path in found if path.startswith("tables/")):
                yield from (f"{path}: {line}" for line in found[path])
        claims = f"tables/{CLAIMS}"
        verdicts = []
        if claims in self.changed and self._have(claims):
            files = self.first.file(claims), self.second.file(claims)
            verdicts = list(verdict_difference(*files))
        both = self._in_both()
        if claims not in both:
            yield "verdicts: not in both runs"
        elif claims in self.unknown:
            yield "verdicts: not at hand to be compared"
        else:
            yield f"verdicts that differ: {len(verdicts) or 'none'}"
        yield from (f"  {line}" for line in verdicts)
        drawn = [path for path in both - {*self.unknown} if path.endswith(".svg")]
        figures = [path for path in sorted(self.changed) if path.endswith(".svg")]
        if drawn:
            yield f"figures that differ: {len(figures) or 'none'} of {len(drawn)} compared"
        else:
            yield "figures: none to compare"
        yield from (f"  {path}: {', '.join(self.changed[path])}" for path in figures)
        if self.unknown:
            yield (
                f"not at hand to be compared: {len(self.unknown)} files whose bytes differ, "
                f"such as {self.unknown[0]}"
            )
        count = len(self.changed)
        if count:
            yield f"results: {count} files differ"
        else:
            yield "results: equal in what both have" + (
                " and can be compared" if self.unknown else ""
            )


def _title(job: Receipt) -> str:
    wildcards = ", ".join(f"{key} = {value}" for key, value in job.wildcards.items())
    return f"{job.rule} ({wildcards})" if wildcards else job.rule
