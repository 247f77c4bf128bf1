"""Tasks of a configuration: whether they can be made, and which packages they need."""

import json
import re
import subprocess
import sys
from collections.abc import Iterable, Mapping, Sequence
from importlib.metadata import packages_distributions, version
from pathlib import Path
from typing import Any

from interplay.storage.errors import InputError

Request = Mapping[str, Any]
"""a task to be made: `name`, `dt`, `options`"""

PATIENCE = 300
"""seconds until tasks that are being imported are given up"""


def tasks_folder(config: Mapping[str, Any], own: Path) -> Path | None:
    """Return the folder that the key `tasks` names; None without the key.

    Args:
        config: with paths expanded.
        own: the folder of the package `interplay.tasks`.

    Raises:
        InputError: there is no such folder, or it has a module that the package has.
    """
    named = config.get("tasks")
    if not isinstance(named, str):
        return None
    folder = Path(named).resolve()
    if not folder.is_dir():
        found = "a file" if folder.exists() else "nothing"
        raise InputError(f"config: tasks: {named}: expected a folder, found {found}")
    if folder == own.resolve():
        return None
    names = {file.name for file in own.glob("*.py")} - {"__init__.py"}
    for name in sorted(names & {file.name for file in folder.glob("*.py")}):
        raise InputError(
            f"{Path(named, name)}: expected a name that no module of interplay.tasks has, "
            f"found {name}; rename it"
        )
    return folder


def task_problems(
    requests: Sequence[Request], python: str, elsewhere: bool = False
) -> list[dict[str, str]]:
    """Make tasks in another process; return the problem of each, which may be empty.

    Args:
        requests: the tasks.
        python: path of the interpreter, which has the library.
        elsewhere: whether jobs run in another environment, with other packages. A package
            that is missing here is then no problem.

    Returns:
        What `interplay.tasks.checking.problem_of` returns.

    Raises:
        InputError: the process ended early.
    """
    command = [python, "-m", "interplay.tasks.checking"]
    try:
        done = subprocess.run(
            command, input=json.dumps(requests), capture_output=True,
            encoding="utf-8",
            timeout=PATIENCE, check=False,
        )  # fmt: skip
    except subprocess.TimeoutExpired:
        raise InputError(f"tasks: expected imports to end in {PATIENCE} s") from None
    if done.returncode:
        last = (done.stderr.strip().splitlines() or [f"status {done.returncode}"])[-1]
        if elsewhere and "ModuleNotFoundError" in last:
            return [{} for _ in requests]
        names = ", ".join(sorted({request["name"] for request in requests}))
        raise InputError(f"tasks {names}: expected them to be imported: {last}")
    found = json.loads(done.stdout.splitlines()[-1])
    return [{} if elsewhere and "missing" in one else one for one in found]


def package_versions(
    modules: Iterable[str], lock: Path, elsewhere: bool = False
) -> dict[str, str]:
    """Return the versions of the packages of some modules, but for those of a lock.

    Args:
        modules: names without dots, such as "neurogym".
        lock: requirements with pinned versions.
        elsewhere: as in `task_problems`; versions are then unknown.

    Returns:
        By package. "unknown" for a module, by its name, that is not of an installed package.
    """
    lines = lock.read_text(encoding="utf-8").splitlines()
    pinned = {_normalised(line.partition("==")[0]) for line in lines if "==" in line}
    names = {name for name in modules if name not in sys.stdlib_module_names}
    names = sorted(name for name in names if _normalised(name) not in pinned)
    installed = packages_distributions() if names and not elsewhere else {}
    found = {}
    for name in names:
        for package in installed.get(name, ()):
            if _normalised(package) not in pinned:
                found[package] = version(package)
        if name not in installed:
            found[name] = "unknown"
    return dict(sorted(found.items()))


def _normalised(name: str) -> str:
    return re.sub(r"[-_.]+", "-", name.strip()).lower()
