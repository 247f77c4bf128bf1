"""What a run needs of its user's account: UTF-8, a name, a home, files that it may change.

This module needs only the standard library: the Snakefile imports it, and with conda or a
container the Snakefile runs where the lock is not installed.
"""

import os
import pwd
from collections.abc import Iterator, Sequence
from pathlib import Path

from interplay.storage.errors import InputError

FOLDERS = ("HOME", "XDG_CACHE_HOME", "XDG_CONFIG_HOME", "XDG_DATA_HOME", "MPLCONFIGDIR")
"""variables that name folders to which libraries write caches and settings"""


def variables(home: Path) -> dict[str, str]:
    """Return the environment variables to be set for Snakemake and its jobs.

    Files are UTF-8 whatever the locale. A user without an entry in the list of accounts, as
    in a container, gets a name; a user without a home to write to gets another.

    Args:
        home: the other home. Libraries make it when they need it.
    """
    found = {"PYTHONUTF8": "1"}
    if not any(map(os.environ.get, ("LOGNAME", "USER", "LNAME", "USERNAME"))):
        found["USER"] = user_name(os.getuid())
    named = {name: os.environ[name] for name in FOLDERS if os.environ.get(name)}
    # Without the variable, the list of accounts names the home.
    named.setdefault("HOME", os.path.expanduser("~"))
    return found | {
        name: str(home)
        for name, folder in named.items()
        if not os.path.isabs(folder) or obstacle(Path(folder))
    }


def user_name(uid: int) -> str:
    """Return the name of a user, or the number if the list of accounts has no name."""
    try:
        return pwd.getpwuid(uid).pw_name
    except KeyError:
        return str(uid)


def obstacle(folder: Path) -> Path | None:
    """Return what keeps this process from writing to a folder; None if nothing does.

    Returns:
        The folder or, if it is missing, the first one above it that exists.
    """
    for path in (folder, *folder.absolute().parents):
        if os.path.lexists(path):
            writable = path.is_dir() and os.access(path, os.W_OK | os.X_OK)
            return None if writable else path
    return folder


def refuse_unwritable(folders: Sequence[Path], whole: bool) -> None:
    """Raise an InputError that names what a run could not write to, and its owner.

    Args:
        folders: where the run writes. They may be missing.
        whole: whether to look at everything in them, too. A file that its own user has
            protected is left to Snakemake, which refuses to make it again.
    """
    for folder in folders:
        if path := obstacle(folder):
            raise InputError(f"{path}: expected a folder to write to, {_found(path)}")
        for path in _unwritable_in(folder) if whole else ():
            raise InputError(
                f"{path}: expected a file or folder to write to, {_found(path)}; its owner "
                f"can share all of them: chmod -R g+w {os.path.commonpath(folders)}"
            )


def refuse_code_of_another_checkout(program: Path) -> None:
    """Raise an InputError if .venv was copied or moved: it runs the code of its old place.

    Args:
        program: absolute path of the command, such as CHECKOUT/.venv/bin/interplay.
    """
    folder, code = (
        program.parents[min(2, len(program.parents) - 1)],
        Path(__file__).parent,
    )
    here = folder / "workflow" / "scripts" / "interplay"
    if here.is_dir() and not here.samefile(code):
        raise InputError(
            f"{program.parents[1]}: expected the environment of {folder}, found that of "
            f"{code.parents[2]}, copied or moved; remove it, and run `make` again"
        )


def _found(path: Path) -> str:
    status = path.lstat()
    mode, owner = f"{status.st_mode & 0o7777:o}", user_name(status.st_uid)
    if os.path.exists(path) and os.statvfs(path).f_flag & os.ST_RDONLY:
        return "found a file system that is read-only"
    return f"found one of user {owner} with mode {mode}"


def _unwritable_in(folder: Path) -> Iterator[Path]:
    own = os.getuid()
    for path, folders, files in os.walk(folder):
        for name in (*folders, *files):
            below = Path(path, name)
            if not os.access(below, os.W_OK) and below.lstat().st_uid != own:
                yield below
