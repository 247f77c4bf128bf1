"""One network to train: its identity, its random streams, and its state between epochs."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, NamedTuple

import numpy as np
import pandas as pd

from interplay.optimisers.state import Arrays, OptimiserState, initial_moments
from interplay.runs.streams import stream
from interplay.sentiment.model import initial_weights


@dataclass(frozen=True)
class Run:
    """One network to train: its identity, and how it is trained."""

    seed: int
    n: int
    """units per layer"""
    epochs: int
    batch: int
    """sentences per step of Adam"""
    learning_rate: float
    """Adam's, already divided by n"""
    dropout: float
    """probability that a number is dropped"""

    @classmethod
    def of(cls, experiment: Mapping[str, Any], seed: int) -> "Run":
        """Return the run of an experiment with this seed.

        Args:
            experiment: its parameters in the configuration.
            seed: number of the instance.
        """
        n = experiment["N"]
        return cls(
            seed=seed,
            n=n,
            epochs=experiment["epochs"],
            batch=experiment["batch"],
            learning_rate=experiment["learning_rate"] / n,
            dropout=experiment["dropout"],
        )

    def stream(self, purpose: str, *part: int) -> np.random.Generator:
        """Return this run's random stream for one purpose.

        Runs of one seed have the same streams, so they can be compared pair by pair.
        """
        return stream(purpose, "sentiment", self.seed, *part)

    def initial_weights(self, n_inputs: int) -> Arrays:
        """Draw the run's initial weights, see `model.initial_weights`."""
        return initial_weights(self.stream("weights"), n_inputs, self.n)


class Epoch(NamedTuple):
    """Losses and accuracies of one epoch: means over sentences.

    Those of the training set are measured during the epoch, with dropout; those of the
    development set after it, without.
    """

    train_loss: float
    train_accuracy: float
    dev_loss: float
    dev_accuracy: float


@dataclass(frozen=True)
class State(OptimiserState):
    """A run after some epochs: everything that its continuation depends on."""

    steps: int = 0
    """of Adam"""
    epochs: list[Epoch] = field(default_factory=list)
    wall_seconds: float = 0.0
    """of the run so far, over all its jobs"""
    cpu_seconds: float = 0.0

    @property
    def epoch(self) -> int:
        """Number of epochs so far."""
        return len(self.epochs)

    @property
    def progress(self) -> Arrays:
        """Steps, seconds and curves, for a checkpoint."""
        return {
            "steps": np.array([self.steps]),
            "seconds": np.array([self.wall_seconds, self.cpu_seconds]),
            "epochs": np.array(self.epochs, np.float64).reshape(-1, len(Epoch._fields)),
        }

    @classmethod
    def from_checkpoint(cls, state: OptimiserState, progress: Arrays) -> "State":
        """Restore what `progress` and the optimiser's arrays describe."""
        wall, cpu = progress["seconds"].tolist()
        return cls(
            state.weights,
            state.moments,
            steps=progress["steps"].item(),
            epochs=[Epoch(*row) for row in progress["epochs"].tolist()],
            wall_seconds=wall,
            cpu_seconds=cpu,
        )


def initial_state(weights: Arrays) -> State:
    """Return the state of a run before its first epoch."""
    return State(weights, initial_moments(weights))


def learning_curves(state: State) -> pd.DataFrame:
    """Return a row per epoch: epoch (from 0), and the fields of `Epoch`."""
    curves = pd.DataFrame(state.epochs, columns=Epoch._fields)
    curves.insert(0, "epoch", range(len(curves)))
    return curves
