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
import torch

from interplay.steps import LANES, LINE, ROWS, advance, padded, retreat


@dataclass(frozen=True)
class Network:
    """The weights of one network, as the trained tensors."""

    W: torch.Tensor
    """(N, N), recurrent connectivity"""
    B: torch.Tensor
    """(N, Nin), columns √N m_i"""
    C: torch.Tensor
    """(Nout, N), rows w_i / √N"""

    def with_connectivity(self, W: torch.Tensor) -> "Network":
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
        self.dt = dt
        self.n_samples, self.n_trials = n_samples, n_trials
        self.n, self.n_inputs = network.B.shape
        self.n_outputs = network.C.shape[0]
        self._like = network.W.detach()

        self.columns = padded(self.n, LANES)
        self.states = self._rows(self.n_inputs)
        self.inputs = self._beside(self.states, self.n_inputs)
        self.forward_weights = self._zeros(self.columns + self.n_inputs, self.columns)

    # What only a gradient needs is not allocated for an evaluation.

    @cached_property
    def adjoints(self) -> torch.Tensor:
        return self._rows(self.n_outputs)

    @cached_property
    def of_outputs(self) -> torch.Tensor:
        return self._beside(self.adjoints, self.n_outputs)

    @cached_property
    def backward_weights(self) -> torch.Tensor:
        return self._zeros(self.columns + self.n_outputs, self.columns)

    @cached_property
    def of_rates(self) -> torch.Tensor:
        return self._zeros(padded(self.columns + self.n_outputs, ROWS), self.columns)

    @cached_property
    def of_inputs(self) -> torch.Tensor:
        return self._zeros(padded(self.n_inputs, ROWS), self.columns)

    def _rows(self, n_more: int) -> torch.Tensor:
        """Allocate a row a sample and trial: of each neuron, then `n_more` numbers."""
        width = padded(self.columns + n_more, LINE)
        return self._zeros(self.n_samples + 1, padded(self.n_trials, ROWS), width)

    def _beside(self, rows: torch.Tensor, n_more: int) -> torch.Tensor:
        return rows[:, : self.n_trials, self.columns : self.columns + n_more]

    def _zeros(self, *shape: int) -> torch.Tensor:
        return self._like.new_zeros(shape)


@torch.no_grad()
def simulate(network: Network, inputs: torch.Tensor, workspace: Workspace):
    """Return the readout of a batch of trials that all start at x = 0.

    Args:
        network: the weights, float32 or float64.
        inputs: (time, trial, Nin), u.
        workspace: buffers of that shape; overwritten.

    Returns:
        (time, trial, Nout): z, the output after each input sample.
    """
    ws, n = workspace, workspace.n
    torch.mul(network.W.T, ws.dt, out=ws.forward_weights[:n, :n])
    torch.mul(network.B.T, ws.dt, out=ws.forward_weights[ws.columns :, :n])
    ws.inputs[:-1] = inputs
    outputs = advance(ws.states, ws.forward_weights, 1 - ws.dt, network.C.detach())
    return outputs[:, : ws.n_trials]


def masked_loss(
    outputs: torch.Tensor, targets: torch.Tensor, mask: torch.Tensor
) -> torch.Tensor:
    """Return half the squared error averaged where the mask is 1.

    Args:
        outputs, targets, mask: (time, trial, Nout).

    Returns:
        Scalar, ½ Σ mask (target - output)² / Σ mask.
    """
    return 0.5 * (mask * (targets - outputs).square()).sum() / mask.sum()


@torch.no_grad()
def loss_and_gradient(
    network: Network,
    inputs: torch.Tensor,
    targets: torch.Tensor,
    mask: torch.Tensor,
    workspace: Workspace,
) -> tuple[torch.Tensor, Network]:
    """Return the `masked_loss` of a batch and its gradient with respect to the weights.

    By exact back-propagation through time. It is done by hand: between two passes
    through buffers larger than the cache, each operation that autograd would add
    takes longer than its arithmetic.

    Args:
        network: the weights, float32 or float64.
        inputs: (time, trial, Nin).
        targets, mask: (time, trial, Nout).
        workspace: buffers of that shape; overwritten.

    Returns:
        The loss, a scalar, and dL/dW, dL/dB, dL/dC as the weights of a network,
        which the next gradient may overwrite.
    """
    ws, n = workspace, workspace.n
    error = simulate(network, inputs, ws) - targets
    of_outputs = mask * error / mask.sum()
    loss = 0.5 * torch.dot(of_outputs.flatten(), error.flatten())

    torch.mul(network.W, ws.dt, out=ws.backward_weights[:n, :n])
    torch.mul(network.C, ws.dt, out=ws.backward_weights[ws.columns :, :n])
    ws.of_outputs[1:] = of_outputs
    ws.adjoints[-1, :, : ws.columns] = 0
    retreat(
        ws.adjoints,
        ws.states,
        ws.backward_weights,
        1 - ws.dt,
        ws.of_rates,
        ws.of_inputs,
    )
    gradient = Network(
        W=ws.of_rates[:n, :n].contiguous(),
        B=ws.of_inputs[: ws.n_inputs, :n].T.contiguous(),
        C=ws.of_rates[ws.columns :][: ws.n_outputs, :n].contiguous(),
    )
    return loss, gradient
