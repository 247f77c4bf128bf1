"""Singular values and eigenvalues of a matrix."""

import numpy as np


def singular_values(matrix: np.ndarray) -> np.ndarray:
    """Return all singular values, largest first.

    Args:
        matrix: (M, N).

    Returns:
        float64, (min(M, N),).
    """
    return np.linalg.svd(matrix.astype(np.float64), compute_uv=False)


def eigenvalues(matrix: np.ndarray) -> np.ndarray:
    """Return all eigenvalues of a square matrix, largest modulus first.

    Args:
        matrix: (N, N).

    Returns:
        complex128, (N,).
    """
    values = np.linalg.eigvals(matrix.astype(np.float64))
    return values[np.lexsort((-values.imag, -np.abs(values)))].astype(np.complex128)
