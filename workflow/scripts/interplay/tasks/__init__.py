"""Tasks: one file per task, found by the name of its module.

A task is loaded by name and never imported here, so the code hash of a flip-flop network
does not contain the Romo task. To add a task, add a file; see docs/own_task.md. The
environment variable INTERPLAY_TASKS names a folder with further tasks.
"""

import os
import sys
from dataclasses import is_dataclass
from importlib import import_module
from pathlib import Path
from types import ModuleType
from typing import Any

from interplay.storage.errors import InputError
from interplay.tasks.options import wrong_options
from interplay.tasks.trials import Example, Task, Trials

__all__ = [
    "Example", "OptionError", "Task", "Trials", "UnknownTaskError", "make_task", "task_names",
]  # fmt: skip

VARIABLE = "INTERPLAY_TASKS"
"""environment variable that names a folder with tasks"""

NOT_TASKS = ("__init__", "checking", "drawing", "options", "trials")

REQUIRED = ("n_inputs", "n_outputs", "draw", "example")
"""attributes of every task"""


class OptionError(InputError):
    """A task does not have this option, or not this value of it."""

    def __init__(self, task: str, option: str, problem: str):
        """Say what is wrong with one option of a task."""
        super().__init__(f"task {task}: {option}: {problem}")
        self.option, self.problem = option, problem


class UnknownTaskError(InputError):
    """There is no task of this name."""

    def __init__(self, task: str):
        """Name the tasks that there are."""
        self.problem = f"expected one of {', '.join(task_names())}, found {task!r}"
        super().__init__(f"task {task}: {self.problem}")


def task_names() -> list[str]:
    """Return the names of all tasks, sorted: the modules of this package."""
    files = (file for folder in _folders() for file in Path(folder).glob("*.py"))
    return sorted({file.stem for file in files if file.stem not in NOT_TASKS})


def make_task(name: str, /, dt: float, **options: Any) -> Task:
    """Return the task of a name: an instance of the dataclass in its module.

    Args:
        name: of the task and of its module in this package, such as "mante".
        dt: time step, in membrane time constants.
        options: fields of the dataclass that differ from their defaults.

    Raises:
        InputError: there is no such task, its module cannot be imported or has no task or
            several, or the task has no such option or value.
    """
    if name not in task_names():
        raise UnknownTaskError(name)
    module = _imported(name)
    task = _task_of(module)
    for option, problem in wrong_options(task, options):
        raise OptionError(name, option, problem)
    try:
        made = task(dt=dt, **options)
    except Exception as error:
        raise InputError(f"task {name}: {_line(error)}") from error
    for attribute in REQUIRED:
        if not hasattr(made, attribute):
            raise InputError(
                f"{_file(module)}: expected {task.__name__} to have {attribute}, found none"
            )
    return made


def folder_of(task: Task) -> str:
    """Return the folder of a task's file; empty if it belongs to this package itself."""
    module = sys.modules[type(task).__module__]
    folder = Path(module.__file__ or "").parent
    is_own = folder == Path(__file__).parent or module.__package__ != __name__
    return "" if is_own else str(folder)


def find_task(name: str, folder: str) -> None:
    """Look for a task in the folder where it was when a network was trained.

    Args:
        name: of the task.
        folder: from `folder_of`. If it has moved, INTERPLAY_TASKS has to name it.

    Raises:
        InputError: there is another task of this name in another folder.
    """
    if name not in task_names():
        _add(folder)
    found, expected = Path(_file_of(name)), Path(folder, f"{name}.py")
    if expected.is_file() and found.read_bytes() != expected.read_bytes():
        raise InputError(f"task {name}: expected {expected}, found the other {found}")


def _folders() -> list[str]:
    """Return the folders of tasks; modules of all of them belong to this package."""
    if folder := os.environ.get(VARIABLE):
        _add(folder)
    return list(__path__)


def _add(folder: str) -> None:
    if folder not in __path__:
        __path__.append(folder)
        # For modules next to a task, which it imports by their own name.
        sys.path.append(folder)


def _imported(name: str) -> ModuleType:
    try:
        return import_module(f"{__name__}.{name}")
    except SyntaxError as error:
        place = f"{_shown(error.filename or name)}, line {error.lineno}"
        raise InputError(f"{place}: expected Python: {error.msg}") from error
    except ModuleNotFoundError as error:
        problem = f"expected the package {error.name}, which it imports, found none"
        raise InputError(f"{_file_of(name)}: {problem}") from error
    except (Exception, SystemExit) as error:
        raise InputError(f"{_file_of(name)}: {_line(error)}") from error


def _task_of(module: ModuleType) -> Any:
    """Return the one dataclass with a method `draw` that a module defines itself.

    A class from which another one in the module derives is none.
    """
    classes: list[Any] = [one for one in vars(module).values() if isinstance(one, type)]
    own = (one for one in dict.fromkeys(classes) if one.__module__ == module.__name__)
    tasks = [one for one in own if _draws(one)]
    bases = {base for one in tasks for base in one.__mro__[1:]}
    found = [one for one in tasks if one not in bases]
    if len(found) != 1:
        names = ", ".join(one.__name__ for one in found) or "none"
        raise InputError(
            f"{_file(module)}: expected one dataclass with a method draw, found {names}"
        )
    return found[0]


def _draws(one: Any) -> bool:
    return is_dataclass(one) and hasattr(one, "draw")


def _file(module: ModuleType) -> str:
    return _shown(module.__file__ or module.__name__)


def _file_of(name: str) -> str:
    files = (Path(folder, f"{name}.py") for folder in _folders())
    return _shown(str(next((file for file in files if file.is_file()), name)))


def _shown(path: str) -> str:
    """Return a path as text, relative to the current folder if that is shorter."""
    return min(path, os.path.relpath(path), key=len)


def _line(error: BaseException) -> str:
    lines = str(error).split("\n")
    return lines[0] or type(error).__name__
