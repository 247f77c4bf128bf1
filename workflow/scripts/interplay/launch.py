"""`interplay run`: Snakemake, with what it needs to be told checked or done first.

Snakemake ends with a traceback if a configuration file is missing or broken, takes a target
after `--configfile` for a file, and refuses to start in a folder where an earlier Snakemake
was killed. None of that can be caught in the Snakefile.
"""

import shutil
import subprocess
import sys
from collections.abc import Sequence
from pathlib import Path

import psutil

from interplay.configuration.files import read_yaml
from interplay.storage.errors import InputError

CONFIGFILE = ("--configfile", "--configfiles")
SUFFIXES = (".yaml", ".yml", ".json")


def run(arguments: Sequence[str], folder: Path) -> int:
    """Run Snakemake; return its exit status.

    Args:
        arguments: of Snakemake.
        folder: where it runs.

    Raises:
        InputError: a configuration file is missing or broken.
    """
    arguments = ordered(arguments, folder)
    for file in configuration_files(arguments):
        read_yaml(folder / file)
    release_stale_lock(folder / working_directory(arguments))
    command = [sys.executable, "-m", "snakemake", *arguments]
    process = subprocess.Popen(command, cwd=folder)
    while True:
        try:
            return process.wait()
        except KeyboardInterrupt:
            # The terminal sends Ctrl-C to Snakemake too, which then ends its jobs.
            continue


def ordered(arguments: Sequence[str], folder: Path) -> list[str]:
    """Return the arguments with targets that `--configfile` would swallow at the end.

    A word after `--configfile` is a file if it exists or ends like one.
    """
    if "--" in arguments:
        return list(arguments)
    kept: list[str] = []
    targets: list[str] = []
    option = None
    for word in arguments:
        if word.startswith("-"):
            option = word
        elif option in CONFIGFILE and not _is_file(word, folder):
            targets.append(word)
            continue
        kept.append(word)
    return [*kept, "--", *targets] if targets else kept


def _is_file(word: str, folder: Path) -> bool:
    return (folder / word).is_file() or Path(word).suffix in SUFFIXES


def configuration_files(arguments: Sequence[str]) -> list[str]:
    """Return the files that `--configfile` names."""
    return _values(arguments, CONFIGFILE)


def working_directory(arguments: Sequence[str]) -> str:
    """Return the folder that `--directory` names, or the present one."""
    return (_values(arguments, ("--directory", "-d")) or ["."])[0]


def _values(arguments: Sequence[str], options: Sequence[str]) -> list[str]:
    values: list[str] = []
    option = None
    for word in arguments:
        if word.startswith("-"):
            option, _, value = word.partition("=")
            if value and option in options:
                values.append(value)
        elif option in options:
            values.append(word)
    return values


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


def snakemake_in(folder: Path) -> int | None:
    """Return the id of a process that runs Snakemake in a folder, if there is one."""
    here = folder.resolve()
    for process in psutil.process_iter():
        try:
            words = process.cmdline()
            if _runs_snakemake(words) and Path(process.cwd()).resolve() == here:
                return process.pid
        except psutil.Error:
            continue
    return None


def _runs_snakemake(words: Sequence[str]) -> bool:
    names = [Path(word).name for word in words[:3]]
    return "snakemake" in names and "python" in names[0]
