"""Trials, and the interface of a task that draws them."""

from dataclasses import dataclass
from typing import NamedTuple, Protocol

import numpy as np

from interplay.runs.durations import samples

__all__ = ["Example", "Task", "Trials", "samples", "within"]


class Trials(NamedTuple):
    """A batch of trials. Time is the first axis, so the samples of one step are contiguous.

    `interplay.tasks.drawing` converts booleans, integers and other floats to float32.
    """

    inputs: np.ndarray
    """float32, (time, trial, input channel): u(t)."""
    targets: np.ndarray
    """float32, (time, trial, output channel): the target of z(t)."""
    mask: np.ndarray
    """float32, as `targets`: 1 where the target counts, else 0; or a weight from 0."""


# Without eq=False, `==` would compare arrays and raise an error.
@dataclass(frozen=True, eq=False)
class Example:
    """One trial for a figure (Fig. 1 a-c), and the times at which its phases begin."""

    trials: Trials
    phases: tuple[float, ...]
    """in membrane time constants"""


class Task(Protocol):
    """A task: a frozen dataclass with these attributes and methods.

    All durations and times are in membrane time constants.
    """

    @property
    def dt(self) -> float:
        """Time step."""
        ...

    @property
    def n_inputs(self) -> int:
        """Number of input channels."""
        ...

    @property
    def n_outputs(self) -> int:
        """Number of output channels."""
        ...

    def draw(self, rng: np.random.Generator, n_trials: int) -> Trials:
        """Draw `n_trials` independent trials."""
        ...

    def example(self, rng: np.random.Generator) -> Example:
        """Return the trial shown in Fig. 1."""
        ...


def within(start, stop, length: int) -> np.ndarray:
    """Return which samples are in [start, stop).

    Args:
        start: first sample, integer, scalar or (trial,).
        stop: the sample after the last one, likewise.
        length: number of samples of a trial.

    Returns:
        bool, (length, trial), or (length, 1) if both limits are scalars.
    """
    time = np.arange(length)[:, None]
    return (time >= np.atleast_1d(start)) & (time < np.atleast_1d(stop))
