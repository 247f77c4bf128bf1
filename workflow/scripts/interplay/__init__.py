"""Low-rank learning in recurrent networks: the library behind the workflow.

The library knows nothing of Snakemake. Its face:

    load                                   a trained network
    Task, Trials, make_task                tasks, and the batches that they draw
    singular_values, eigenvalues           of a matrix
    truncations, functional_rank           low-rank approximations, Eq. (4)

Everything else is internal.
"""

from importlib import import_module
from typing import Any


def __getattr__(name: str) -> Any:
    # Public names are imported when they are first used. A training job therefore contains
    # only the modules that it needs, and an edit elsewhere retrains nothing.
    face = import_module("interplay.face") if not name.startswith("_") else None
    if name not in getattr(face, "__all__", ()):
        raise AttributeError(f"module 'interplay' has no attribute {name!r}")
    return getattr(face, name)
