"""Low-rank approximations of a connectivity change, Eq. (4)."""

from collections.abc import Iterator, Sequence

import numpy as np


def truncations(dW: np.ndarray, ranks: Sequence[int]) -> Iterator[np.ndarray]:
    """Yield the best approximation of dW of each rank, Eq. (4).

    Args:
        dW: (M, N).
        ranks: each from 0 to min(M, N).

    Yields:
        dW^(R), (M, N), of the dtype of dW.
    """
    u, s, vt = np.linalg.svd(dW.astype(np.float64), full_matrices=False)
    for rank in ranks:
        yield ((u[:, :rank] * s[:rank]) @ vt[:rank]).astype(dW.dtype)


def factors(dW: np.ndarray, rank: int) -> tuple[np.ndarray, np.ndarray]:
    """Return the factors of dW^(R), Eq. (4): a left and a right one, whose product it is.

    Args:
        dW: (M, N).
        rank: at most min(M, N).

    Returns:
        (M, rank) and (rank, N), of the dtype of dW.
    """
    u, s, vt = np.linalg.svd(dW.astype(np.float64), full_matrices=False)
    left, right = u[:, :rank] * s[:rank], vt[:rank]
    return left.astype(dW.dtype), right.astype(dW.dtype)


def functional_rank(losses: np.ndarray, threshold: float) -> int | None:
    """Return the smallest rank at which the truncated network's loss is below a threshold.

    Args:
        losses: (rank,), the loss at rank 0, 1, 2, …
        threshold: such as 5 % of the run's initial loss.

    Returns:
        The rank; None if no rank in `losses` is sufficient.
    """
    sufficient = np.flatnonzero(np.asarray(losses) < threshold)
    return int(sufficient[0]) if len(sufficient) else None
