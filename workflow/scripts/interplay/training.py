"""Training one network with Adam, so that it can be stopped and taken up again.

The trials of a stretch of epochs are drawn together, each stretch from a random
stream of its own. A run therefore has no generator whose state would have to be
kept: weights, Adam's moments and the number of the epoch are all there is to a
checkpoint, and a run that was killed ends as one that was not.
"""

import math
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Self

import numpy as np
from tqdm import tqdm

from interplay.adam import Adam, AdamState, Arrays, at_rest
from interplay.network import (
    Network,
    Workspace,
    initial_connectivity,
    initial_vectors,
    loss_and_gradient,
)
from interplay.randomness import stream
from interplay.tasks.trials import Task, Trials

STRETCH = 50
"""Epochs whose trials are drawn at once, and after which a checkpoint may be kept."""


@dataclass(frozen=True)
class Run:
    """One network to be trained: what identifies it, and how it is trained."""

    task_name: str
    g: float
    seed: int
    n: int
    epochs: int
    batch: int
    """trials an epoch"""
    learning_rate: float
    """Adam's, already divided by N"""

    def stream(self, purpose: str, *part: int) -> np.random.Generator:
        """Return this run's random stream for one purpose."""
        return stream(purpose, "nonlinear", self.task_name, self.g, self.seed, *part)


@dataclass(frozen=True)
class State(AdamState):
    """A run after some epochs: all that its continuation depends on."""

    losses: list[float] = field(default_factory=list)
    """of every epoch so far, each before its step"""

    @property
    def epoch(self) -> int:
        """How many epochs have been taken."""
        return len(self.losses)

    @property
    def network(self) -> Network:
        """The weights as a network."""
        return Network(**self.weights)

    @property
    def diverged(self) -> bool:
        """Whether the last loss is NaN or infinite, which ends a run."""
        return bool(self.losses) and not math.isfinite(self.losses[-1])

    @property
    def progress(self) -> dict[str, np.ndarray]:
        """The losses, for a checkpoint: float64, (epoch,)."""
        return {"losses": np.asarray(self.losses, np.float64)}

    @classmethod
    def restored(
        cls, groups: Mapping[str, Arrays], progress: Mapping[str, np.ndarray]
    ) -> Self:
        """Return the state with these weights, moments and `progress`."""
        return cls(**groups, losses=progress["losses"].tolist())


def initial_weights(run: Run, n_inputs: int, n_outputs: int) -> dict[str, np.ndarray]:
    """Draw W0, B0 and C0 of a run, float32, from its own streams."""
    W = initial_connectivity(run.stream("connectivity"), run.n, run.g)
    vectors = run.stream("inputs and outputs")
    B, C = initial_vectors(vectors, run.n, n_inputs, n_outputs)
    return {"W": W, "B": B, "C": C}


def initial_state(run: Run, task: Task) -> State:
    """Return the state of a run before its first epoch."""
    weights = initial_weights(run, task.n_inputs, task.n_outputs)
    return State(**at_rest(weights))


def train(
    run: Run,
    task: Task,
    state: State,
    keep: Callable[[State], None] = lambda state: None,
    keep_every: float = 10.0,
) -> State:
    """Train from `state` to the run's last epoch, or to the first loss that is not finite.

    On the CPU, by one thread; `interplay.together` trains on a GPU.

    Each epoch is one step of Adam (betas 0.9 and 0.999, eps 1e-8) on W, B and C
    with the loss of one freshly drawn batch (science of section 2 of the paper).

    Args:
        run: what to train; the epochs are counted from the run's beginning.
        task: draws the trials.
        state: where to begin, such as `initial_state`, or a state that was kept.
        keep: called with a state now and then, for a checkpoint.
        keep_every: seconds between two such calls, at least.

    Returns:
        The last state; `state.diverged` tells why it may be early.
    """
    adam = Adam(state, state.epoch, run.learning_rate)
    network = Network(**adam.weights)
    losses = list(state.losses)

    def current_state() -> State:
        return State(**adam.put_down(), losses=list(losses))

    workspace = None
    kept_at = time.monotonic()
    progress = tqdm(total=run.epochs, initial=len(losses), unit="epoch", disable=None)
    with progress:
        while len(losses) < run.epochs:
            for inputs, targets, mask in zip(
                *stretch(run, task, len(losses)), strict=True
            ):
                workspace = workspace or Workspace(network, *inputs.shape[:2], task.dt)
                loss, gradient = loss_and_gradient(
                    network, inputs, targets, mask, workspace
                )
                losses.append(loss)
                if not math.isfinite(losses[-1]):
                    return current_state()
                adam.step(vars(gradient))
                progress.update()
            if time.monotonic() - kept_at >= keep_every:
                keep(current_state())
                kept_at = time.monotonic()
    return current_state()


def stretch(run: Run, task: Task, epoch: int) -> Trials:
    """Return the batches from `epoch` to the end of the stretch that it lies in.

    Args:
        run: whose trials are drawn, from its own streams.
        task: draws them.
        epoch: of the first batch.

    Returns:
        Inputs, targets and mask, each (epoch, time, trial, channel).
    """
    number, done = divmod(epoch, STRETCH)
    trials = task.draw(run.stream("training trials", number), STRETCH * run.batch)
    left = slice(done, run.epochs - number * STRETCH)
    split = (array.reshape(len(array), STRETCH, run.batch, -1) for array in trials)
    return Trials(*(np.ascontiguousarray(a.swapaxes(0, 1)[left]) for a in split))


def convergence_epoch(losses: np.ndarray, fraction: float) -> int | None:
    """Return the first epoch whose loss is below `fraction` of the loss at epoch 0.

    Args:
        losses: (epoch,)
        fraction: such as 0.05.

    Returns:
        The epoch, counted from 0, or None if there is none.
    """
    below = np.flatnonzero(np.asarray(losses) < fraction * losses[0])
    return int(below[0]) if len(below) else None


def test_trials(run: Run, task: Task, n_trials: int) -> Trials:
    """Draw the run's own test trials, never seen in training."""
    return task.draw(run.stream("test trials"), n_trials)
