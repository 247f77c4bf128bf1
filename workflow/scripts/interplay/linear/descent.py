"""Plain gradient descent of W in a linear network, exact to a tolerance.

All targets share one W0 and train in one pass over its modes.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property

import numpy as np
from numpy.typing import NDArray

from interplay.linear.bases import Bases, Passes
from interplay.linear.network import Network, Trial
from interplay.storage.errors import InputError

Array = NDArray[np.floating]

DIVERGED = 1e100
"""loss, or change of W in a training of such steps, above which a training has diverged"""


@dataclass(frozen=True)
class Descent:
    """The gradient descent of one network to one target, at every epoch.

    Epoch e is the network after e updates. Its dW is left @ core[e] @ right.T.
    """

    zhat: float
    """target"""
    learning_rate: float
    """step size eta"""
    readout: Array
    """(epochs + 1,), mean readout over the samples of the loss"""
    loss: Array
    """(epochs + 1,)"""
    gradient_norm: Array
    """(epochs + 1,), Frobenius norm of dL/dW"""
    core: Array
    """(epochs + 1, a, b)"""
    left: Array
    """(N, a), orthonormal columns"""
    right: Array
    """(N, b), orthonormal columns"""

    @property
    def tau(self) -> Array:
        """(epochs + 1,), learning time: learning rate times epoch."""
        return self.learning_rate * np.arange(len(self.loss))

    @cached_property
    def singular_values(self) -> Array:
        """(epochs + 1, min(a, b)), singular values of dW, largest first."""
        return np.linalg.svd(self.core, compute_uv=False)

    @property
    def dW(self) -> Array:
        """(N, N), change of the connectivity after the last epoch."""
        return self.left @ self.core[-1] @ self.right.T

    def converged_epoch(self, threshold: float) -> int | None:
        """Return the first epoch with a loss below threshold * zhat² / 2, or None."""
        below = np.flatnonzero(self.loss < threshold * self.zhat**2 / 2)
        return int(below[0]) if len(below) else None


def descend(
    network: Network,
    targets: Array,
    learning_rates: Array,
    epochs: int,
    trial: Trial,
    rng: np.random.Generator,
    tolerance: float = 1e-10,
) -> list[Descent]:
    """Train W by plain gradient descent, starting from W0 for each target.

    Args:
        network: the network before training.
        targets: (n,), the values zhat that the output has to reach.
        learning_rates: (n,), step size eta for each target.
        epochs: number of updates.
        trial: durations and time step.
        rng: generator of the probes; it changes results by no more than `tolerance`.
        tolerance: dW leaves a direction of the gradient out if `epochs` such gradients
            would move W by less than this (Frobenius norm).

    Returns:
        One descent per target, in their order.

    Raises:
        InputError: a training diverged: its loss, or the change of W that `epochs` of its
            steps would make, is above `DIVERGED` or not finite.
    """
    targets, learning_rates = np.asarray(targets), np.asarray(learning_rates)
    rates = learning_rates[:, None, None]
    empty = np.zeros((len(network.m), 0))
    bases = Bases(network, trial, empty, empty)
    core = np.zeros((len(targets), 0, 0))
    readouts, losses, norms, cores = [], [], [], []
    for epoch in range(epochs + 1):
        with np.errstate(over="ignore", invalid="ignore"):
            passes = bases.passes(core, targets)
            change = learning_rates * epochs * _gradient_bound(passes, trial)
        bounded = (passes.loss <= DIVERGED) & (change <= DIVERGED)
        if not bounded.all():
            first = int(np.flatnonzero(~bounded)[0])
            raise InputError(
                f"linear network, zhat = {targets[first]:g}, learning rate "
                f"{learning_rates[first]:.3g}: diverged at epoch {epoch}: expected loss "
                f"and change of W below {DIVERGED:g}, found {passes.loss[first]:.3g} and "
                f"{change[first]:.3g}; a smaller learning rate or target may converge"
            )
        bases = bases.spanning(passes, rates * epochs, tolerance, rng)
        core = bases.padded(core)
        gradient = bases.gradient(passes)
        readouts.append(passes.readout)
        losses.append(passes.loss)
        norms.append(np.linalg.norm(gradient, axis=(1, 2)))
        cores.append(core)
        core = core - rates * gradient
    cores = np.stack([bases.padded(core) for core in cores], axis=1)
    return [
        Descent(zhat, rate, readout, loss, norm, core, bases.left, bases.right)
        for zhat, rate, readout, loss, norm, core in zip(
            targets.tolist(), learning_rates.tolist(), np.transpose(readouts),
            np.transpose(losses), np.transpose(norms), cores, strict=True,
        )
    ]  # fmt: skip


def _gradient_bound(passes: Passes, trial: Trial) -> Array:
    """Return a bound on the norm of each gradient, in modes: (n,)."""
    sizes = np.linalg.norm([passes.states, passes.adjoints], axis=(2, 3))
    return trial.dt * sizes[0] * sizes[1]


def arrays_of(descents: Sequence[Descent]) -> dict[str, Array]:
    """Return the networks after training as arrays of a file.

    Args:
        descents: of `descend`, which share their bases.

    Returns:
        zhat (n,), core (n, a, b), left (N, a) and right (N, b), float64.
    """
    return {
        "zhat": np.array([descent.zhat for descent in descents]),
        "core": np.stack([descent.core[-1] for descent in descents]),
        "left": descents[0].left,
        "right": descents[0].right,
    }
