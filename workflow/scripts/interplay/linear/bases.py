"""dW as L S Rᵀ: orthonormal bases that grow as learning calls for new directions.

A step never multiplies by an N × N matrix. In the eigenbasis of W0 ("modes") W0 is a
product with N numbers, and dW acts through the bases L and R. Random probes of each
epoch's gradient (Halko, Martinsson & Tropp 2011) find the part of it outside of L or R.
"""

from dataclasses import dataclass, replace
from functools import cached_property

import numpy as np
from numpy.typing import NDArray

from interplay.linear.network import Network, Trial

Array = NDArray[np.float64]

PROBES = 8
"""random vectors that look for gradient outside of the bases, in each epoch"""


@dataclass(frozen=True)
class Passes:
    """The network of each of n targets, once forward and once back, in modes.

    The gradient of the loss is dt times the sum over s of adjoints[s] states[s]ᵀ.
    """

    loss: Array
    """(n,)"""
    states: Array
    """(n, S, K)"""
    adjoints: Array
    """(n, S, K)"""


@dataclass(frozen=True)
class Bases:
    """Orthonormal columns on the left and right of dW, and as they act on modes."""

    network: Network
    trial: Trial
    left: Array
    """(N, a)"""
    right: Array
    """(N, b)"""
    # dW acts on states by R and then L, its transpose on adjoints by L and then R.

    @cached_property
    def left_modes(self) -> Array:
        return self.left.T @ self.network.modes.into.T

    @cached_property
    def right_modes(self) -> Array:
        return self.right.T @ self.network.modes.back

    def passes(self, core: Array, targets: Array) -> Passes:
        """Simulate W0 + left @ core @ right.T and the adjoint, core: (n, a, b)."""
        dt, modes = self.trial.dt, self.network.modes
        driven, scored = self.trial.driven, self.trial.scored
        values = (1 - dt) + dt * modes.values
        into_network = dt * (modes.into @ self.network.m)
        out_of_network = modes.back.T @ self.network.w

        states = _respond(
            values, np.ones((len(targets), driven)), into_network,
            self.right_modes, dt * core, self.left_modes,
        )  # fmt: skip
        error = targets[:, None] - states[:, -scored:] @ out_of_network
        drive = np.zeros((len(targets), driven))
        drive[:, :scored] = -error[:, ::-1] / scored
        adjoints = _respond(
            values.conj(), drive, out_of_network,
            self.left_modes, dt * core.transpose(0, 2, 1), self.right_modes,
        )  # fmt: skip
        # The state before a step meets the adjoint after it.
        return Passes(
            loss=np.mean(error**2, axis=1) / 2,
            states=states[:, :-1],
            adjoints=adjoints[:, -2::-1],
        )

    def gradient(self, passes: Passes) -> Array:
        """dL/dW seen through the bases: leftᵀ (dL/dW) right, (n, a, b)."""
        left = passes.adjoints @ self.left_modes.T
        right = passes.states @ self.right_modes.T
        return self.trial.dt * (left.transpose(0, 2, 1) @ right)

    def spanning(
        self, passes: Passes, reach: Array, tolerance: float, rng: np.random.Generator
    ) -> "Bases":
        """Return bases that reach * gradient leaves by no more than the tolerance.

        Random vectors are sent through the gradient, from either side, until
        nothing new comes out.

        Args:
            passes: give the gradient of n networks.
            reach: (n, 1, 1), a factor.
            tolerance: size below which a direction does not count.
            rng: of the vectors.
        """
        modes, scale = self.network.modes, self.trial.dt * reach
        bases = self
        while True:
            probes = rng.standard_normal((2, PROBES, len(self.left))) / np.sqrt(PROBES)
            through_right = passes.states @ (probes[0] @ modes.back).T
            through_left = passes.adjoints @ (probes[1] @ modes.into.T).T
            left = scale * (through_right.transpose(0, 2, 1) @ passes.adjoints)
            right = scale * (through_left.transpose(0, 2, 1) @ passes.states)
            left = _outside(bases.left, np.concatenate(left) @ modes.into, tolerance)
            right = _outside(bases.right, np.concatenate(right) @ modes.back.T, tolerance)
            if not left.size and not right.size:
                return bases
            bases = replace(
                bases,
                left=np.column_stack([bases.left, left]),
                right=np.column_stack([bases.right, right]),
            )

    def padded(self, core: Array) -> Array:
        """Return a core of smaller bases, with zeros for what was added since."""
        more = self.left.shape[1] - core.shape[1], self.right.shape[1] - core.shape[2]
        return np.pad(core, [(0, 0), (0, more[0]), (0, more[1])])


def _respond(
    values: NDArray[np.complex128],
    signal: Array,
    source: Array,
    outward: Array,
    core: Array,
    inward: Array,
) -> Array:
    """Run the modes from 0: a mode decays by its value, is driven, and feeds back.

    Args:
        values: (K / 2,), the factor of each complex amplitude in a step.
        signal: (n, T), what drives each of n networks.
        source: (K,), how the signal enters the modes.
        outward: (b, K), what is read of the modes to be fed back.
        core: (n, a, b), from what is read to what is fed back.
        inward: (a, K), how that enters the modes.

    Returns:
        (n, T, K), the modes after each step.
    """
    n, steps = signal.shape
    states = np.empty((n, steps, len(source)))
    state = np.zeros((n, len(source)))
    amplitudes = state.view(np.complex128)
    for t in range(steps):
        feedback = (core @ (state @ outward.T)[..., None])[..., 0] @ inward
        amplitudes *= values
        state += feedback
        state += signal[:, t, None] * source
        states[:, t] = state
    return states


def _outside(basis: Array, found: Array, tolerance: float) -> Array:
    """Return orthonormal columns for what of `found` lies outside of a basis.

    Args:
        basis: (N, a), orthonormal columns.
        found: (any, N).
        tolerance: size below which a direction does not count.
    """
    found = found.T - basis @ (basis.T @ found.T)
    if np.linalg.norm(found) <= tolerance:
        return found[:, :0]
    directions, sizes, _ = np.linalg.svd(found, full_matrices=False)
    new = directions[:, sizes > tolerance]
    # Once more: what is left after one projection is small, and so not clean.
    return np.linalg.qr(new - basis @ (basis.T @ new))[0]
