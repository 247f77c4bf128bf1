"""The three tasks, found by name.

A task is loaded by its name, never imported here, so that the code behind a
flip-flop network does not contain the Romo task.
"""

from importlib import import_module

from interplay.tasks.trials import Task

CLASSES = {"flipflop": "FlipFlop", "mante": "Mante", "romo": "Romo"}


def make_task(name: str, dt: float, **options: str) -> Task:
    """Return the task called `name` ("flipflop", "mante" or "romo").

    Args:
        name: the task, also the name of its module in this package.
        dt: time step, in units of the membrane time constant.
        options: what else the task takes; the flip-flop takes ``hold``.

    Raises:
        KeyError: there is no task of that name.
    """
    module = import_module(f"{__name__}.{name}")
    return getattr(module, CLASSES[name])(dt=dt, **options)
