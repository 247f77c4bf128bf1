"""Ask Snakemake for the jobs of a configuration, and for its metadata on them."""

import os
import shutil
import subprocess
import sys
from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from interplay.provenance.recording import PLAN
from interplay.provenance.remaking import cause_of
from interplay.storage.errors import InputError
from interplay.storage.files import read_json

COPIED = ("Snakefile", "workflow")
"""what tells Snakemake where the workflow is, which a link would not change"""

TARGETS = ("all", "overview", "field")
"""rules that ask for everything that a run can make of a configuration"""

METADATA, INCOMPLETE = Path(".snakemake/metadata"), Path(".snakemake/incomplete")
"""folders in which Snakemake remembers jobs: those that ended, and those that were killed"""


@contextmanager
def workflow_aside(work: Path, results: str) -> Iterator[Path]:
    """Yield a folder with the workflow of another one, without its results.

    It is inside of the other, in the folder `.snakemake`, so that files can be moved between
    them. If an earlier call was killed, what it left is removed.
    """
    aside = work / ".snakemake" / "restore"
    shutil.rmtree(aside, ignore_errors=True)
    aside.mkdir(parents=True)
    left_out = {".git", ".snakemake", Path(results).parts[0], *COPIED}
    try:
        shutil.copy2(work / "Snakefile", aside)
        shutil.copytree(
            work / "workflow",
            aside / "workflow",
            ignore=shutil.ignore_patterns("__pycache__"),
        )
        for entry in work.iterdir():
            if entry.name not in left_out:
                (aside / entry.name).symlink_to(entry)
        yield aside
    finally:
        shutil.rmtree(aside, ignore_errors=True)


def planned_jobs(
    aside: Path, results: str, options: Sequence[str]
) -> list[dict[str, Any]]:
    """Return all jobs of a configuration; Snakemake then has metadata on each of them.

    Args:
        aside: from `workflow_aside`.
        results: the results folder that the configuration should have.
        options: for Snakemake, that choose the configuration.

    Returns:
        Per job: rule, inputs, outputs, parameters, times (of outputs that are there).

    Raises:
        InputError: Snakemake refuses the configuration, or it has another results folder.
    """
    # No output is there, so nothing is touched; the metadata are written all the same.
    _snakemake(aside, "--touch", "--forceall", *options, "--", *TARGETS)
    if not (aside / results / PLAN).is_file():
        raise InputError(f"{results}: expected the results folder of the configuration")
    jobs = read_json(aside / results / PLAN)
    # Except for downloads, which several folders may share.
    for job in jobs:
        for path, time in job["times"].items():
            os.utime(aside / path, ns=(time, time))
    return jobs


def forget(aside: Path, outputs: Iterable[str], options: Sequence[str]) -> None:
    """Remove Snakemake's metadata on some files."""
    if paths := sorted(outputs):
        _snakemake(aside, *options, "--cleanup-metadata", *paths)


def move_metadata(aside: Path, work: Path) -> None:
    """Move Snakemake's metadata from one folder to another.

    Where the outputs of a job are not there, metadata change nothing.
    """
    for file in [path for path in (aside / METADATA).rglob("*") if path.is_file()]:
        inside = file.relative_to(aside / METADATA)
        (work / METADATA / inside).parent.mkdir(parents=True, exist_ok=True)
        file.replace(work / METADATA / inside)
        (work / INCOMPLETE / inside).unlink(missing_ok=True)
    # Without this folder, Snakemake takes the metadata for those of an earlier version.
    (work / INCOMPLETE).mkdir(parents=True, exist_ok=True)


def _snakemake(folder: Path, *arguments: str) -> None:
    done = subprocess.run(
        [sys.executable, "-m", "snakemake", "--cores", "1", "--nolock", *arguments],
        cwd=folder,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        encoding="utf-8",
        env={**os.environ, "PYTHONPATH": str(folder / "workflow" / "scripts")},
    )
    if done.returncode:
        raise InputError(f"Snakemake: {cause_of(done.stdout)}")
