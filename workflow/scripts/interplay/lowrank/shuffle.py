"""A matrix with the same entries and no structure."""

import numpy as np


def shuffle_entries(matrix: np.ndarray, rng: np.random.Generator) -> np.ndarray:
    """Return the matrix with all of its entries permuted at random."""
    return rng.permutation(matrix.ravel()).reshape(matrix.shape)
