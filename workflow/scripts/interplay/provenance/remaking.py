"""Make files of a run again: with the workflow of a job's own commit, in a new folder."""

import os
import subprocess
import sys
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from interplay.provenance.code import TASKS
from interplay.provenance.git import FRONT
from interplay.provenance.git_command import Unknown, ask_git
from interplay.provenance.graph import Graph
from interplay.provenance.place import Place, written
from interplay.provenance.receipts import RECEIPTS, Chain, Receipt, producers_of
from interplay.storage.errors import InputError
from interplay.storage.files import write_json


class NotMadeError(Exception):
    """A file cannot be made again; the message says why."""


def refuse_changes(receipt: Receipt) -> None:
    """Raise `NotMadeError` if a job ran with files that its commit does not have."""
    if receipt.git["clean"] is not True:
        why = (
            receipt.git.get("unknown") or "the files of the run were not as in its commit"
        )
        raise NotMadeError(why)


@contextmanager
def workflow_at(commit: str, place: Place) -> Iterator[Path]:
    """Yield a new folder with the workflow as git has it at a commit.

    The folder is a git repository of its own, at that commit, which borrows the objects of
    the workflow's repository: nothing is written there, and no hook or filter of it runs. If
    git does not have the commit, the folder has the sources that an archive carries, and is no
    repository.

    Raises:
        NotMadeError: neither git nor an archive has the workflow at this commit.
    """
    contents = place.contents(commit)
    in_git = not isinstance(contents, str)
    sources = contents if in_git else place.sources.get(commit, {})
    if FRONT not in sources:
        raise NotMadeError(contents)
    with written({**sources, **place.task_files(commit)}) as root:
        folder = root.resolve()
        if in_git:
            _check_out(commit, folder, place.root)
        yield folder


def _check_out(commit: str, folder: Path, root: Path) -> None:
    """Let git know which commit the files of a folder are, without writing files."""
    objects = _git(root, "rev-parse", "--git-path", "objects")
    _git(folder, "init", "--quiet", "--template=")
    own = folder / ".git"
    (own / "objects/info").mkdir(parents=True, exist_ok=True)
    (own / "objects/info/alternates").write_bytes(
        os.fsencode(f"{(root / objects).resolve()}\n")
    )
    (own / "HEAD").write_text(f"{commit}\n", "utf-8")
    _git(folder, "read-tree", commit)


def _git(folder: Path, *arguments: str) -> str:
    said = ask_git(folder, *arguments)
    if isinstance(said, Unknown):
        raise NotMadeError(f"git {arguments[0]}: {said}")
    return os.fsdecode(said).strip()


def make(
    receipts: Sequence[Receipt],
    targets: Sequence[str],
    graph: Graph,
    folder: Path,
    cores: str,
    chosen: Mapping[str, str],
) -> None:
    """Run jobs again with the workflow in a folder, in the environment of this process.

    Args:
        receipts: of the jobs, which have one configuration. No other job runs.
        targets: outputs of theirs, as receipts name them.
        graph: the receipts of the run.
        folder: with the workflow, from `workflow_at`, and the files that the jobs read.
        cores: for Snakemake.
        chosen: variables of the environment, from `instructions_of`.

    Raises:
        NotMadeError: the files are outside of the folder, no configuration is known, or
            Snakemake failed. Some of the files may have been made.
    """
    for path in targets:
        if Path(path).is_absolute() or ".." in Path(path).parts:
            raise NotMadeError(f"{path}: the results are not in the working folder")
    options = [
        *("--cores", cores, "--nolock", "--keep-going"),
        *("--rerun-triggers", "params"),
        *configuration_options(receipts[0], graph, folder),
        # A file of any other job is read as it is.
        *("--allowed-rules", *sorted({receipt.rule for receipt in receipts})),
    ]
    done = subprocess.run(
        [sys.executable, "-m", "snakemake", *options, "--", *targets],
        cwd=folder,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        encoding="utf-8",
        errors="replace",
        env={
            **os.environ,
            **chosen,
            "PYTHONPATH": str(folder / "workflow" / "scripts"),
        },
    )
    missing = [path for path in targets if not (folder / path).is_file()]
    if done.returncode or missing:
        raise NotMadeError(f"Snakemake at this commit: {cause_of(done.stdout)}")


def made_in(folder: Path, results: str) -> dict[str, Receipt]:
    """Return the receipts of the jobs that ran in a folder, by output; none if unreadable."""
    try:
        return producers_of(Chain.read(folder / results / RECEIPTS).receipts)
    except InputError:
        return {}


def cause_of(said: str) -> str:
    """Return the lines of Snakemake's output from its first error on, in one line."""
    lines = [line.strip() for line in said.splitlines() if line.strip()]
    first = next((n for n, line in enumerate(lines) if "rror" in line), len(lines) - 1)
    return " ".join(lines[max(first, 0) : first + 3])


def configuration_options(receipt: Receipt, graph: Graph, folder: Path) -> list[str]:
    """Write the configuration of a job to a folder; return Snakemake's options for it.

    Raises:
        NotMadeError: no configuration of this hash is known.
    """
    values = _values(receipt.configuration, graph.configuration)
    # Data are where they are on one machine only.
    portable = {k: v for k, v in values.items() if k not in ("treebank", "glove")}
    if "tasks" in values:
        portable["tasks"] = TASKS
    file = folder / "configuration.json"
    write_json(portable, file)
    return ["--configfile", str(file)]


def _values(digest: str, known: Any) -> dict[str, Any]:
    """Return the values of a configuration by its hash."""
    found = {known.get("hash"): known, **known.get("earlier", {})}.get(digest)
    if found is None:
        raise NotMadeError(f"configuration.json: no configuration {digest[:12]}")
    return found["values"]
