"""What a killed Snakemake leaves behind: its lock, jobs that still run, half-written files."""

import os
import platform
import re
import shutil
import subprocess
from collections.abc import Iterator, Sequence
from contextlib import suppress
from datetime import datetime
from pathlib import Path

import psutil

from interplay.storage.errors import InputError
from interplay.surroundings import user_name

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
    """Remove the locks of a Snakemake of this user and machine that was killed.

    Args:
        folder: where Snakemake runs.

    Raises:
        InputError: another Snakemake is running in this folder, or may be: nobody can see
            what runs on another machine, or in which folder another user's process works.
    """
    locks = folder / ".snakemake" / "locks"
    found = list(locks.glob("*.lock"))
    if not found:
        return
    if process := snakemake_in(folder):
        raise InputError(
            f"{folder.resolve()}: another Snakemake is running here ({process}); "
            "wait for it, or end it by Ctrl-C"
        )
    uid, since = found[0].stat().st_uid, found[0].stat().st_mtime
    here, user = platform.node(), user_name(uid)
    host = _host(folder / ".snakemake" / "log", since) or here
    if uid != os.getuid() or host != here:
        running = _snakemakes_of(uid) if host == here else []
        seen = f" (Snakemakes of {user} here: process {', '.join(running)})"
        raise InputError(
            f"{locks.resolve()}: expected no lock, found one by {user} on {host} since "
            f"{datetime.fromtimestamp(since):%Y-%m-%d %H:%M}{seen if running else ''}; wait "
            "for that run, or if it was killed: .venv/bin/snakemake --unlock"
        )
    shutil.rmtree(locks)


def _host(logs: Path, moment: float) -> str | None:
    """Return the machine of the run that had started last before a moment, from its log."""
    name = f"{datetime.fromtimestamp(moment):%Y-%m-%dT%H%M%S.%f}.snakemake.log"
    started = sorted(log for log in logs.glob("*.snakemake.log") if log.name <= name)
    text = started[-1].read_text("utf-8", "replace") if started else ""
    host = re.search(r"(?im)^ *host: (.+)$", text)
    return host[1] if host else None


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
        listed = subprocess.run(
            command, capture_output=True, encoding="utf-8", timeout=PATIENCE
        )
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
    jobs = [
        process
        for process, words, uid in _processes_in(folder)
        if runs_job(words) and uid == os.getuid()
    ]
    end(jobs)
    return [job.pid for job in jobs]


def end(jobs: Sequence[psutil.Process]) -> None:
    """End processes: by SIGTERM, or if they do not end in time, by SIGKILL."""
    for job in jobs:
        with suppress(psutil.NoSuchProcess):
            job.terminate()
    _, alive = psutil.wait_procs(jobs, timeout=PATIENCE)
    for job in alive:
        with suppress(psutil.NoSuchProcess):
            job.kill()


def snakemake_in(folder: Path) -> str | None:
    """Return which process of whom runs Snakemake in a folder, if one does."""
    for process, words, uid in _processes_in(folder):
        if _runs_snakemake(words):
            return f"process {process.pid} of {user_name(uid)}"
    return None


def _snakemakes_of(uid: int) -> list[str]:
    """Return the ids of the processes of a user that run Snakemake, in whatever folder."""
    return [
        str(process.pid)
        for process in psutil.process_iter(["cmdline", "uids"])
        if (uids := process.info["uids"]) and uids.real == uid
        if _runs_snakemake(process.info["cmdline"] or ())
    ]


def _processes_in(folder: Path) -> Iterator[tuple[psutil.Process, list[str], int]]:
    """Yield each process that works in a folder, its command line, and its user's id.

    Only root sees in which folders the processes of other users work.
    """
    here = folder.resolve()
    for process in psutil.process_iter():
        try:
            words, uid = process.cmdline(), process.uids().real
            if Path(process.cwd()).resolve() != here:
                continue
        except psutil.Error:
            continue
        yield process, words, uid


def _runs_snakemake(words: Sequence[str]) -> bool:
    return _is_python(words) and "snakemake" in {Path(word).name for word in words}


def runs_job(words: Sequence[str]) -> bool:
    """Return whether a command line is that of a job of Snakemake."""
    return _is_python(words) and any(JOB_SCRIPTS in word for word in words)


def _is_python(words: Sequence[str]) -> bool:
    # macOS has an interpreter named `Python`.
    return bool(words) and "python" in Path(words[0]).name.lower()
