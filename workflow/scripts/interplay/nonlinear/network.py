"""The rate network's weights, Eqs (2) and (3), how they are drawn, and its loss.

One Euler step and its readout are

    x[t+1] = (1 - dt) x[t] + dt (W r[t] + B u[t]),   r = tanh(x),   z[t] = C r[t+1].
"""

from dataclasses import dataclass
from typing import Generic, TypeVar

import numpy as np

Array = TypeVar("Array")
"""np.ndarray, or torch.Tensor where torch computes"""


# Without eq=False, `==` would compare arrays and raise an error.
@dataclass(frozen=True, eq=False, repr=False)
class Network(Generic[Array]):
    """The weights of one network, or one array per weight: a gradient, a stack."""

    W: Array
    """(N, N), recurrent weights"""
    B: Array
    """(N, Nin), input weights, columns √N m_i"""
    C: Array
    """(Nout, N), readout, rows w_i / √N"""

    def __repr__(self) -> str:
        """Give the shapes in one line; the arrays are too large to print."""
        shapes = {name: tuple(array.shape) for name, array in vars(self).items()}
        return f"Network({', '.join(f'{name}: {shapes[name]}' for name in shapes)})"


def draw_recurrent(rng: np.random.Generator, n: int, g: float) -> np.ndarray:
    """Draw W0 = g J with J_ij ~ N(0, 1/N).

    Args:
        rng: source of the numbers.
        n: number of neurons, N.
        g: strength of the initial connectivity.

    Returns:
        float32, (n, n).
    """
    J = rng.standard_normal((n, n)) / np.sqrt(n)
    # Adding 0 turns the -0 that g = 0 produces into 0.
    return (g * J + 0.0).astype(np.float32)


def draw_inputs_and_readout(
    rng: np.random.Generator, n: int, n_inputs: int, n_outputs: int
) -> tuple[np.ndarray, np.ndarray]:
    """Draw input vectors m_i and readout vectors w_i of length exactly 1.

    Args:
        rng: source of the numbers.
        n: number of neurons, N.
        n_inputs: number of input channels.
        n_outputs: number of output channels.

    Returns:
        B = √n [m_1 …], float32, (n, n_inputs); C = [w_1 …]ᵀ / √n, float32, (n_outputs, n).
    """
    vectors = rng.standard_normal((n, n_inputs + n_outputs))
    vectors /= np.linalg.norm(vectors, axis=0)
    m, w = vectors[:, :n_inputs], vectors[:, n_inputs:]
    B, C = np.sqrt(n) * m, w.T / np.sqrt(n)
    return B.astype(np.float32), np.ascontiguousarray(C, np.float32)


def masked_loss(
    outputs: np.ndarray, targets: np.ndarray, mask: np.ndarray
) -> np.floating:
    """Return half the squared error, averaged where the mask is 1.

    Args:
        outputs, targets, mask: (time, trial, Nout).

    Returns:
        Scalar, ½ Σ mask (target - output)² / Σ mask.
    """
    return 0.5 * (mask * (targets - outputs) ** 2).sum() / mask.sum()
