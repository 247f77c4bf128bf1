"""One network to train: its identity, its random streams, and its state between epochs."""

import math
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

import numpy as np

from interplay.nonlinear.network import draw_inputs_and_readout, draw_recurrent
from interplay.optimisers.state import (
    BETA2,
    EPS,
    Arrays,
    OptimiserState,
    initial_moments,
)
from interplay.runs.streams import stream
from interplay.tasks.drawing import check_task
from interplay.tasks.trials import Task


@dataclass(frozen=True)
class Run:
    """One network to train: its identity, and how it is trained."""

    task_name: str
    g: float
    seed: int
    n: int
    epochs: int
    batch: int
    """trials per epoch"""
    learning_rate: float
    """the optimiser's: of Adam, already divided by N"""
    optimiser: str = "adam"
    """adam or gradient_descent"""
    eps: float = EPS
    """Adam's"""
    amsgrad: bool = False
    """Adam divides by the largest past squares instead of the latest"""
    beta2: float = BETA2
    """Adam's"""
    clip: float | None = None
    """largest norm of the gradients that Adam takes; any if None"""
    trained: Sequence[str] = ("W", "B", "C")
    """weights that are trained; the others keep their initial values"""

    @classmethod
    def of(cls, experiment: Mapping[str, Any], g: float, seed: int) -> "Run":
        """Return the run of an experiment with this g and seed.

        Args:
            experiment: `Experiment.parameters` of `interplay.configuration.experiments`.
            g: strength of the initial connectivity.
            seed: number of the instance.
        """
        rate, optimiser = experiment["learning_rate"], experiment["optimiser"]
        return cls(
            task_name=experiment["task"],
            g=g,
            seed=seed,
            n=experiment["N"],
            epochs=experiment["epochs"],
            batch=experiment["batch"],
            learning_rate=rate / experiment["N"] if optimiser == "adam" else rate,
            optimiser=optimiser,
            eps=experiment["eps"],
            amsgrad=experiment["amsgrad"],
            beta2=experiment["beta2"],
            clip=experiment["clip"],
            trained=tuple(experiment["trained"]),
        )

    @property
    def adam(self) -> dict[str, Any]:
        """Adam's options, named as its arguments."""
        return {"eps": self.eps, "beta2": self.beta2, "clip": self.clip}

    def stream(self, purpose: str, *part: int) -> np.random.Generator:
        """Return this run's random stream for one purpose.

        Runs that differ in anything but task, g and seed have the same streams, so they
        can be compared pair by pair.
        """
        return stream(purpose, "nonlinear", self.task_name, self.g, self.seed, *part)


@dataclass(frozen=True)
class State(OptimiserState):
    """A run after some epochs: everything that its continuation depends on."""

    losses: list[float] = field(default_factory=list)
    """of every epoch so far, each before its step"""

    @classmethod
    def of(cls, optimiser: OptimiserState, losses: Iterable[float]) -> "State":
        """Combine an optimiser's state with the losses so far."""
        return cls(optimiser.weights, optimiser.moments, list(losses))

    @classmethod
    def from_checkpoint(cls, state: OptimiserState, progress: Arrays) -> "State":
        """Restore what `progress` and the optimiser's arrays describe."""
        return cls.of(state, progress["losses"].tolist())

    @property
    def epoch(self) -> int:
        """Number of epochs so far."""
        return len(self.losses)

    @property
    def diverged(self) -> bool:
        """Whether the last loss is NaN or infinite, which ends a run."""
        return bool(self.losses) and not math.isfinite(self.losses[-1])

    @property
    def progress(self) -> Arrays:
        """The losses, float64, (epoch,), for a checkpoint."""
        return {"losses": np.asarray(self.losses, np.float64)}


def task_arguments(experiment: Mapping[str, Any]) -> dict[str, Any]:
    """Return the arguments of `make_task` for the task of an experiment, but for its name.

    Args:
        experiment: `Experiment.parameters` of `interplay.configuration.experiments`.
    """
    return {"dt": experiment["dt"], **experiment["options"]}


def initial_weights(run: Run, n_inputs: int, n_outputs: int) -> Arrays:
    """Draw W0, B0 and C0 of a run, float32, from its own streams."""
    W = draw_recurrent(run.stream("connectivity"), run.n, run.g)
    B, C = draw_inputs_and_readout(
        run.stream("inputs and outputs"), run.n, n_inputs, n_outputs
    )
    return {"W": W, "B": B, "C": C}


def initial_state(run: Run, task: Task) -> State:
    """Return the state of a run before its first epoch.

    Raises:
        InputError: the task lacks what a training needs.
    """
    check_task(task, run.task_name)
    weights = initial_weights(run, task.n_inputs, task.n_outputs)
    moments = {}
    if run.optimiser == "adam":
        moments = initial_moments(weights, run.trained, run.amsgrad)
    return State(weights, moments)
