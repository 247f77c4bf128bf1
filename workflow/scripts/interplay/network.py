"""The rate network, Eqs (2) and (3), and its exact gradient.

One Euler step and its readout are

    x[t+1] = (1 - dt) x[t] + dt (W r[t] + B u[t]),   r = tanh(x),   z[t] = C r[t+1].

Rates and inputs of a step stand side by side in one row, s[t] = [r[t], u[t]],
so that a step forward is one product with [W B]. Likewise the adjoints of x and
of z, d[t] = [dt dL/dx[t+1], dL/dz[t-1]], so that a step back is one product with
[dt W; dt C]. The gradient of W, B and C is the sum of d[t]ᵀ s[t] over all steps.
"""

from dataclasses import dataclass
from functools import cached_property

import numpy as np

from interplay.steps import LANES, LINE, ROWS, advance, buffer, padded, retreat


@dataclass(frozen=True)
class Network:
    """The weights of one network; where torch computes, its tensors."""

    W: np.ndarray
    """(N, N), recurrent connectivity"""
    B: np.ndarray
    """(N, Nin), columns √N m_i"""
    C: np.ndarray
    """(Nout, N), rows w_i / √N"""

    def with_connectivity(self, W: np.ndarray) -> "Network":
        """Return this network with other recurrent weights, W: (N, N)."""
        return Network(W, self.B, self.C)


def initial_connectivity(rng: np.random.Generator, n: int, g: float) -> np.ndarray:
    """Draw W0 = g J with J_ij ~ N(0, 1/N).

    J is drawn before it is scaled, so that networks of one stream that differ
    in g differ by that factor alone.

    Returns:
        float32, (n, n).
    """
    # Adding 0 turns the -0 that a g of 0 leaves into 0.
    J = rng.standard_normal((n, n)) / np.sqrt(n)
    return (g * J + 0.0).astype(np.float32)


def initial_vectors(
    rng: np.random.Generator, n: int, n_inputs: int, n_outputs: int
) -> tuple[np.ndarray, np.ndarray]:
    """Draw input and readout vectors m_i, w_i of length exactly 1.

    Returns:
        B = √n [m_1 …], float32, (n, n_inputs); C = [w_1 …]ᵀ / √n, float32, (n_outputs, n).
    """
    vectors = rng.standard_normal((n, n_inputs + n_outputs))
    vectors /= np.linalg.norm(vectors, axis=0)
    m, w = vectors[:, :n_inputs], vectors[:, n_inputs:]
    B, C = np.sqrt(n) * m, w.T / np.sqrt(n)
    return B.astype(np.float32), np.ascontiguousarray(C, np.float32)


class Workspace:
    """The buffers in which batches of one shape are simulated, allocated once."""

    def __init__(self, network: Network, n_samples: int, n_trials: int, dt: float):
        """Allocate for batches of `n_trials` trials, each `n_samples` long."""
        self.n_samples, self.n_trials = n_samples, n_trials
        self.n, self.n_inputs = network.B.shape
        self.n_outputs = network.C.shape[0]
        self._dtype = network.W.dtype
        self.columns = padded(self.n, LANES)
        self.states = self._rows(self.n_inputs)
        self.outputs = self._array(n_samples, self.states.shape[1], self.n_outputs)
        self.forward_panels = self._panels(self.n_inputs)
        self.dt = self._dtype.type(dt)

    # What only a gradient needs is not allocated for an evaluation.

    @cached_property
    def adjoints(self) -> np.ndarray:
        return self._rows(self.n_outputs)

    @cached_property
    def backward_panels(self) -> np.ndarray:
        return self._panels(self.n_outputs)

    @cached_property
    def sums(self) -> tuple[np.ndarray, np.ndarray]:
        heights = self.columns + self.n_outputs, self.n_inputs
        of_rates, of_inputs = (
            self._array(padded(height, ROWS), self.columns) for height in heights
        )
        return of_rates, of_inputs

    @cached_property
    def gradient(self) -> Network:
        n = self.n
        shapes = (n, n), (n, self.n_inputs), (self.n_outputs, n)
        return Network(*(self._array(*shape) for shape in shapes))

    def _rows(self, n_more: int) -> np.ndarray:
        """Allocate a row a sample and trial: of each neuron, then `n_more` numbers."""
        width = padded(self.columns + n_more, LINE)
        return self._array(self.n_samples + 1, padded(self.n_trials, ROWS), width)

    def _panels(self, n_more: int) -> np.ndarray:
        return self._array(self.columns // LANES, self.columns + n_more, LANES)

    def _array(self, *shape: int) -> np.ndarray:
        return buffer(shape, self._dtype)


def simulate(network: Network, inputs: np.ndarray, workspace: Workspace) -> np.ndarray:
    """Return the readout of a batch of trials that all start at x = 0.

    Args:
        network: the weights, float32 or float64.
        inputs: (time, trial, Nin), u.
        workspace: buffers of that shape; overwritten.

    Returns:
        (time, trial, Nout): z, the output after each input sample, in a buffer.
    """
    ws = workspace
    W, B, C = map(np.ascontiguousarray, (network.W, network.B, network.C))
    inputs = np.ascontiguousarray(inputs)
    advance(ws.states, ws.outputs, ws.forward_panels, inputs, W, B, C, ws.dt)
    return ws.outputs[:, : ws.n_trials]


def masked_loss(
    outputs: np.ndarray, targets: np.ndarray, mask: np.ndarray
) -> np.floating:
    """Return half the squared error averaged where the mask is 1.

    Args:
        outputs, targets, mask: (time, trial, Nout).

    Returns:
        Scalar, ½ Σ mask (target - output)² / Σ mask.
    """
    return 0.5 * (mask * (targets - outputs) ** 2).sum() / mask.sum()


def loss_and_gradient(
    network: Network,
    inputs: np.ndarray,
    targets: np.ndarray,
    mask: np.ndarray,
    workspace: Workspace,
) -> tuple[float, Network]:
    """Return the `masked_loss` of a batch and its gradient with respect to the weights.

    By exact back-propagation through time.

    Args:
        network: the weights, float32 or float64.
        inputs: (time, trial, Nin).
        targets, mask: (time, trial, Nout).
        workspace: buffers of that shape; overwritten.

    Returns:
        The loss, and dL/dW, dL/dB, dL/dC as the weights of a network, in buffers.
    """
    ws = workspace
    simulate(network, inputs, ws)
    W, C, targets, mask = map(np.ascontiguousarray, (network.W, network.C, targets, mask))
    gradient = ws.gradient
    loss = retreat(
        ws.adjoints,
        ws.states,
        ws.outputs,
        ws.backward_panels,
        ws.sums,
        targets,
        mask,
        W,
        C,
        ws.dt,
        gradient.W,
        gradient.B,
        gradient.C,
    )
    return loss, gradient
