"""The linear network of Section 3: its trial, weights, eigenbasis and simulation.

The network follows Eq. (2) with phi(x) = x, one input and one output, in Euler steps of
dt. The code stores x / √N instead of x, so the readout is z = wᵀx and the input is m u.
The gradient with respect to W is the same for both.
"""

from dataclasses import dataclass, replace
from functools import cached_property

import numpy as np
from numpy.typing import NDArray

from interplay.runs.durations import samples
from interplay.runs.streams import stream

Array = NDArray[np.floating]


@dataclass(frozen=True)
class Trial:
    """A trial: the input is 0 until `onset` and then 1; the last `window` has a loss.

    All durations are in membrane time constants.
    """

    duration: float
    onset: float
    window: float
    dt: float

    @property
    def driven(self) -> int:
        """Number of samples with input. The state is 0 before the first of them."""
        return int(samples(self.duration, self.dt) - samples(self.onset, self.dt))

    @property
    def scored(self) -> int:
        """Number of samples at the end of the trial that enter the loss."""
        return int(samples(self.window, self.dt))


@dataclass(frozen=True)
class Modes:
    """The eigenbasis of a real matrix W0 in real coordinates.

    W0 = `from_modes` diag(`values`) `to_modes`. Each pair of conjugate eigenvalues is one
    mode. The complex amplitude of a mode takes two consecutive real coordinates, so there
    are K / 2 modes for K coordinates.

    W0 multiplies the amplitudes `to_modes` @ x by `values`. The transpose of W0 multiplies
    `from_modes`ᵀ @ x by the conjugate values.
    """

    values: NDArray[np.complex128]
    """(K / 2,), eigenvalues of W0 with imaginary part ≥ 0"""
    to_modes: Array
    """(K, N)"""
    from_modes: Array
    """(N, K)"""

    @classmethod
    def of(cls, W0: Array) -> "Modes":
        """Decompose W0, a diagonalisable float64 matrix of shape (N, N)."""
        values, vectors = np.linalg.eig(W0)
        upper = np.imag(values) >= 0
        vectors, inverse = vectors[:, upper], np.linalg.inv(vectors)[upper]
        # A mode and its conjugate add up to twice the real part of one of them.
        weight = np.where(np.imag(values[upper]) > 0, 2.0, 1.0)
        to_modes = np.stack([np.real(inverse), np.imag(inverse)], axis=1)
        from_modes = np.stack(
            [weight * np.real(vectors), -weight * np.imag(vectors)], axis=2
        )
        n = len(W0)
        return cls(
            values=values[upper].astype(complex),
            to_modes=to_modes.reshape(-1, n),
            from_modes=from_modes.reshape(n, -1),
        )


@dataclass(frozen=True)
class Network:
    """A linear network before training, in float64."""

    W0: Array
    """(N, N), initial connectivity"""
    m: Array
    """(N,), input vector of length 1"""
    w: Array
    """(N,), readout vector of length 1"""

    @cached_property
    def modes(self) -> Modes:
        """The eigenbasis of W0, computed once."""
        return Modes.of(self.W0)


def draw_network(n: int, g: float, seed: int) -> Network:
    """Draw W0 = g J with J_ij ~ N(0, 1/n), and m and w of length exactly 1.

    Args:
        n: number of neurons.
        g: strength of the initial connectivity, 0 ≤ g < 1.
        seed: number of the network.
    """
    run = ("linear", g, seed)
    vectors = stream("vectors", *run).standard_normal((2, n))
    m, w = vectors / np.linalg.norm(vectors, axis=1, keepdims=True)
    J = stream("connectivity", *run).standard_normal((n, n)) / np.sqrt(n)
    # Adding 0 turns the -0.0 entries at g = 0 into 0.0.
    return Network(g * J + 0.0, m, w)


def orthogonal(network: Network, state: Array) -> Network:
    """Return the network with a readout vector orthogonal to a state.

    Args:
        network: the network.
        state: (N,), of length 1.
    """
    w = network.w - state * (state @ network.w)
    return replace(network, w=w / np.linalg.norm(w))


def directions(network: Network, W0: Array) -> tuple[Array, Array]:
    """Return the directions that the first two coefficients of Eq. (7) add to dW.

    W1 is the outer product of Bᵀw and Bm, Eq. (11), with B = (I − W0)⁻¹. From Eq. (6), W2
    adds the outer products of BᵀBm with Bm, and of Bᵀw with BBᵀw. Without W0, these are
    the directions of Eqs (8) and (9), w and m.

    Args:
        network: gives m and w.
        W0: (N, N), the network's own, or another one, such as its entries shuffled.

    Returns:
        (2, N) each, with orthonormal rows: on the left Bᵀw, and BᵀBm without its part along
        Bᵀw; on the right Bm, and BBᵀw without its part along Bm.
    """
    inverted = np.eye(len(W0)) - W0
    left = np.linalg.solve(inverted.T, network.w)
    right = np.linalg.solve(inverted, network.m)
    return (
        _orthonormal(left, np.linalg.solve(inverted.T, right)),
        _orthonormal(right, np.linalg.solve(inverted, left)),
    )


def _orthonormal(first: Array, second: Array) -> Array:
    first = first / np.linalg.norm(first)
    second = second - first * (first @ second)
    return np.stack([first, second / np.linalg.norm(second)])


def simulate(network: Network, W: Array, trial: Trial) -> Array:
    """Simulate one network and return its readout during the input.

    Args:
        network: gives m and w; its W0 is not used.
        W: (N, N), recurrent connectivity.
        trial: durations and time step.

    Returns:
        (trial.driven,), the readout z after each step.
    """
    x = np.zeros_like(network.m)
    z = np.empty(trial.driven)
    for t in range(trial.driven):
        x = (1 - trial.dt) * x + trial.dt * (W @ x + network.m)
        z[t] = network.w @ x
    return z


def loss_of(z: Array, zhat: float, trial: Trial) -> float:
    """Return half the squared error, averaged over the last `trial.scored` samples.

    Args:
        z: (any,), readout.
        zhat: target.
        trial: durations and time step.
    """
    return float(np.mean((zhat - z[-trial.scored :]) ** 2) / 2)
