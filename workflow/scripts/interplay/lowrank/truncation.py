"""Low-rank approximations of a connectivity change, Eq. (4)."""

from collections.abc import Iterable, Iterator

import numpy as np

from interplay.storage.arguments import real_array, real_number, whole_number


def truncations(dW: np.ndarray, ranks: Iterable[int]) -> Iterator[np.ndarray]:
    """Return an iterator over the best approximations of dW of each rank, Eq. (4).

    Args:
        dW: (M, N), real.
        ranks: each from 0; one above min(M, N) gives dW itself.

    Returns:
        dW^(R), (M, N), of the dtype of dW if that is a float type, else float64.

    Raises:
        InputError: dW is not a matrix of finite real numbers, or a rank is no whole number.
    """
    dW = real_array("dW", dW, shape=("M", "N"))
    ranks = [whole_number("ranks", rank, 0) for rank in ranks]
    u, s, vt = np.linalg.svd(dW.astype(np.float64), full_matrices=False)
    return (((u[:, :rank] * s[:rank]) @ vt[:rank]).astype(dW.dtype) for rank in ranks)


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

    Raises:
        InputError: the losses are not finite numbers, or the threshold is none.
    """
    losses = real_array("losses", losses, shape=("rank",))
    real_number("threshold", threshold, "a finite number", np.isfinite)
    sufficient = np.flatnonzero(losses < threshold)
    return int(sufficient[0]) if len(sufficient) else None
