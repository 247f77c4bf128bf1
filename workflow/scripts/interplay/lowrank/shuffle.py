"""A matrix with the same entries and no structure."""

import numpy as np

from interplay.storage.arguments import in_a_line, real_array
from interplay.storage.errors import InputError


def shuffle_entries(matrix: np.ndarray, rng: np.random.Generator) -> np.ndarray:
    """Return the matrix with all of its entries permuted at random.

    Args:
        matrix: (M, N), real.
        rng: source of the permutation.

    Returns:
        (M, N), of the dtype of `matrix`.

    Raises:
        InputError: the matrix is not one of finite real numbers, or rng no generator.
    """
    real_array("matrix", matrix, shape=("M", "N"))
    if not isinstance(rng, np.random.Generator):
        raise InputError(
            f"rng: expected a numpy.random.Generator, found {in_a_line(rng)}"
        )
    entries = np.asarray(matrix)
    return rng.permutation(entries.ravel()).reshape(entries.shape)
