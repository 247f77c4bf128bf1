"""The linear network of Section 3, and its plain gradient descent.

The dynamics are Eq. (2) with phi(x) = x, one input and one output, in Euler
steps of dt; only W is trained. Written for x / √N, so that the readout is
z = wᵀx and the input m u, with the very same gradient.

Descent is exact, but never multiplies by an N × N matrix in a step:

- In the eigenbasis of W0 ("modes") W0 is a product with N numbers.
- dW = L S Rᵀ, with orthonormal columns in L and R that grow as learning calls
  for new directions. Random probes of each epoch's gradient (Halko, Martinsson
  & Tropp 2011) say what part of it lies outside of L or R.

One W0 serves all targets at once, in one pass over its modes.
"""

from dataclasses import dataclass, replace
from functools import cached_property

import numpy as np
import pandas as pd
from numpy.typing import ArrayLike, NDArray

from interplay.errors import InputError
from interplay.randomness import stream

Array = NDArray[np.float64]

PROBES = 8
"""random vectors that look for gradient outside of the bases, each epoch"""


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
        return int(self.duration / self.dt) - int(self.onset / self.dt)

    @property
    def scored(self) -> int:
        """Number of samples, at the end, that are compared with the target."""
        return int(self.window / self.dt)


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
    def modes(self) -> "Modes":
        """The eigenbasis of W0, computed once."""
        return Modes.of(self.W0)


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
class Descent:
    """One network's gradient descent, all epochs of it.

    Epoch e is the network after e updates; dW there is left @ core[e] @ right.T.
    """

    zhat: float
    learning_rate: float
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
        """(epochs + 1, min(a, b)), of dW, falling."""
        return np.linalg.svd(self.core, compute_uv=False)

    @property
    def dW(self) -> Array:
        """(N, N), the change of connectivity after the last epoch."""
        return self.left @ self.core[-1] @ self.right.T

    def converged_epoch(self, threshold: float) -> int | None:
        """First epoch with a loss below threshold * zhat² / 2; None if there is none."""
        below = np.flatnonzero(self.loss < threshold * self.zhat**2 / 2)
        return int(below[0]) if len(below) else None


def learning_rate(eta0: ArrayLike, g: float) -> Array:
    """eta(g) = eta0 (1 − g²)², so that learning takes about as many epochs at any g."""
    return np.asarray(eta0) * (1 - g**2) ** 2


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


def descend(
    network: Network,
    targets: Array,
    learning_rates: Array,
    epochs: int,
    trial: Trial,
    rng: np.random.Generator,
    tolerance: float = 1e-10,
) -> list[Descent]:
    """Train W by plain gradient descent, once for each target, each from W0.

    Args:
        network: where it starts.
        targets: (n,), the values zhat that the output has to reach.
        learning_rates: (n,), eta of each target.
        epochs: number of updates.
        trial: what is trained.
        rng: of the probes; what it draws matters no more than `tolerance`.
        tolerance: a direction of the gradient is left out of dW where it, kept
            up for all epochs, would move W by less than this (Frobenius norm).

    Returns:
        One descent a target, in their order.

    Raises:
        InputError: a loss is not finite any more.
    """
    targets, learning_rates = np.asarray(targets), np.asarray(learning_rates)
    rates = learning_rates[:, None, None]
    none = np.zeros((len(network.m), 0))
    bases = _Bases(network, trial, none, none)
    core = np.zeros((len(targets), 0, 0))
    losses, norms, cores = [], [], []
    for epoch in range(epochs + 1):
        with np.errstate(over="ignore", invalid="ignore"):
            passes = bases.passes(core, targets)
        for zhat, rate, loss in zip(targets, learning_rates, passes.loss, strict=True):
            if not np.isfinite(loss):
                raise InputError(
                    f"linear network, zhat = {zhat}, learning rate {rate:.3g}: expected "
                    f"a finite loss, found {loss} at epoch {epoch}"
                )
        bases = bases.spanning(passes, rates * epochs, tolerance, rng)
        core = bases.padded(core)
        gradient = bases.gradient(passes)
        losses.append(passes.loss)
        norms.append(np.linalg.norm(gradient, axis=(1, 2)))
        cores.append(core)
        core = core - rates * gradient
    cores = np.stack([bases.padded(core) for core in cores], axis=1)
    return [
        Descent(zhat, rate, loss, norm, core, bases.left, bases.right)
        for zhat, rate, loss, norm, core in zip(
            targets.tolist(), learning_rates.tolist(),
            np.transpose(losses), np.transpose(norms), cores, strict=True,
        )
    ]  # fmt: skip


def shuffle_loss(
    network: Network, dW: Array, zhat: float, trial: Trial, rng: np.random.Generator
) -> float:
    """Loss after all entries of W0 are permuted at random, dW kept; Fig. 4(d)."""
    W0 = rng.permutation(network.W0.ravel()).reshape(network.W0.shape)
    return loss_of(simulate(network, W0 + dW, trial), zhat, trial)


def measure(
    network: Network,
    descent: Descent,
    trial: Trial,
    threshold: float,
    rng: np.random.Generator,
) -> dict[str, float]:
    """Return what Fig. 4 shows of a trained network.

    Args:
        network: where the descent started.
        descent: how it was trained.
        trial: what it was trained on.
        threshold: of the loss, in units of zhat² / 2, at which it has converged.
        rng: permutes W0.

    Returns:
        zhat, N, initial_loss, final_loss; tau_star, the learning time of the first
        epoch below the threshold; norm_dW after the last epoch; mean_gradient_norm
        over [0, tau_star]; shuffle_loss_ratio, in units of zhat² / 2. Both that
        depend on tau_star are NaN if there is none.
    """
    zhat = descent.zhat
    epoch = descent.converged_epoch(threshold)
    shuffled = shuffle_loss(network, descent.dW, zhat, trial, rng)
    converged = {"tau_star": np.nan, "mean_gradient_norm": np.nan}
    if epoch is not None:
        until = descent.gradient_norm[: epoch + 1]
        converged = {"tau_star": descent.tau[epoch], "mean_gradient_norm": until.mean()}
    return {
        "zhat": zhat,
        "N": len(network.m),
        "initial_loss": descent.loss[0],
        "final_loss": descent.loss[-1],
        "norm_dW": np.linalg.norm(descent.core[-1]),
        "shuffle_loss_ratio": shuffled / (zhat**2 / 2),
        **converged,
    }


def curves(descent: Descent, values: int = 5) -> pd.DataFrame:
    """Return zhat, epoch, tau, loss, gradient_norm, s1, s2, … of each epoch.

    Args:
        descent: what is tabulated.
        values: number of singular values; 0 where dW has fewer.
    """
    s = np.zeros((len(descent.loss), values))
    found = descent.singular_values[:, :values]
    s[:, : found.shape[1]] = found
    return pd.DataFrame(
        {
            "zhat": descent.zhat,
            "epoch": np.arange(len(descent.loss)),
            "tau": descent.tau,
            "loss": descent.loss,
            "gradient_norm": descent.gradient_norm,
        }
        | {f"s{i + 1}": s[:, i] for i in range(values)}
    )


def example_trial(network: Network, W: Array, trial: Trial) -> pd.DataFrame:
    """Run one network; return kind ("input", "output"), time and value of each sample.

    Args:
        network: its m and w are used, W0 is not.
        W: (N, N), recurrent connectivity.
        trial: what is simulated; a short dt makes a smooth curve.
    """
    z = simulate(network, W, trial)
    time = trial.onset + trial.dt * np.arange(len(z) + 1)
    output = pd.DataFrame(
        {"kind": "output", "time": np.r_[0, time], "value": np.r_[0, 0, z]}
    )
    corners = [0, trial.onset, trial.onset, time[-1]]
    steps = pd.DataFrame({"kind": "input", "time": corners, "value": [0.0, 0, 1, 1]})
    return pd.concat([steps, output], ignore_index=True)


@dataclass(frozen=True)
class _Passes:
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
class _Bases:
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

    def passes(self, core: Array, targets: Array) -> _Passes:
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
        return _Passes(
            loss=np.mean(error**2, axis=1) / 2,
            states=states[:, :-1],
            adjoints=adjoints[:, -2::-1],
        )

    def gradient(self, passes: _Passes) -> Array:
        """dL/dW seen through the bases: leftᵀ (dL/dW) right, (n, a, b)."""
        left = passes.adjoints @ self.left_modes.T
        right = passes.states @ self.right_modes.T
        return self.trial.dt * (left.transpose(0, 2, 1) @ right)

    def spanning(
        self, passes: _Passes, reach: Array, tolerance: float, rng: np.random.Generator
    ) -> "_Bases":
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
