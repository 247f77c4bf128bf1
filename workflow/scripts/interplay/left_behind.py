"""What a killed Snakemake leaves behind: its lock, jobs that still run, half-written files."""

import os
import re
import shutil
import subprocess
from collections.abc import Iterator, Sequence
from contextlib import suppress
from pathlib import Path

import psutil

from interplay.storage.errors import InputError

JOB_SCRIPTS = ".snakemake/scripts/"
"""folder of the scripts that Snakemake's jobs run, part of their command lines"""

PATIENCE = 10.0
"""seconds that a job has to end after SIGTERM, before SIGKILL"""

HALF_WRITTEN = re.compile(r"\..+(\.\w+)\.[a-z0-9_]{8}\1")
"""names of the temporary files of `interplay.storage.files.replacing`: .a.csv.x7k2_9qa.csv"""


def remove_half_written(folder: Path) -> list[Path]:
    """Remove the temporary files of jobs that were killed while they wrote a file.

    Args:
        folder: with folders in it, at any depth. It may be missing. No job may be running
            that writes there.

    Returns:
        The files that were removed.
    """
    found = [path for path in folder.rglob(".*") if HALF_WRITTEN.fullmatch(path.name)]
    for path in found:
        path.unlink(missing_ok=True)
    return found


def release_stale_lock(folder: Path) -> None:
    """Remove the locks of a Snakemake that was killed; keep those of one that is alive.

    Args:
        folder: where Snakemake runs.

    Raises:
        InputError: another Snakemake is running in this folder.
    """
    locks = folder / ".snakemake" / "locks"
    if not locks.is_dir() or not any(locks.iterdir()):
        return
    if process := snakemake_in(folder):
        raise InputError(
            f"{folder.resolve()}: another Snakemake is running here (process {process}); "
            "wait for it, or end it by Ctrl-C"
        )
    shutil.rmtree(locks)


def refuse_slurm_jobs(folder: Path) -> None:
    """Refuse to start in a folder in which an earlier Snakemake's Slurm jobs live on.

    Args:
        folder: where Snakemake runs.

    Raises:
        InputError: there are such jobs of this user.
    """
    if jobs := slurm_jobs_in(folder):
        raise InputError(
            f"{folder.resolve()}: Slurm jobs of another Snakemake are still here: "
            f"{', '.join(jobs)}; wait for their end, or cancel them: scancel {' '.join(jobs)}"
        )


def slurm_jobs_in(folder: Path) -> list[str]:
    """Return the numbers of this user's Slurm jobs that Snakemake submitted in a folder."""
    command = ["squeue", "--me", "--noheader", "--format=%i|%Z|%k"]
    try:
        listed = subprocess.run(command, capture_output=True, text=True, timeout=PATIENCE)
    except (FileNotFoundError, subprocess.TimeoutExpired):
        return []
    here = folder.resolve()
    jobs = (line.split("|") for line in listed.stdout.splitlines())
    # The plugin comments its jobs. Without that, a notebook's job would count, too.
    return [
        number
        for number, work, *comment in jobs
        if comment[0].startswith("rule_")
        and number != os.environ.get("SLURM_JOB_ID")
        and Path(work).resolve() == here
    ]


def end_orphaned_jobs(folder: Path) -> list[int]:
    """End the jobs of a Snakemake that was killed; return their process ids.

    The next Snakemake does not know these jobs. It would start each of them a second time,
    and the two would write the same files. The first one is therefore ended: a training job
    resumes from its checkpoint, so only the work since then is lost.

    Args:
        folder: where Snakemake runs. If a Snakemake is alive there, no job is ended.
    """
    if snakemake_in(folder):
        return []
    jobs = [process for process, words in _processes_in(folder) if _runs_job(words)]
    for job in jobs:
        with suppress(psutil.NoSuchProcess):
            job.terminate()
    _, alive = psutil.wait_procs(jobs, timeout=PATIENCE)
    for job in alive:
        with suppress(psutil.NoSuchProcess):
            job.kill()
    return [job.pid for job in jobs]


def snakemake_in(folder: Path) -> int | None:
    """Return the id of a process that runs Snakemake in a folder, if there is one."""
    for process, words in _processes_in(folder):
        if _runs_snakemake(words):
            return process.pid
    return None


def _processes_in(folder: Path) -> Iterator[tuple[psutil.Process, list[str]]]:
    """Yield each process that works in a folder, and the words of its command line."""
    here = folder.resolve()
    for process in psutil.process_iter():
        try:
            words = process.cmdline()
            if Path(process.cwd()).resolve() != here:
                continue
        except psutil.Error:
            continue
        yield process, words


def _runs_snakemake(words: Sequence[str]) -> bool:
    return _is_python(words) and "snakemake" in {Path(word).name for word in words}


def _runs_job(words: Sequence[str]) -> bool:
    return _is_python(words) and any(JOB_SCRIPTS in word for word in words)


def _is_python(words: Sequence[str]) -> bool:
    # macOS has an interpreter named `Python`.
    return bool(words) and "python" in Path(words[0]).name.lower()
