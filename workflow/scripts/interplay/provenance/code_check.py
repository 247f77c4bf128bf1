"""Compare the code, the rules and the configuration files of a run with its receipts."""

from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

from interplay.provenance.code import TASKS, Sources, code_file
from interplay.provenance.origin import (
    CONFIGURATION,
    configuration_files,
    workflow_files,
    workflow_hash,
)
from interplay.provenance.place import Place
from interplay.provenance.problems import Kind, Problem
from interplay.provenance.receipts import Chain, Receipt
from interplay.provenance.sources import SOURCES, is_of_workflow, named_sources
from interplay.storage.errors import InputError
from interplay.storage.files import read_json
from interplay.storage.hashes import file_hash


def code_problems(
    receipt: Receipt, made: str, then: Place, sources_in: Callable[[Path, Path], Sources]
) -> Iterator[Problem]:
    """Yield the first problem of a job's code.

    Args:
        receipt: of the job.
        made: output of the job, which messages name.
        then: the place with the sources as they were in the run.
        sources_in: gives the sources in a folder, with those of a folder of tasks.
    """
    for path, problem in receipt.unplanned.items():
        yield Problem(path, Kind.NOT_EXPLAINED, f"{problem}; {made} was made with it")
        return
    script = then.root / receipt.script
    sources = sources_in(script.parent, then.tasks)
    for path, expected in receipt.code.items():
        file = code_file(path, then.root, then.tasks)
        if not file.is_file():
            yield Problem(path, Kind.MISSING, f"{made} was made with it")
            return
        if not _has_hash(file, expected, sources.file_hash):
            yield Problem(path, Kind.ALTERED, f"changed since {made} was made")
            return
    try:
        files = sources.files(script.name, receipt.modules)
    except (InputError, FileNotFoundError) as error:
        path, _, about = str(error).removeprefix(f"{then.root}/").partition(": ")
        yield Problem(path, Kind.NOT_EXPLAINED, about)
        return
    now = {sources.name(file, then.root) for file in files}
    for path in sorted(now - set(receipt.code)):
        module = f"{path.removesuffix('/__init__.py')}.py"
        # `code` has only the files that the job loaded: others may be new to it.
        if module in receipt.code:
            about = (
                f"{receipt.script} did not import it before; Python takes it instead of "
                f"{module}"
            )
            yield Problem(path, Kind.NOT_EXPLAINED, about)
            return
    if receipt.code_hash != sources.hash(script.name, receipt.modules):
        yield Problem(receipt.script, Kind.ALTERED, f"changed since {made} was made")


def workflow_problems(chain: Chain, then: Place) -> Iterator[Problem]:
    """Yield the workflow's own files and configuration files that are not as in the run."""
    changed = Kind.ALTERED, "changed since the run"
    found = workflow_files(then.root)
    for path in sorted({*found, *chain.seal.workflow}):
        expected = chain.seal.workflow.get(path)
        if expected is None:
            yield Problem(path, Kind.NOT_EXPLAINED, "the run had no such file")
        elif path not in found:
            yield Problem(path, Kind.MISSING, "the run was made with it")
        elif not _has_hash(then.root / path, expected, workflow_hash):
            yield Problem(path, *changed)
    for path, content in (_configuration(chain, then) or {}).items():
        source = then.file(path)
        if not source.is_file():
            # A user's own file need not be in the repository of an archive.
            if not then.archived and not then.is_outside(path):
                yield Problem(path, Kind.MISSING, "it set the configuration")
        elif not _has_content(source, content):
            yield Problem(path, *changed)


def carried_problems(chain: Chain, place: Place) -> Iterator[Problem]:
    """Yield problems of the sources that an archive carries.

    Where git lacks a commit, they are compared with the receipts. Here they are compared with
    git.
    """
    file, configuration = f"{place.shown}/{SOURCES}", _configuration(chain, place)
    if configuration is None:
        return
    named = named_sources(chain, configuration, place.source)
    for commit, files in place.sources.items():
        contents = place.contents(commit)
        for path in sorted(files):
            if path not in named.get(commit, ()) and not is_of_workflow(path):
                about = f"no receipt names {path} of it"
                yield Problem(file, Kind.NOT_EXPLAINED, about)
            elif path.startswith(f"{TASKS}/"):
                # Tasks from elsewhere are in no commit.
                continue
            elif not isinstance(contents, str) and contents.get(path) != files[path]:
                about = f"{path} is not as in commit {commit[:12]}"
                yield Problem(file, Kind.ALTERED, about)


def _has_hash(file: Path, expected: str, hash_of: Callable[[Path], str]) -> bool:
    """Return whether a file has the expected hash; one that cannot be read has not."""
    try:
        return hash_of(file) == expected
    except InputError:
        return False


def _has_content(file: Path, expected: Any) -> bool:
    """Return whether a configuration file says what it said in the run."""
    try:
        return configuration_files([file], file.parent)[file.name] == expected
    except InputError:
        return False


def _configuration(chain: Chain, place: Place) -> dict[str, Any] | None:
    """Return the content of each configuration file of the run, by its path.

    None is returned if configuration.json is missing or altered, which is a problem of its
    own.
    """
    file = place.folder / CONFIGURATION
    if not file.is_file() or file_hash(file) != chain.seal.configuration_file:
        return None
    return read_json(file)["files"]
