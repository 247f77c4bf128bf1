"""What git knows of the workflow's folder, with an explicit answer where it knows nothing.

Only objects are read, with `cat-file` and `ls-tree`. Nothing that a clone or its configuration
brings along is run or applied: no hook, filter, monitor or attribute, no replacement of
objects, and no fetch of objects that a partial clone lacks.
"""

import hashlib
import os
import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta, timezone
from pathlib import Path, PurePosixPath
from typing import Any

from interplay.provenance.git_command import Unknown, Why, ask_git

FRONT = "Snakefile"
"""file that a repository must track to be the workflow's own"""

ARCHIVED_RESULTS = "paper/results/"
"""part of a commit that no check reads"""


@dataclass(frozen=True)
class Entry:
    """A file of a commit."""

    mode: str
    """such as 100644 for a file and 120000 for a symbolic link"""
    object: str
    """hash of the content, as git computes it"""


@dataclass(frozen=True)
class Commit:
    """A commit, and the files in the workflow's folder without the archived results."""

    id: str
    time: datetime
    """of the commit, in the committer's time zone"""
    files: Mapping[str, Entry]
    """by path relative to the workflow's folder"""

    @property
    def day(self) -> str:
        """The day of the commit, such as 2026-11-25."""
        return self.time.date().isoformat()


@dataclass(frozen=True)
class Repository:
    """The git repository that tracks a workflow's folder."""

    root: Path
    """the workflow's folder"""
    head: Commit
    """the commit that is checked out"""

    def commit(self, name: str) -> Commit | Unknown:
        """Return a commit.

        Args:
            name: 40 or 64 hexadecimal digits.
        """
        if not re.fullmatch(r"[0-9a-f]{40}|[0-9a-f]{64}", name):
            return Unknown(Why.NO_COMMIT)
        return _commit(self.root, name)

    def contents(self, commit: Commit) -> dict[str, bytes] | Unknown:
        """Return the content of each file of a commit; of no symbolic link or submodule.

        A partial clone may lack some.
        """
        files = {p: e for p, e in commit.files.items() if e.mode.startswith("100")}
        found = _read(self.root, commit.id, {entry.object for entry in files.values()})
        if isinstance(found, Unknown):
            return found
        return {path: found[entry.object] for path, entry in files.items()}

    def changed(self, commit: Commit) -> list[str] | Unknown:
        """Return the tracked files of the working tree that differ from a commit, sorted.

        Contents are compared, whatever git's index says of them. Line ends of text files do
        not count.
        """
        tracked = self._listed("--cached")
        if isinstance(tracked, Unknown):
            return tracked
        added = {path for path in tracked if path not in commit.files}
        other = {
            path: entry
            for path, entry in commit.files.items()
            if not _is_same(self.root / path, entry)
        }
        texts = {p: d for p in other if (d := _text_of(self.root / p)) is not None}
        objects = {other[path].object for path in texts}
        found = _read(self.root, commit.id, objects) if objects else {}
        if not isinstance(found, Unknown):
            for path, text in texts.items():
                if _with_one_line_end(found[other[path].object]) == text:
                    del other[path]
        return sorted({*added, *other})

    def untracked(self) -> list[str] | Unknown:
        """Return the files that git neither tracks nor ignores, sorted."""
        return self._listed("--others", "--exclude-standard")

    def is_clean(self) -> bool:
        """Return whether every file is as in the commit that is checked out.

        Neither a file that git cannot compare nor an untracked file is.
        """
        return self.changed(self.head) == [] and self.untracked() == []

    def is_complete(self) -> bool:
        """Return whether the repository was cloned with all commits and objects."""
        shallow = ask_git(self.root, "rev-parse", "--is-shallow-repository")
        pattern = r"^(remote\..*\.promisor|extensions\.partialclone)$"
        partial = ask_git(self.root, "config", "--get-regexp", pattern)
        return shallow == b"false\n" and isinstance(partial, Unknown)

    def _listed(self, *options: str) -> list[str] | Unknown:
        said = ask_git(self.root, "ls-files", "-z", *options, "--", ".")
        if isinstance(said, Unknown):
            return said
        return sorted({path for path in _split(said) if is_inside(path)})


def repository_of(root: Path) -> Repository | Unknown:
    """Return the git repository that tracks the Snakefile of a workflow.

    Args:
        root: the workflow's folder.
    """
    said = ask_git(root, "rev-parse", "--verify", "--end-of-options", "HEAD^{commit}")
    if isinstance(said, Unknown):
        # Without a commit, nothing is tracked.
        inside = ask_git(root, "rev-parse", "--git-dir")
        return inside if isinstance(inside, Unknown) else Unknown(Why.NOT_OURS)
    head = _commit(root, said.decode().strip())
    if isinstance(head, Commit) and FRONT not in head.files:
        return Unknown(Why.NOT_OURS)
    return Repository(root, head) if isinstance(head, Commit) else head


def state_of(root: Path) -> dict[str, Any]:
    """Return the state of a workflow's folder, as a receipt holds it.

    Returns:
        For JSON: `commit` (empty if git knows none), `clean`, and `difference`, the sha256
        over the paths and contents of all files that are not as in the commit; empty if there
        are none. If git cannot answer, `clean` is None and `unknown` says why.
    """
    repository = repository_of(root)
    if isinstance(repository, Unknown):
        return {"commit": "", "clean": None, "difference": "", "unknown": str(repository)}
    commit = repository.head.id
    paths: set[str] = set()
    for answer in (repository.changed(repository.head), repository.untracked()):
        if isinstance(answer, Unknown):
            unknown = str(answer)
            return {"commit": commit, "clean": None, "difference": "", "unknown": unknown}
        paths |= set(answer)
    digest = hashlib.sha256()
    for path in sorted(paths):
        data = _content(root / path)
        digest.update(f"{path}\0{len(data)}\0".encode(errors="surrogateescape") + data)
    return {
        "commit": commit,
        "clean": not paths,
        "difference": digest.hexdigest() if paths else "",
    }


def _content(path: Path) -> bytes:
    """Return the content of a file, the target of a link; nothing of anything else."""
    if path.is_symlink():
        return os.fsencode(os.readlink(path))
    return path.read_bytes() if path.is_file() else b""


def _commit(root: Path, name: str) -> Commit | Unknown:
    said = ask_git(root, "cat-file", "commit", name)
    if isinstance(said, Unknown):
        return said if said.why is Why.NO_GIT else Unknown(Why.NO_COMMIT)
    listed = ask_git(root, "ls-tree", "-r", "-z", name)
    if isinstance(listed, Unknown):
        return Unknown(Why.NO_OBJECTS, listed.said)
    files = {}
    for line in _split(listed):
        about, _, path = line.partition("\t")
        mode, _, name_of_object = about.split()
        if is_inside(path):
            files[path] = Entry(mode, name_of_object)
    return Commit(name, _time(said), files)


def _time(commit: bytes) -> datetime:
    """Return the time of a commit from its text."""
    header = commit.partition(b"\n\n")[0].decode(errors="replace")
    (line,) = (line for line in header.split("\n") if line.startswith("committer "))
    seconds, zone = line.split()[-2:]
    minutes = int(zone[-4:-2]) * 60 + int(zone[-2:])
    offset = timedelta(minutes=-minutes if zone.startswith("-") else minutes)
    return datetime.fromtimestamp(int(seconds), timezone(offset))


def _read(root: Path, commit: str, objects: Iterable[str]) -> dict[str, bytes] | Unknown:
    """Return the content of objects of a commit; `Unknown` if one is missing."""
    # cat-file would fetch a missing object. rev-list only names it, with a question mark.
    listed = ask_git(
        root, "rev-list", "--objects", "--no-walk", "--missing=print", commit
    )
    if isinstance(listed, Unknown):
        return Unknown(Why.NO_OBJECTS, listed.said)
    missing = {
        line[1:]
        for line in listed.decode(errors="replace").split("\n")
        if line[:1] == "?"
    }
    wanted = sorted(objects)
    if count := len(missing & set(wanted)):
        return Unknown(Why.NO_OBJECTS, f"{count} of {len(wanted)} are missing")
    said = ask_git(root, "cat-file", "--batch", given="".join(f"{o}\n" for o in wanted))
    if isinstance(said, Unknown):
        return Unknown(Why.NO_OBJECTS, said.said)
    found, at = {}, 0
    for name in wanted:
        end = said.index(b"\n", at)
        size = said[at:end].split()[-1]
        if not size.isdigit():
            return Unknown(Why.NO_OBJECTS, said[at:end].decode())
        found[name] = said[end + 1 : end + 1 + int(size)]
        at = end + 2 + int(size)
    return found


def is_inside(path: str) -> bool:
    """Return whether a path is inside of the workflow's folder, and not archived."""
    parts = PurePosixPath(path).parts
    return not path.startswith((ARCHIVED_RESULTS, "/")) and ".." not in parts


def _is_same(path: Path, entry: Entry) -> bool:
    """Return whether a file has the content of an entry, to the byte."""
    try:
        if entry.mode == "120000":
            data = os.fsencode(os.readlink(path))
        elif entry.mode.startswith("100") and not path.is_symlink():
            data = path.read_bytes()
        else:
            # Nobody knows whether a submodule is as in its own commit.
            return False
    except OSError:
        return False
    kind = "sha1" if len(entry.object) == 40 else "sha256"
    return hashlib.new(kind, b"blob %d\0" % len(data) + data).hexdigest() == entry.object


def _text_of(path: Path) -> bytes | None:
    """Return a text file with one kind of line end; None for any other file."""
    if path.is_symlink() or not path.is_file():
        return None
    data = path.read_bytes()
    return None if b"\0" in data else _with_one_line_end(data)


def _with_one_line_end(data: bytes) -> bytes:
    return data.replace(b"\r\n", b"\n")


def _split(said: bytes) -> list[str]:
    return [os.fsdecode(part) for part in said.split(b"\0") if part]
