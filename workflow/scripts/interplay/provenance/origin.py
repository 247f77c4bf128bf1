"""The workflow's own files and its configuration files."""

import os
from collections.abc import Iterable
from pathlib import Path
from typing import Any

from interplay.configuration.files import read_yaml
from interplay.provenance.code import rules_hash
from interplay.provenance.recording import plain
from interplay.storage.hashes import value_hash

WORKFLOW_FILES = ("Snakefile", "workflow/rules/*.smk", "workflow/schemas/*.yaml")
"""patterns of the workflow's own files, relative to its folder"""

CONFIGURATION = "configuration.json"
"""in a results folder: the configuration as it took effect, and the files that set it"""


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


def _relative(file: Path, work: Path) -> str:
    # Path.relative_to has no `..` before Python 3.12.
    return os.path.relpath(file.resolve(), work.resolve())
