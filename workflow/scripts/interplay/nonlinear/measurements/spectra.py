"""Singular values, eigenvalues and norms of W0, W and dW (Figs 1 g-i, 2 b); vectors of dW.

The values are computed in float64 and stored as float32, like the weights.
"""

from collections.abc import Iterator

import numpy as np
import pandas as pd

from interplay.lowrank.spectrum import eigenvalues, singular_values
from interplay.nonlinear.run import initial_weights
from interplay.nonlinear.trained import TrainedNetwork

ALIGNED = 12
"""first singular vectors of dW that are compared with inputs and readouts: two for each of
the most channels that the supplement's flip-flops have"""


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


def alignment(trained: TrainedNetwork) -> pd.DataFrame:
    """Compare the first singular vectors of dW with the span of inputs and readouts.

    A share is the squared length of the projection of a singular vector, which has length 1,
    onto the span of all columns of B and all rows of C.

    Args:
        trained: the network.

    Returns:
        A row per side (left, right) and index (from 1, at most `ALIGNED`): share_before, with
        B and C before training; share_after, with those after training; share_expected, that
        of a random direction: the dimension of the span over N. No row for a network that
        diverged.
    """
    columns = ["side", "index", "share_before", "share_after", "share_expected"]
    if trained.diverged:
        return pd.DataFrame(columns=columns)
    task, network = trained.task, trained.network
    before = initial_weights(trained.run, task.n_inputs, task.n_outputs)
    spans = {
        "share_before": np.hstack([before["B"], before["C"].T]),
        "share_after": np.hstack([network.B, network.C.T]),
    }
    bases = {name: _orthonormal(span) for name, span in spans.items()}
    u, _, vt = np.linalg.svd(trained.dW.astype(np.float64))
    parts = []
    for side, vectors in (("left", u), ("right", vt.T)):
        shown = vectors[:, :ALIGNED]
        rows = {"side": side, "index": range(1, shown.shape[1] + 1)}
        for name, basis in bases.items():
            rows[name] = ((basis.T @ shown) ** 2).sum(axis=0)
        rows["share_expected"] = bases["share_before"].shape[1] / len(vectors)
        parts.append(pd.DataFrame(rows))
    return pd.concat(parts, ignore_index=True)[columns]


def _orthonormal(columns: np.ndarray) -> np.ndarray:
    """Return an orthonormal basis of the span of the columns, (N, dimension), float64."""
    u, s, _ = np.linalg.svd(_unit(columns.astype(np.float64)), full_matrices=False)
    return u[:, s > len(columns) * np.finfo(np.float32).eps * s[0]]


def _unit(columns: np.ndarray) -> np.ndarray:
    """Return columns of length 1: entries of C are smaller than those of B by 1/N."""
    return columns / np.linalg.norm(columns, axis=0)


def _matrices(trained: TrainedNetwork) -> Iterator[tuple[str, np.ndarray]]:
    if not trained.diverged:
        yield "W0", trained.W0
        yield "W", trained.network.W
        yield "dW", trained.dW


def _joined(parts: list[pd.DataFrame], columns: list[str]) -> pd.DataFrame:
    return pd.concat(parts, ignore_index=True) if parts else pd.DataFrame(columns=columns)
