"""The public names of the library, as `from interplay import load` finds them."""

from interplay.lowrank.spectrum import eigenvalues, singular_values
from interplay.lowrank.truncation import functional_rank, truncations
from interplay.nonlinear.load import load
from interplay.tasks import make_task
from interplay.tasks.trials import Task, Trials

__all__ = [
    "Task",
    "Trials",
    "eigenvalues",
    "functional_rank",
    "load",
    "make_task",
    "singular_values",
    "truncations",
]
