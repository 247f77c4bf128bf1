"""Low-rank learning in recurrent networks: the library behind the workflow.

The library knows nothing of Snakemake. Its face:

    load                                   a trained network from a results folder
    Task, Trials, make_task                tasks, and the batches that they draw
    singular_values, eigenvalues           of a matrix
    truncations, functional_rank           low-rank approximations, Eq. (4)

Everything else is internal. Names are imported when they are first used, so that a
training job contains only the modules that it needs.
"""

from importlib import import_module
from typing import Any

_FACE = {
    "load": "interplay.nonlinear.loading",
    "Task": "interplay.tasks.trials",
    "Trials": "interplay.tasks.trials",
    "make_task": "interplay.tasks",
    "singular_values": "interplay.lowrank.spectrum",
    "eigenvalues": "interplay.lowrank.spectrum",
    "truncations": "interplay.lowrank.truncation",
    "functional_rank": "interplay.lowrank.truncation",
}
"""module of each public name"""

__all__ = [*_FACE]  # pyright: ignore[reportUnsupportedDunderAll]


def __getattr__(name: str) -> Any:
    if name not in _FACE:
        raise AttributeError(f"module 'interplay' has no attribute {name!r}")
    return getattr(import_module(_FACE[name]), name)


def __dir__() -> list[str]:
    return sorted({*globals(), *_FACE})
