"""Plain gradient descent of a linear network with dense matrices, for any target.

`descent.py` is faster but serves one task. This module serves the supplement's
experiments, whose networks are small and whose eigenvalues need the whole W anyway.
"""

from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

Array = NDArray[np.floating]


@dataclass(frozen=True)
class Task:
    """A linear network's dynamics and target.

    x[k + 1] = (1 − dt) x[k] + dt (W x[k] + drive), and z[k] = readout · x[k]. The loss is
    the sum over k of weight[k] (target[k] − z[k + 1])² / 2.
    """

    start: Array
    """(N,), x[0]"""
    drive: Array
    """(N,), constant input"""
    readout: Array
    """(N,)"""
    target: Array
    """(S,), target for the readouts after each step"""
    weight: Array
    """(S,), weight of each sample in the loss"""
    dt: float
    """time step in membrane time constants"""


@dataclass(frozen=True)
class Epoch:
    """A network at one epoch of its gradient descent."""

    W: Array
    """(N, N)"""
    loss: float
    gradient_norm: float
    """Frobenius norm of dL/dW"""


def simulate_states(W: Array, task: Task, steps: int) -> Array:
    """Simulate a network and return its states x[0], …, x[steps]: (steps + 1, N)."""
    states = np.empty((steps + 1, len(task.start)))
    states[0] = task.start
    for k in range(steps):
        states[k + 1] = (1 - task.dt) * states[k] + task.dt * (W @ states[k] + task.drive)
    return states


def loss_and_gradient(W: Array, task: Task) -> tuple[float, Array]:
    """Return the loss of a network and its exact gradient dL/dW.

    Args:
        W: (N, N), recurrent connectivity.
        task: dynamics and target.

    Returns:
        The loss, and the gradient as a float64 array of shape (N, N).
    """
    steps = len(task.target)
    states = simulate_states(W, task, steps)
    error = task.target - states[1:] @ task.readout
    # adjoints[k] is the gradient of the loss with respect to x[k + 1].
    adjoints = -(task.weight * error)[:, None] * task.readout
    for k in range(steps - 1, 0, -1):
        adjoints[k - 1] += (1 - task.dt) * adjoints[k] + task.dt * (adjoints[k] @ W)
    loss = float(np.sum(task.weight * error**2) / 2)
    return loss, task.dt * (adjoints.T @ states[:-1])


def gradient_descent(
    W0: Array, task: Task, learning_rate: float, epochs: int
) -> Iterator[Epoch]:
    """Train W by plain gradient descent and yield the network at every epoch.

    Args:
        W0: (N, N), initial connectivity.
        task: dynamics and target.
        learning_rate: step size.
        epochs: number of updates.

    Yields:
        epochs + 1 networks, starting with W0. A network that diverges ends the series
        at the last epoch with a finite loss and gradient norm.
    """
    W = W0
    for _ in range(epochs + 1):
        with np.errstate(over="ignore", invalid="ignore"):
            loss, gradient = loss_and_gradient(W, task)
            norm = float(np.linalg.norm(gradient))
        if not np.isfinite([loss, norm]).all():
            return
        yield Epoch(W, loss, norm)
        W = W - learning_rate * gradient
