"""What every task has in common: trials, and the interface that draws them."""

from dataclasses import dataclass
from typing import NamedTuple, Protocol

import numpy as np


class Trials(NamedTuple):
    """A batch of trials; time runs along the first axis, so that one step is contiguous."""

    inputs: np.ndarray
    """float32, (time, trial, input channel): u(t)."""
    targets: np.ndarray
    """float32, (time, trial, output channel): the target of z(t)."""
    mask: np.ndarray
    """float32, (time, trial, output channel): 1 where the target counts, else 0."""


@dataclass(frozen=True)
class Example:
    """One trial to be drawn (Fig. 1 a-c), with the times at which its phases begin."""

    trials: Trials
    phases: tuple[float, ...]
    """in membrane time constants"""


class Task(Protocol):
    """A task: how many channels it has, how it is drawn, what it looks like."""

    dt: float
    n_inputs: int
    n_outputs: int

    def draw(self, rng: np.random.Generator, n_trials: int) -> Trials:
        """Draw `n_trials` independent trials."""
        ...

    def example(self, rng: np.random.Generator) -> Example:
        """Return the trial shown in Fig. 1."""
        ...


def samples(duration, dt: float):
    """Return how many samples a duration (scalar or array) takes: int(duration / dt)."""
    # A duration such as 0.3 / 0.1 = 2.9999999999999996 means three samples.
    return np.floor(np.asarray(duration) / dt + 1e-9).astype(int)


def within(start, stop, length: int) -> np.ndarray:
    """Return where samples lie in [start, stop).

    Args:
        start, stop: int, scalar or (trial,): first sample and the one after the last.
        length: how many samples a trial has.

    Returns:
        bool, (length, trial), or (length, 1) if both limits are scalars.
    """
    time = np.arange(length)[:, None]
    return (time >= np.atleast_1d(start)) & (time < np.atleast_1d(stop))
