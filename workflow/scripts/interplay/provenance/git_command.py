"""Ask git one question, in such a way that nothing of a clone is run or fetched."""

import os
import re
import subprocess
from dataclasses import dataclass
from enum import Enum
from pathlib import Path

KEPT = re.compile(r"GIT_(CONFIG|EXEC_PATH|CEILING_DIRECTORIES|TEST_ASSUME)")
"""variables of git that do not point it to another repository"""

SETTINGS = (
    "core.fsmonitor=false",
    "core.untrackedCache=false",
    "core.hooksPath=/dev/null",
)

ENVIRONMENT = {
    "GIT_OPTIONAL_LOCKS": "0",
    "GIT_NO_REPLACE_OBJECTS": "1",
    "GIT_TERMINAL_PROMPT": "0",
    # Before version 2.45, git knows only the second way of not fetching missing objects.
    "GIT_NO_LAZY_FETCH": "1",
    "GIT_ALLOW_PROTOCOL": "",
    "LC_ALL": "C",
}


class Why(Enum):
    """The reason why git cannot answer."""

    NO_GIT = "there is no git on this machine"
    NO_REPOSITORY = "the workflow is in no git repository"
    NOT_OURS = "the git repository around the workflow does not track its Snakefile"
    REFUSED = "git refuses to read the repository"
    NO_COMMIT = "this clone does not contain the commit"
    NO_OBJECTS = "this clone does not contain all objects of the commit"


@dataclass(frozen=True)
class Unknown:
    """No answer, and the reason."""

    why: Why
    said: str = ""
    """git's own line, where there is one"""

    def __str__(self) -> str:
        return f"{self.why.value}: {self.said}" if self.said else self.why.value


def ask_git(root: Path, *arguments: str, given: str = "") -> bytes | Unknown:
    """Return what git prints.

    Args:
        root: the folder in which git runs.
        arguments: of git.
        given: text for its standard input.

    Returns:
        Its standard output; `Unknown` if git fails or is not there.
    """
    kept = {k: v for k, v in os.environ.items() if k[:4] != "GIT_" or KEPT.match(k)}
    options = [word for setting in SETTINGS for word in ("-c", setting)]
    try:
        ended = subprocess.run(
            ["git", "-C", root, *options, *arguments],
            input=given.encode(),
            capture_output=True,
            env={**kept, **ENVIRONMENT},
        )
    except OSError:
        return Unknown(Why.NO_GIT)
    if not ended.returncode:
        return ended.stdout
    said = ended.stderr.decode(errors="replace").strip().partition("\n")[0]
    if said.startswith("fatal: not a git repository (or any"):
        return Unknown(Why.NO_REPOSITORY)
    return Unknown(Why.REFUSED, said)
