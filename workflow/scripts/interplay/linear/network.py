"""The linear network of Section 3.

The dynamics are Eq. (2) with phi(x) = x, one input and one output, in Euler steps of dt.
They are written for x / √N, so the readout is z = wᵀx and the input is m u; the gradient
of W is the same.
"""

from dataclasses import dataclass
from functools import cached_property

import numpy as np
from numpy.typing import NDArray

from interplay.runs.durations import samples
from interplay.runs.streams import stream

Array = NDArray[np.float64]


@dataclass(frozen=True)
class Trial:
    """A trial: input 0 until `onset`, then 1; the output counts in the last `window`.

    All in time units (one membrane time constant).
    """

    duration: float
    onset: float
    window: float
    dt: float

    @property
    def driven(self) -> int:
        """Number of samples with input; before them the network rests at 0."""
        return int(samples(self.duration, self.dt) - samples(self.onset, self.dt))

    @property
    def scored(self) -> int:
        """Number of samples, at the end, that are compared with the target."""
        return int(samples(self.window, self.dt))


@dataclass(frozen=True)
class Modes:
    """The eigenbasis of a real W0 in real numbers: W0 = `back` diag(`values`) `into`.

    A pair of conjugate eigenvalues counts once, and a mode's complex amplitude
    stands in two consecutive real coordinates, of K in all. What acts on the
    amplitudes `into` x, W0 does to x; its transpose acts on `back`ᵀ x by the
    conjugate values.
    """

    values: NDArray[np.complex128]
    """(K / 2,)"""
    into: Array
    """(K, N)"""
    back: Array
    """(N, K)"""

    @classmethod
    def of(cls, W0: Array) -> "Modes":
        """Decompose W0: (N, N), diagonalisable."""
        values, vectors = np.linalg.eig(W0)
        upper = values.imag >= 0
        vectors, inverse = vectors[:, upper], np.linalg.inv(vectors)[upper]
        # A mode and its conjugate add up to twice the real part.
        weight = np.where(values[upper].imag > 0, 2.0, 1.0)
        into = np.stack([inverse.real, inverse.imag], axis=1)
        back = np.stack([weight * vectors.real, -weight * vectors.imag], axis=2)
        n = len(W0)
        return cls(
            values=values[upper].astype(complex),
            into=into.reshape(-1, n),
            back=back.reshape(n, -1),
        )


@dataclass(frozen=True)
class Network:
    """A linear network at its initial connectivity, float64."""

    W0: Array
    """(N, N)"""
    m: Array
    """(N,), input vector, length 1"""
    w: Array
    """(N,), readout vector, length 1"""

    @cached_property
    def modes(self) -> Modes:
        """The eigenbasis of W0, computed once."""
        return Modes.of(self.W0)


def draw_network(n: int, g: float, seed: int) -> Network:
    """Draw W0 = g J, J_ij ~ N(0, 1/n), and m and w of length exactly 1.

    Args:
        n: number of neurons.
        g: strength of the initial connectivity, 0 ≤ g < 1.
        seed: number of the instance.
    """
    run = ("linear", g, seed)
    vectors = stream("vectors", *run).standard_normal((2, n))
    m, w = vectors / np.linalg.norm(vectors, axis=1, keepdims=True)
    J = stream("connectivity", *run).standard_normal((n, n)) / np.sqrt(n)
    # Adding 0 turns the -0 that a g of 0 leaves into 0.
    return Network(g * J + 0.0, m, w)


def simulate(network: Network, W: Array, trial: Trial) -> Array:
    """Return the readout z of one network, from the first sample with input on.

    Args:
        network: its m and w are used, W0 is not.
        W: (N, N), recurrent connectivity.
        trial: what is simulated.

    Returns:
        (trial.driven,): z after each step.
    """
    x = np.zeros_like(network.m)
    z = np.empty(trial.driven)
    for t in range(trial.driven):
        x = (1 - trial.dt) * x + trial.dt * (W @ x + network.m)
        z[t] = network.w @ x
    return z


def loss_of(z: Array, zhat: float, trial: Trial) -> float:
    """Half the squared error of a readout, averaged over the samples that count."""
    return float(np.mean((zhat - z[-trial.scored :]) ** 2) / 2)
