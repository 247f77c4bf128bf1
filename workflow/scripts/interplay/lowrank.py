"""How low the rank of a connectivity change is, and what the network needs of it."""

from collections.abc import Iterator, Sequence

import numpy as np

from interplay.network import Network, Workspace, masked_loss, simulate
from interplay.tasks.trials import Trials

TRIALS_AT_ONCE = 128
"""of an evaluation: enough for the products' full speed, few enough for the cache"""


def singular_values(matrix: np.ndarray) -> np.ndarray:
    """Return all singular values, largest first: float64, (min(shape),)."""
    return np.linalg.svd(matrix.astype(np.float64), compute_uv=False)


def eigenvalues(matrix: np.ndarray) -> np.ndarray:
    """Return all eigenvalues of a square matrix, largest modulus first: complex128, (N,)."""
    values = np.linalg.eigvals(matrix.astype(np.float64))
    return values[np.lexsort((-values.imag, -np.abs(values)))].astype(np.complex128)


def truncations(dW: np.ndarray, ranks: Sequence[int]) -> Iterator[np.ndarray]:
    """Yield the best approximation of dW of each rank, Eq. (4).

    Args:
        dW: (N, N).
        ranks: each from 0 to N.

    Yields:
        dW^(R), (N, N), of the dtype of dW.
    """
    u, s, vt = np.linalg.svd(dW.astype(np.float64))
    for rank in ranks:
        yield ((u[:, :rank] * s[:rank]) @ vt[:rank]).astype(dW.dtype)


def shuffled(matrix: np.ndarray, rng: np.random.Generator) -> np.ndarray:
    """Return the matrix with all of its entries permuted at random."""
    return rng.permutation(matrix.ravel()).reshape(matrix.shape)


def losses_of(
    network: Network, connectivities: Sequence[np.ndarray], trials: Trials, dt: float
) -> np.ndarray:
    """Return the loss of a network with each of several recurrent connectivities.

    Args:
        network: gives B and C, float32.
        connectivities: each (N, N), float32, in place of W.
        trials: what all of them are tested on.
        dt: time step.

    Returns:
        float64, one a connectivity.
    """
    n_samples, n_trials = trials.inputs.shape[:2]
    workspaces: dict[int, Workspace] = {}
    losses = np.zeros(len(connectivities))
    for start in range(0, n_trials, TRIALS_AT_ONCE):
        part = slice(start, min(start + TRIALS_AT_ONCE, n_trials))
        size = part.stop - part.start
        if size not in workspaces:
            workspaces[size] = Workspace(network, n_samples, size, dt)
        inputs, targets, mask = (np.ascontiguousarray(a[:, part]) for a in trials)
        for i, W in enumerate(connectivities):
            outputs = simulate(network.with_connectivity(W), inputs, workspaces[size])
            loss = masked_loss(outputs.astype(np.float64), targets, mask)
            losses[i] += loss * mask.sum(dtype=np.float64)
    return losses / trials.mask.sum(dtype=np.float64)


def functional_rank(losses: np.ndarray, threshold: float) -> int | None:
    """Return the smallest rank at which the truncated network's loss is below a threshold.

    Args:
        losses: (rank,), the loss for rank 0, 1, 2, …
        threshold: such as 5 % of the run's initial loss.

    Returns:
        The rank, or None if no rank that was tried is enough.
    """
    enough = np.flatnonzero(np.asarray(losses) < threshold)
    return int(enough[0]) if len(enough) else None
