"""Singular values and eigenvalues of a matrix."""

import numpy as np

from interplay.storage.arguments import real_array
from interplay.storage.errors import InputError


def singular_values(matrix: np.ndarray) -> np.ndarray:
    """Return all singular values, largest first.

    Args:
        matrix: (M, N), real.

    Returns:
        float64, (min(M, N),).

    Raises:
        InputError: the matrix is not one of finite real numbers.
    """
    entries = real_array("matrix", matrix, shape=("M", "N")).astype(np.float64)
    return np.linalg.svd(entries, compute_uv=False)


def eigenvalues(matrix: np.ndarray) -> np.ndarray:
    """Return all eigenvalues of a square matrix, largest modulus first.

    Args:
        matrix: (N, N), real.

    Returns:
        complex128, (N,).

    Raises:
        InputError: the matrix is not a square one of finite real numbers.
    """
    entries = real_array("matrix", matrix, shape=("M", "N")).astype(np.float64)
    if entries.shape[0] != entries.shape[1]:
        raise InputError(f"matrix: expected shape (N, N), found {entries.shape}")
    values = np.linalg.eigvals(entries)
    return values[np.lexsort((-values.imag, -np.abs(values)))].astype(np.complex128)
