"""Say in one line why .venv cannot be made or used in the current folder, before make starts.

Runs in the Python that makes .venv, which may be older than the workflow needs.
"""

import os
import pwd
import shutil
import sys
from importlib.util import find_spec

NEEDED = (3, 11)
SPACE = 3e9
"""bytes that the installation takes, of which pip needs some only for a while"""

UNQUOTED = '$`"\\\n'
"""characters that the scripts that pip installs do not quote in the path of Python"""


def obstacle(folder, ready):
    """Return why the folder cannot be used; an empty text if it can.

    Args:
        folder: absolute path of the checkout.
        ready: the folder for which .venv was made; empty if it is not made.
    """
    if any(one in folder for one in UNQUOTED):
        return (
            f"{folder!r}: expected a path without {UNQUOTED[:-1]} or line breaks; move it"
        )
    if ready and not (os.path.isdir(ready) and os.path.samefile(ready, folder)):
        return (
            f"{folder}/.venv: expected an environment that was made here, found a copy of "
            f"{ready}/.venv; remove it by `rm -r .venv`, then run make again"
        )
    if ready:
        return ""
    if not os.access(folder, os.W_OK):
        uid = os.stat(folder).st_uid
        try:
            owner = pwd.getpwuid(uid).pw_name
        except KeyError:
            owner = uid
        read_only = os.statvfs(folder).f_flag & os.ST_RDONLY
        found = "a read-only file system" if read_only else f"one of user {owner}"
        return f"{folder}: expected a folder to write to, found {found}"
    program = os.path.basename(sys.executable)
    if sys.version_info < NEEDED:
        found = ".".join(map(str, sys.version_info[:3]))
        return f"{program}: expected 3.11 or later, found {found}; make PYTHON=python3.12"
    if not find_spec("ensurepip"):
        return f"{program}: expected the module ensurepip; on Debian: apt install python3-venv"
    free = shutil.disk_usage(folder).free
    if free < SPACE:
        return (
            f"{folder}: expected {SPACE / 1e9:.0f} GB of space, found {free / 1e9:.1f} GB"
        )
    return ""


def made_for(file):
    """Return the folder that a file names; an empty text without the file."""
    try:
        with open(file, encoding="utf-8", errors="surrogateescape") as lines:
            return lines.read().rstrip("\n")
    except OSError:
        return ""


if __name__ == "__main__":
    sys.exit(obstacle(os.getcwd(), made_for(".venv/ready")) or None)
