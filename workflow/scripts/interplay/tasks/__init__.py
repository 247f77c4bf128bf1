"""Tasks: one file per task, found by the name of its module.

A task is loaded by name and never imported here, so the code hash of a flip-flop network
does not contain the Romo task. To add a task, add a file; see docs/own_task.md.
"""

from collections.abc import Callable
from dataclasses import is_dataclass
from importlib import import_module
from pathlib import Path
from typing import Any

from interplay.storage.errors import InputError
from interplay.tasks.trials import Example, Task, Trials

__all__ = ["Example", "Task", "Trials", "make_task", "task_names"]

NOT_TASKS = ("__init__", "drawing", "trials")


def task_names() -> list[str]:
    """Return the names of all tasks, sorted: the modules of this package."""
    files = Path(__file__).parent.glob("*.py")
    return sorted(file.stem for file in files if file.stem not in NOT_TASKS)


def make_task(name: str, dt: float, **options: Any) -> Task:
    """Return the task of a name: an instance of the dataclass in its module.

    Args:
        name: of the task and of its module in this package, such as "mante".
        dt: time step, in membrane time constants.
        options: fields of the dataclass that differ from their defaults.

    Raises:
        InputError: there is no such task, its module has no task or several, or the task
            has no such option.
    """
    if name not in task_names():
        raise InputError(f"task {name}: expected one of {', '.join(task_names())}")
    module = import_module(f"{__name__}.{name}")
    classes: list[Any] = [
        one
        for one in vars(module).values()
        if is_dataclass(one)
        and hasattr(one, "draw")
        and one.__module__ == module.__name__
    ]
    if len(classes) != 1:
        raise InputError(
            f"{module.__file__}: expected one dataclass with a method draw, "
            f"found {len(classes)}"
        )
    make: Callable[..., Task] = classes[0]
    try:
        return make(dt=dt, **options)
    except TypeError as error:
        raise InputError(f"task {name}: {error}") from None
