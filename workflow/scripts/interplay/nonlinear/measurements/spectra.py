"""Singular values, eigenvalues and norms of W0, W and dW (Figs 1 g-i, 2 b).

The values are computed in float64 and stored as float32, like the weights.
"""

from collections.abc import Iterator

import numpy as np
import pandas as pd

from interplay.lowrank.spectrum import eigenvalues, singular_values
from interplay.nonlinear.trained import TrainedNetwork


def spectrum(trained: TrainedNetwork) -> pd.DataFrame:
    """Return a row per singular value: matrix (W0, W, dW), index (from 1), value."""
    parts = []
    for name, matrix in _matrices(trained):
        values = singular_values(matrix).astype(np.float32)
        rows = {"matrix": name, "index": range(1, len(values) + 1), "value": values}
        parts.append(pd.DataFrame(rows))
    return _joined(parts, ["matrix", "index", "value"])


def spectrum_of_eigenvalues(trained: TrainedNetwork) -> pd.DataFrame:
    """Return a row per eigenvalue: matrix (W0, W, dW), index (from 1), real, imaginary."""
    parts = []
    for name, matrix in _matrices(trained):
        values = eigenvalues(matrix)
        parts.append(
            pd.DataFrame(
                {
                    "matrix": name,
                    "index": range(1, len(values) + 1),
                    "real": np.real(values).astype(np.float32),
                    "imaginary": np.imag(values).astype(np.float32),
                }
            )
        )
    return _joined(parts, ["matrix", "index", "real", "imaginary"])


def norms(trained: TrainedNetwork) -> pd.DataFrame:
    """Return one row: norm_W0, norm_W and norm_dW, the Frobenius norms."""
    row = {"norm_W0": np.nan, "norm_W": np.nan, "norm_dW": np.nan} | {
        f"norm_{name}": np.linalg.norm(matrix.astype(np.float64))
        for name, matrix in _matrices(trained)
    }
    return pd.DataFrame([row])


def _matrices(trained: TrainedNetwork) -> Iterator[tuple[str, np.ndarray]]:
    if not trained.diverged:
        yield "W0", trained.W0
        yield "W", trained.network.W
        yield "dW", trained.dW


def _joined(parts: list[pd.DataFrame], columns: list[str]) -> pd.DataFrame:
    return pd.concat(parts, ignore_index=True) if parts else pd.DataFrame(columns=columns)
