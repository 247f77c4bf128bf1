"""Origin of a run: the commit, the workflow's own files and the configuration."""

import io
import json
import os
import subprocess
import tarfile
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from interplay.configuration.files import read_yaml
from interplay.storage.hashes import file_hash, value_hash

WORKFLOW_FILES = ("Snakefile", "workflow/rules/*.smk", "workflow/schemas/*.yaml")
"""patterns of the workflow's own files, relative to its folder"""

CONFIGURATION = "configuration.json"
"""in a results folder: the configuration as it took effect, and the files that set it"""

LOCK = "envs/requirements.txt"
"""pinned versions of all packages, relative to the workflow's folder"""

LEFT_OUT = ":(exclude)paper/results"
"""part of a commit that no check reads"""


@dataclass(frozen=True)
class Origin:
    """Where the results of one run of the workflow come from."""

    commit: str
    """of the workflow's repository; empty if it is not under git"""
    clean: bool
    """whether every tracked file was as in the commit, and no other file lay there"""
    workflow: dict[str, str]
    """sha256 of each of the workflow's own files"""
    configuration: str
    """sha256 of the configuration as it took effect"""
    command_line: list[str]
    """options for Snakemake that chose the configuration"""
    lock: str
    """sha256 of envs/requirements.txt"""

    @classmethod
    def of(
        cls, root: Path, values: Mapping[str, Any], command_line: Sequence[str]
    ) -> "Origin":
        """Describe the workflow in a folder, as it is now.

        Args:
            root: the workflow's folder.
            values: the configuration as it took effect.
            command_line: options for Snakemake that chose the configuration.
        """
        return cls(
            commit=commit_of(root),
            clean=not uncommitted(root),
            workflow=workflow_files(root),
            configuration=value_hash(values),
            command_line=list(command_line),
            lock=file_hash(root / LOCK),
        )


def workflow_files(root: Path) -> dict[str, str]:
    """Return the sha256 of each of the workflow's own files, by its path."""
    files = [file for pattern in WORKFLOW_FILES for file in sorted(root.glob(pattern))]
    return {file.relative_to(root).as_posix(): file_hash(file) for file in files}


def configuration_files(files: Iterable[Path], work: Path) -> dict[str, Any]:
    """Return the content of configuration files, by their path relative to `work`."""
    return {_relative(file, work): plain(read_yaml(file)) for file in files}


def plain(value: Any) -> Any:
    """Return a YAML value as JSON gives it back: no tuples, dates as text."""
    return json.loads(json.dumps(value, default=str))


def _relative(file: Path, work: Path) -> str:
    # Path.relative_to has no `..` before Python 3.12.
    return os.path.relpath(file.resolve(), work.resolve())


def commit_of(root: Path) -> str:
    """Return the commit that is checked out; an empty string without a repository."""
    return (_git(root, "rev-parse", "HEAD") or b"").decode().strip()


def date_of(root: Path, commit: str) -> str:
    """Return the day of a commit, such as 2026-11-25; an empty string without it."""
    said = _git(root, "show", "--no-patch", "--format=%cs", commit) if commit else None
    return (said or b"").decode().strip()


def uncommitted(root: Path) -> list[str]:
    """Return the files that differ from the commit, or are not in it and not ignored."""
    said = _git(root, "status", "--porcelain", "-z", "--untracked-files=all", "--", ".")
    return [entry[3:] for entry in (said or b"").decode().split("\0") if entry]


def has_commit(root: Path, commit: str) -> bool:
    """Return whether a repository holds a commit; False for a shallow clone without it."""
    found = _git(root, "cat-file", "-e", f"{commit}^{{commit}}") if commit else None
    return found is not None


def changed_since(root: Path, commit: str) -> list[str]:
    """Return the files of the working tree that differ from a commit."""
    said = _git(
        root, "diff", "--name-only", "-z", "--relative", commit, "--", ".", LEFT_OUT
    )
    return [path for path in (said or b"").decode().split("\0") if path]


def extract_commit(root: Path, commit: str, folder: Path) -> None:
    """Write the files of a commit to a folder, from the repository's own objects."""
    archive = _git(root, "archive", "--format=tar", commit, "--", ".", LEFT_OUT)
    with tarfile.open(fileobj=io.BytesIO(archive or b"")) as files:
        files.extractall(folder, filter="data")


def _git(root: Path, *arguments: str) -> bytes | None:
    """Return what git prints; None if git fails or there is no git."""
    try:
        return subprocess.run(
            ["git", "-C", str(root), *arguments], capture_output=True, check=True
        ).stdout
    except (OSError, subprocess.CalledProcessError):
        return None
