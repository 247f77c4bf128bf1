"""Where the files of a results folder are: live, in an archive or in a crate."""

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, replace
from fnmatch import fnmatchcase
from functools import cached_property
from os.path import normpath, relpath
from pathlib import Path
from tempfile import TemporaryDirectory

from interplay.provenance.code import TASKS
from interplay.provenance.git import Commit, Repository, Unknown, repository_of
from interplay.provenance.origin import CONFIGURATION
from interplay.provenance.receipts import RECEIPTS, Chain
from interplay.provenance.sources import SOURCES, read_sources
from interplay.storage.errors import InputError
from interplay.storage.files import read_json

ARCHIVED = (
    "figures/*.svg",
    "figures/fig2.png",  # which the README shows
    "nonlinear/*/overview.svg",
    "tables/*",
    "networks/*",
    "paper.pdf",
)
"""patterns of the outputs of jobs that an archive holds"""


MEASURED = tuple(
    f"{stage}/*.{suffix}"
    for stage in ("nonlinear", "linear", "sentiment")
    for suffix in ("csv", "parquet")
)
"""patterns of the tables of single experiments and networks"""


@dataclass(frozen=True)
class Place:
    """Where to find the files that receipts name."""

    folder: Path
    """of the results"""
    results: str
    """that folder, as paths in receipts begin"""
    work: Path
    """folder that paths in receipts are relative to"""
    root: Path
    """the workflow's folder"""
    root_name: str
    """the workflow's folder, relative to `work` as the receipts know it"""
    shown: str
    """the results folder, relative to the current folder, as messages name it"""
    tasks: Path
    """folder of the configuration's own tasks, whose files receipts name tasks/NAME.py"""
    archived: bool
    """whether the folder holds a selection of the results, with kept networks only"""
    stand_in: str = ""
    """reason why `root` is not as it was in the run; empty if it is, or has to be"""
    left_out: frozenset[str] = frozenset()
    """outputs that live results lack since they were restored from an archive without them"""
    carries: bool = True
    """whether the sources that an archive carries can be read"""

    @cached_property
    def repository(self) -> Repository | Unknown:
        """The git repository that tracks the workflow."""
        return repository_of(self.root)

    def commit(self, name: str) -> Commit | Unknown:
        """Return a commit of the workflow's repository."""
        found = self.repository
        return found.commit(name) if isinstance(found, Repository) else found

    def file(self, path: str) -> Path:
        """Return where a file that a receipt names is, or would be."""
        if path.startswith(f"{self.results}/"):
            return self.folder / path.removeprefix(f"{self.results}/")
        source = self.source(path)
        return self.root / source if source else self.work / path

    def is_archived(self, path: str) -> bool:
        """Return whether an archive holds a file that a receipt names as an output."""
        inside = path.removeprefix(f"{self.results}/")
        return any(fnmatchcase(inside, pattern) for pattern in ARCHIVED)

    def is_measured(self, path: str) -> bool:
        """Return whether an output is a table of a single experiment or network."""
        inside = path.removeprefix(f"{self.results}/")
        return inside != path and any(fnmatchcase(inside, each) for each in MEASURED)

    def name(self, path: str) -> str:
        """Return a path of the receipts as messages show it."""
        inside = path.removeprefix(f"{self.results}/")
        return path if inside == path else f"{self.shown}/{inside}"

    def source(self, path: str) -> str:
        """Return a path relative to the workflow's folder; empty if it is not in there."""
        if Path(path).is_absolute():
            return ""
        path, root = normpath(path), normpath(self.root_name)
        if root == ".":
            return "" if path.startswith("../") else path
        return path.removeprefix(f"{root}/") if path.startswith(f"{root}/") else ""

    def is_outside(self, path: str) -> bool:
        """Return whether a path is neither in the workflow's nor the working folder."""
        up = normpath(path).startswith("../")
        return Path(path).is_absolute() or (up and not self.source(path))

    @contextmanager
    def as_of(self, commit: str) -> Iterator["Place"]:
        """Yield this place with the workflow's folder as it was at a commit.

        An archive describes a run of the past, so its sources are read from git, or else from
        the archive itself. Where neither has them, this place itself is yielded, with the
        reason as `stand_in`. A live folder is yielded as it is.
        """
        if not self.archived:
            yield self
            return
        contents = self.contents(commit)
        if isinstance(contents, str):
            if commit not in self.sources:
                yield replace(self, stand_in=contents)
                return
            contents = self.sources[commit]
        with written({**contents, **self.task_files(commit)}) as root:
            yield replace(self, root=root, tasks=root / TASKS)

    @contextmanager
    def in_git(self, commit: str) -> Iterator["Place | None"]:
        """Yield this place with the workflow's folder as git has it at a commit.

        None is yielded if git does not have it.
        """
        contents = self.contents(commit)
        if isinstance(contents, str):
            yield None
            return
        with written(contents) as root:
            yield replace(self, root=root)

    @cached_property
    def sources(self) -> dict[str, dict[str, bytes]]:
        """The sources that an archive carries: content by path, by commit.

        Results that were restored from it have them among their logs.
        """
        folder = self.folder if self.archived else self.folder / "logs"
        return read_sources(folder / SOURCES) if self.carries else {}

    def task_files(self, commit: str) -> dict[str, bytes]:
        """Return the configuration's own tasks, by name: archived ones, or those here."""
        if self.archived:
            known = self.sources.get(commit, {})
            return {path: known[path] for path in known if path.startswith(f"{TASKS}/")}
        files = self.tasks.rglob("*.py") if self.tasks.is_dir() else ()
        return {
            f"{TASKS}/{file.relative_to(self.tasks).as_posix()}": file.read_bytes()
            for file in files
        }

    def contents(self, commit: str) -> dict[str, bytes] | str:
        """Return the files of a commit from git, or the reason why git has none."""
        if not commit:
            return "the run names no commit"
        repository, found = self.repository, self.commit(commit)
        if isinstance(repository, Repository) and isinstance(found, Commit):
            contents = repository.contents(found)
            if not isinstance(contents, Unknown):
                return contents
            found = contents
        return f"commit {commit[:12]}: {found}"


@contextmanager
def written(contents: Mapping[str, bytes]) -> Iterator[Path]:
    """Yield a temporary folder with files of this content."""
    with TemporaryDirectory() as folder:
        for path, data in contents.items():
            file = Path(folder, path)
            file.parent.mkdir(parents=True, exist_ok=True)
            file.write_bytes(data)
        yield Path(folder)


def is_archive(folder: Path) -> bool:
    """Return whether a folder was written by `interplay archive`, as its receipts say."""
    try:
        return bool(Chain.read(folder / RECEIPTS).seal.archived)
    except InputError:
        return False


def place_of(folder: Path, chain: Chain, work: Path) -> Place:
    """Find the files of a results folder.

    Args:
        folder: of the results, with receipts.
        chain: its receipts.
        work: the current folder. The workflow's folder is looked for there, and then
            above `folder`.

    Raises:
        InputError: there is no workflow in any of these folders.
    """
    seal, folder, shown = (
        chain.seal,
        (work / folder).absolute(),
        relpath(work / folder, work),
    )
    archived = bool(seal.archived)
    name = Path(seal.results)
    above = list(folder.parents)[len(name.parts) - 1 :]
    # An absolute name is nowhere above, so paths are relative to the current folder.
    if not archived and not name.is_absolute() and above and above[0] / name == folder:
        work = above[0]
    candidates = [work / seal.root, work, *folder.parents]
    for candidate in candidates:
        if (candidate / "Snakefile").is_file() and (candidate / "workflow").is_dir():
            root = candidate.resolve()
            break
    else:
        raise InputError(
            f"{folder / RECEIPTS}: expected the workflow in {work / seal.root} or above the "
            "results, found none; run the command in the repository"
        )
    tasks = root / TASKS if archived else _tasks_folder(folder, work) or root / TASKS
    left_out = frozenset(path for absent in seal.restored.values() for path in absent)
    return Place(
        folder, seal.results, work, root, seal.root, shown, tasks, archived,
        left_out=left_out,
    )  # fmt: skip


def _tasks_folder(folder: Path, work: Path) -> Path | None:
    """Return the folder of own tasks that the configuration of the last run names."""
    try:
        named = read_json(folder / CONFIGURATION)["values"]["tasks"]
        return (work / named).resolve()
    except (InputError, LookupError, TypeError):
        # The file is missing or altered, which is a problem of its own, or names no folder.
        return None
