"""Origin of a run: the commit, the workflow's own files and the configuration."""

import json
import os
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from interplay.configuration.files import read_yaml
from interplay.provenance.code import rules_hash
from interplay.provenance.git import Repository, repository_of
from interplay.storage.hashes import file_hash, value_hash

WORKFLOW_FILES = ("Snakefile", "workflow/rules/*.smk", "workflow/schemas/*.yaml")
"""patterns of the workflow's own files, relative to its folder"""

CONFIGURATION = "configuration.json"
"""in a results folder: the configuration as it took effect, and the files that set it"""

LOCK = "envs/requirements.txt"
"""pinned versions of all packages, relative to the workflow's folder"""


@dataclass(frozen=True)
class Origin:
    """Where the results of one run of the workflow come from."""

    commit: str
    """of the workflow's repository; empty if git knows none"""
    clean: bool
    """whether there is a commit, and the workflow's folder has no file that the commit does
    not have, but for ignored files and paper/results"""
    workflow: dict[str, str]
    """hash of each of the workflow's own files, see `workflow_hash`"""
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
        repository = repository_of(root)
        known = isinstance(repository, Repository)
        return cls(
            commit=repository.head.id if known else "",
            clean=known and repository.is_clean(),
            workflow={path: workflow_hash(root / path) for path in workflow_files(root)},
            configuration=value_hash(values),
            command_line=list(command_line),
            lock=file_hash(root / LOCK),
        )


def workflow_files(root: Path) -> list[str]:
    """Return the paths of the workflow's own files, relative to its folder."""
    files = [file for pattern in WORKFLOW_FILES for file in sorted(root.glob(pattern))]
    return [file.relative_to(root).as_posix() for file in files]


def workflow_hash(file: Path) -> str:
    """Return the sha256 of one of the workflow's own files, without comments and layout.

    Args:
        file: with rules in Snakemake's language, or with a schema in YAML.

    Raises:
        InputError: the file is neither.
    """
    if file.suffix == ".yaml":
        return value_hash(plain(read_yaml(file)))
    return rules_hash(file)


def configuration_files(files: Iterable[Path], work: Path) -> dict[str, Any]:
    """Return the content of configuration files, by their path relative to `work`."""
    return {_relative(file, work): plain(read_yaml(file)) for file in files}


def plain(value: Any) -> Any:
    """Return a YAML value as JSON gives it back: no tuples, dates as text."""
    return json.loads(json.dumps(value, default=str))


def _relative(file: Path, work: Path) -> str:
    # Path.relative_to has no `..` before Python 3.12.
    return os.path.relpath(file.resolve(), work.resolve())
