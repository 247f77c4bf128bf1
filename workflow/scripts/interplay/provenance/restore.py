"""Restore results from an archive, so that a run begins where the archived one ended."""

import os
import shlex
import shutil
import time
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from pathlib import Path

from interplay.left_behind import release_stale_lock
from interplay.provenance.costs import COSTS
from interplay.provenance.file_check import inner_results
from interplay.provenance.graph import Graph
from interplay.provenance.origin import CONFIGURATION
from interplay.provenance.parts import write_parts
from interplay.provenance.place import is_archive
from interplay.provenance.planning import (
    forget,
    move_metadata,
    planned_jobs,
    workflow_aside,
)
from interplay.provenance.receipts import (
    RECEIPTS,
    Chain,
    Receipt,
    explaining,
    leaves,
)
from interplay.provenance.sources import SOURCES
from interplay.provenance.unchanged import changes
from interplay.provenance.verify import verify
from interplay.storage.errors import InputError


@dataclass(frozen=True)
class Restored:
    """What was restored."""

    results: str
    """the folder"""
    digest: str
    """of the archive, which the seal of the results names"""
    jobs: int
    """of the archive"""
    receipts: list[Receipt]
    """of the restored jobs"""
    changed: dict[str, list[Receipt]]
    """jobs of the archive that were not restored since they would not be the same now, by the
    reason"""
    left_out: list[str]
    """outputs of the restored jobs that are not there"""

    @property
    def lines(self) -> Iterator[str]:
        """Lines that say what was restored, what was not, and why."""
        yield f"{self.results}: {len(self.receipts)} of {self.jobs} jobs restored"
        for reason, receipts in self.changed.items():
            first = next(iter(receipts[0].outputs))
            yield f"  {len(receipts)} not restored, such as that of {first}: {reason}"
        if lost := self.jobs - len(self.receipts) - sum(map(len, self.changed.values())):
            yield f"  {lost} not restored: nothing in the archive was made by or from them"
        if self.left_out:
            yield (
                f"  {len(self.left_out)} files of these jobs are not in the archive; receipts "
                "have their hashes"
            )
        yield f"  digest of the archive: {self.digest}"


def restore(archive: Path, work: Path, options: Sequence[str]) -> Restored:
    """Put tables, figures, networks and receipts of an archive into its results folder.

    Only jobs are restored that the workflow would do in the same way as it is now, from files
    that are the same. Snakemake gets its metadata on them, so that it notices later changes.
    The folder is written aside and then moved, so that it is there as a whole or not at all.

    Args:
        archive: the folder.
        work: the current folder, with the workflow.
        options: for Snakemake, that choose the configuration.

    Raises:
        InputError: the archive is altered, there are results already, or the configuration
            is of another results folder.
    """
    graph = _readable(archive, work)
    results = graph.results
    target = work / results
    release_stale_lock(work)
    _refuse_results(target)
    with workflow_aside(work, results) as aside:
        plan = _plan(aside, graph, options)
        changed = changes(graph, plan, work)
        others = {receipt.id for these in changed.values() for receipt in these}
        same = [receipt for receipt in graph.receipts if receipt.id not in others]
        shutil.rmtree(aside / results)
        _copy(same, graph, aside)
        left_out = [
            path
            for receipt in same
            for path in receipt.outputs
            if not any((folder / path).is_file() for folder in (aside, work))
        ]
        kept = explaining(same, lambda path: path not in left_out)
        made = {path for receipt in kept for path in receipt.outputs}
        left_out = sorted(made.intersection(left_out))
        _write_receipts(kept, left_out, graph, aside / results)
        planned = {path for job in plan for path in job["outputs"]}
        forget(aside, planned - made, options)
        _move(aside, work, results)
    return Restored(
        results, graph.chain.digest, len(graph.receipts), kept, changed, left_out
    )


def _readable(archive: Path, work: Path) -> Graph:
    """Return the receipts of an archive; raise `InputError` if it cannot be restored."""
    graph = Graph.read(archive, work)
    if not is_archive(work / archive):
        raise InputError(f"{archive}: expected a folder by `interplay archive`")
    if graph.place.root_name != "." or graph.place.root != work.resolve():
        raise InputError(
            f"{archive}: expected an archive of a run in the workflow's own folder, and the "
            "command in that folder"
        )
    for problem in verify(archive, work).problems:
        raise InputError(f"{problem}; `interplay verify {archive}` names all problems")
    return graph


def _refuse_results(target: Path) -> None:
    """Raise `InputError` if a folder has results; those in folders of their own may stay."""
    inner = inner_results(target) if target.is_dir() else []
    others = [
        path
        for path in (target.iterdir() if target.exists() else ())
        if path not in inner
    ]
    if others:
        raise InputError(
            f"{os.path.relpath(target)}: expected no results, found {others[0].name}; move "
            "the folder away, or restore in another clone"
        )


def _plan(aside: Path, graph: Graph, options: Sequence[str]):
    try:
        return planned_jobs(aside, graph.results, options)
    except InputError as error:
        used = shlex.join(graph.configuration["command_line"]) or "none"
        raise InputError(f"{error}; the options of the archived run: {used}") from None


def _copy(receipts: Sequence[Receipt], graph: Graph, aside: Path) -> None:
    """Copy the outputs of jobs from an archive, and take gathered tables apart."""
    for receipt in receipts:
        for path in receipt.outputs:
            file = graph.place.file(path)
            if path.startswith(f"{graph.results}/") and file.is_file():
                (aside / path).parent.mkdir(parents=True, exist_ok=True)
                shutil.copyfile(file, aside / path)
    write_parts(receipts, graph.place, aside)


def _write_receipts(
    receipts: Sequence[Receipt], left_out: list[str], graph: Graph, folder: Path
) -> None:
    """Write the receipts of the restored jobs as they are in the archive, with a new seal."""
    archived = graph.place.folder
    shutil.copyfile(archived / CONFIGURATION, folder / CONFIGURATION)
    (folder / "benchmarks").mkdir()
    shutil.copyfile(archived / COSTS, folder / "benchmarks" / COSTS)
    (folder / "logs").mkdir()
    shutil.copyfile(archived / SOURCES, folder / "logs" / SOURCES)
    seal = replace(
        graph.chain.seal,
        archived={},
        leaves=leaves(receipts),
        restored={
            **{digest: [] for digest in graph.chain.seal.restored},
            graph.chain.digest: left_out,
        },
    )
    Chain(list(receipts), seal).write(folder / RECEIPTS)


def _move(aside: Path, work: Path, results: str) -> None:
    """Move the results and Snakemake's metadata to where they belong."""
    now = time.time()
    for file in (aside / results).rglob("*"):
        # No result is newer than another one, so none has to be made again.
        os.utime(file, (now, now))
    move_metadata(aside, work)
    target = work / results
    target.parent.mkdir(parents=True, exist_ok=True)
    if not target.exists() or not any(target.iterdir()):
        (aside / results).rename(target)
        return
    # Receipts first: until all other files are there, `verify` says that they are missing.
    first = {RECEIPTS, CONFIGURATION}
    for entry in sorted((aside / results).iterdir(), key=lambda e: e.name not in first):
        entry.rename(target / entry.name)
