"""dW as left @ core @ right.T, with orthonormal bases that grow during learning.

One epoch never multiplies by an N × N matrix. In the eigenbasis of W0 ("modes"), W0 is a
product with N numbers, and dW acts through its two bases. Random probes of each epoch's
gradient (Halko, Martinsson & Tropp 2011) find the directions of the gradient that the
bases lack.
"""

from dataclasses import dataclass, replace
from functools import cached_property

import numpy as np
from numpy.typing import NDArray

from interplay.linear.network import Network, Trial

Array = NDArray[np.floating]

PROBES = 8
"""number of random probes from each side, per epoch and round"""

LARGE = 10.0
"""change of W (Frobenius norm) above which the tolerance is relative to the change

Learning moves W by about 1. The gradient of a network that diverges is larger by orders of
magnitude, and so are its rounding errors, which an absolute tolerance takes for directions.
"""


@dataclass(frozen=True)
class Passes:
    """Forward and backward pass of one network for each of n targets, in modes.

    The gradient of the loss is dt times the sum over s of adjoints[s] states[s]ᵀ.
    """

    readout: Array
    """(n,), mean of z over the samples of the loss"""
    loss: Array
    """(n,)"""
    states: Array
    """(n, S, K), states before each step except the first"""
    adjoints: Array
    """(n, S, K), gradient of the loss with respect to the states after these steps"""


@dataclass(frozen=True)
class Bases:
    """Orthonormal bases of the columns and rows of dW, and their coordinates in modes."""

    network: Network
    trial: Trial
    left: Array
    """(N, a), orthonormal columns"""
    right: Array
    """(N, b), orthonormal columns"""

    @cached_property
    def left_modes(self) -> Array:
        """(a, K), the left basis in modes."""
        return self.left.T @ self.network.modes.to_modes.T

    @cached_property
    def right_modes(self) -> Array:
        """(b, K), the right basis in modes."""
        return self.right.T @ self.network.modes.from_modes

    def passes(self, core: Array, targets: Array) -> Passes:
        """Simulate the networks W0 + left @ core @ right.T, forward and backward.

        Args:
            core: (n, a, b), one matrix per target.
            targets: (n,), the values zhat.
        """
        dt, modes = self.trial.dt, self.network.modes
        driven, scored = self.trial.driven, self.trial.scored
        factors = (1 - dt) + dt * modes.values
        input_modes = dt * (modes.to_modes @ self.network.m)
        readout_modes = modes.from_modes.T @ self.network.w

        states = _respond(
            factors, np.ones((len(targets), driven)), input_modes,
            self.right_modes, dt * core, self.left_modes,
        )  # fmt: skip
        # The network is time-invariant: its adjoints are a response, in reversed time, to
        # the errors, with source and readout exchanged and dW transposed.
        readout = states[:, -scored:] @ readout_modes
        error = targets[:, None] - readout
        drive = np.zeros((len(targets), driven))
        drive[:, :scored] = -error[:, ::-1] / scored
        adjoints = _respond(
            factors.conj(), drive, readout_modes,
            self.left_modes, dt * core.transpose(0, 2, 1), self.right_modes,
        )  # fmt: skip
        # The gradient pairs the state before a step with the adjoint after that step.
        return Passes(
            readout=readout.mean(axis=1),
            loss=np.mean(error**2, axis=1) / 2,
            states=states[:, :-1],
            adjoints=adjoints[:, -2::-1],
        )

    def gradient(self, passes: Passes) -> Array:
        """Return the gradient in the bases, left.T @ dL/dW @ right: (n, a, b)."""
        left = passes.adjoints @ self.left_modes.T
        right = passes.states @ self.right_modes.T
        return self.trial.dt * (left.transpose(0, 2, 1) @ right)

    def spanning(
        self, passes: Passes, reach: Array, tolerance: float, rng: np.random.Generator
    ) -> "Bases":
        """Extend the bases until they contain the gradient, up to a tolerance.

        Each round multiplies random vectors by the gradient, from both sides, and adds
        the part of the products that the bases lack. Rounds end when no part is left. A
        round that goes on adds a column, and no basis has more than N columns.

        Args:
            passes: the gradients of n networks, finite.
            reach: (n, 1, 1), factor that turns a gradient into a change of W.
            tolerance: smallest change of W (Frobenius norm) that counts; for a change above
                `LARGE`, this share of it over `LARGE`.
            rng: generator of the random vectors.
        """
        modes, scale = self.network.modes, self.trial.dt * reach
        bases = self
        while True:
            probes = rng.standard_normal((2, PROBES, len(self.left))) / np.sqrt(PROBES)
            through_right = passes.states @ (probes[0] @ modes.from_modes).T
            through_left = passes.adjoints @ (probes[1] @ modes.to_modes.T).T
            left = scale * (through_right.transpose(0, 2, 1) @ passes.adjoints)
            right = scale * (through_left.transpose(0, 2, 1) @ passes.states)
            left = _moderate(left @ modes.to_modes)
            right = _moderate(right @ modes.from_modes.T)
            left = _new_directions(bases.left, left, tolerance)
            right = _new_directions(bases.right, right, tolerance)
            if not left.size and not right.size:
                return bases
            bases = replace(
                bases,
                left=np.column_stack([bases.left, left]),
                right=np.column_stack([bases.right, right]),
            )

    def padded(self, core: Array) -> Array:
        """Pad a core of earlier, smaller bases with zeros: (n, a, b)."""
        more = self.left.shape[1] - core.shape[1], self.right.shape[1] - core.shape[2]
        return np.pad(core, [(0, 0), (0, more[0]), (0, more[1])])


def _respond(
    factors: NDArray[np.complex128],
    signal: Array,
    source: Array,
    outward: Array,
    core: Array,
    inward: Array,
) -> Array:
    """Simulate the modes from 0, with feedback through dW.

    Args:
        factors: (K / 2,), factor of each complex amplitude per step.
        signal: (n, T), drive of each of n networks.
        source: (K,), direction of the drive.
        outward: (b, K), projections of the modes that dW feeds back.
        core: (n, a, b), gain of the feedback.
        inward: (a, K), directions of the feedback.

    Returns:
        (n, T, K), the modes after each step.
    """
    n, steps = signal.shape
    states = np.empty((n, steps, len(source)))
    state = np.zeros((n, len(source)))
    amplitudes = state.view(np.complex128)
    for t in range(steps):
        feedback = (core @ (state @ outward.T)[..., None])[..., 0] @ inward
        amplitudes *= factors
        state += feedback
        state += signal[:, t, None] * source
        states[:, t] = state
    return states


def _moderate(changes: Array) -> Array:
    """Scale each of n changes, (n, PROBES, N), to `LARGE` if larger; stack them: (…, N)."""
    sizes = np.linalg.norm(changes, axis=(1, 2), keepdims=True)
    return np.concatenate(changes / np.maximum(sizes / LARGE, 1))


def _new_directions(basis: Array, vectors: Array, tolerance: float) -> Array:
    """Return an orthonormal basis of the part of some vectors outside a basis.

    Args:
        basis: (N, a), orthonormal columns.
        vectors: (any, N).
        tolerance: smallest singular value that counts.

    Returns:
        (N, number of new directions), orthonormal columns, orthogonal to `basis`; at most
        N − a.
    """
    outside = vectors.T - basis @ (basis.T @ vectors.T)
    if np.linalg.norm(outside) <= tolerance:
        return outside[:, :0]
    directions, sizes, _ = np.linalg.svd(outside, full_matrices=False)
    new = directions[:, sizes > tolerance][:, : len(basis) - basis.shape[1]]
    # A second projection removes the rounding errors of the first, which are large
    # compared with a small remainder.
    return np.linalg.qr(new - basis @ (basis.T @ new))[0]
