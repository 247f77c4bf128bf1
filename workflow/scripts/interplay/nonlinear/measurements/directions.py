"""Directions of dW, and whether W0 contributes gain or geometry (Section 5).

To first order of learning time, Eq. (11), dW is an outer product of Bᵀw and Bm with
B = (I − W0)⁻¹ = I + W0 + W0² + …: the readout and input vectors are multiplied by powers of
W0. In a rate network, this is measured as the share of the singular vectors of dW in the
span of these products.
"""

from collections.abc import Sequence

import numpy as np
import pandas as pd

from interplay.nonlinear.measurements.shuffling import shuffled_W0
from interplay.nonlinear.run import initial_weights
from interplay.nonlinear.trained import TrainedNetwork

SHARE_COLUMNS = [
    "side",
    "vectors",
    "connectivity",
    "power",
    "dimension",
    "share",
    "added",
]
GAIN_COLUMNS = ["connectivity", "gain", "loss_ratio", "loss_ratio_error"]

SMALL = 1e-10
"""relative length of what a product adds to the span, below which it is rounding"""


def shares(
    trained: TrainedNetwork, rank: int, powers: int, permutations: int
) -> pd.DataFrame:
    """Return how much of dW's singular vectors is in spans of powers of W0.

    The share of the first `rank` left singular vectors, weighted by their squared singular
    values, in span{w_i, W0ᵀw_i, …, (W0ᵀ)^k w_i}; of the right ones in
    span{m_i, W0m_i, …, W0^k m_i}.

    Args:
        trained: the network.
        rank: number of singular vectors, such as the functional rank.
        powers: largest k.
        permutations: of W0, and sets of random directions, whose shares are averaged.

    Returns:
        A row per combination of side, left or right; vectors, the w_i and m_i before
        training (`initial`), after it (`trained`), or `both` together; connectivity,
        `initial` for W0, `shuffled` for W0 with its entries permuted, `random` for as many
        random directions instead; and power, k from 0. With dimension, of the span; share,
        from 0 to 1; added, the share less that for k = 0.
    """
    run, N = trained.run, trained.run.n
    u, s, vt = np.linalg.svd(trained.dW.astype(np.float64), full_matrices=False)
    matrices = [trained.W0, *shuffled_W0(trained, permutations)]
    matrices = [W0.astype(np.float64) for W0 in matrices]
    random = run.stream("random directions")
    rows = []
    for side, starts in _start_vectors(trained).items():
        singular, operators = (
            (u, [W0.T for W0 in matrices]) if side == "left" else (vt.T, matrices)
        )
        weighted = (singular * s)[:, :rank]
        for vectors, start in starts.items():
            bases = [krylov_bases(operator, start, powers) for operator in operators]
            spans = {"initial": bases[:1], "shuffled": bases[1:]}
            sizes = [basis.shape[1] for basis in spans["initial"][0]]
            normal = random.standard_normal((permutations, N, sizes[-1]))
            spans["random"] = [
                [basis[:, :size] for size in sizes] for basis in np.linalg.qr(normal)[0]
            ]
            for name, several in spans.items():
                found = [[share_in(basis, weighted) for basis in one] for one in several]
                share = np.mean(found, axis=0)
                for power, basis in enumerate(several[0]):
                    about = side, vectors, name, power, basis.shape[1]
                    rows.append((*about, share[power], share[power] - share[0]))
    return pd.DataFrame(rows, columns=SHARE_COLUMNS)


def gain(
    trained: TrainedNetwork, gains: Sequence[float], permutations: int, n_test_trials: int
) -> pd.DataFrame:
    """Return the loss with a larger dW, with W0 as it is and with its entries permuted.

    If shuffling W0 took amplification alone from dW, a larger dW would make up for it.

    Args:
        trained: the network.
        gains: factors of dW.
        permutations: of W0, over which the ratio is averaged.
        n_test_trials: number of the run's test trials that the losses are averaged over.

    Returns:
        A row per connectivity (`initial`, `shuffled`) and gain: loss_ratio, over the initial
        training loss; loss_ratio_error, its standard error over permutations, NaN for the
        initial connectivity or a single permutation.
    """
    cases = {"initial": [trained.W0], "shuffled": shuffled_W0(trained, permutations)}
    rows = []
    for connectivity, several in cases.items():
        weights = (W0 + factor * trained.dW for W0 in several for factor in gains)
        losses = trained.losses_with(weights, n_test_trials) / trained.initial_loss
        by_gain = pd.DataFrame(losses.reshape(len(several), -1), columns=gains)
        for factor, ratios in by_gain.items():
            rows.append((connectivity, factor, ratios.mean(), ratios.sem()))
    return pd.DataFrame(rows, columns=GAIN_COLUMNS)


def _start_vectors(trained: TrainedNetwork) -> dict[str, dict[str, np.ndarray]]:
    """Return w_i (left) and m_i (right), float64, (N, count): initial, trained and both."""
    initial = initial_weights(trained.run, trained.task.n_inputs, trained.task.n_outputs)
    found = {}
    for side, before, after in (
        ("left", initial["C"].T, trained.network.C.T),
        ("right", initial["B"], trained.network.B),
    ):
        both = np.hstack([before, after]).astype(np.float64)
        count = before.shape[1]
        found[side] = {
            "initial": both[:, :count],
            "trained": both[:, count:],
            "both": both,
        }
    return found


def krylov_bases(
    operator: np.ndarray, vectors: np.ndarray, powers: int
) -> list[np.ndarray]:
    """Return orthonormal bases of span{v, A v, …, A^k v} for k = 0, 1, …, powers.

    Each basis continues the one before. A is applied to the newest orthonormal directions
    only, since the powers of a random matrix become nearly parallel (block Arnoldi).

    Args:
        operator: A, (N, N), float64.
        vectors: (N, count), float64.
        powers: largest k.

    Returns:
        For each k float64, (N, dimension). Products that are in the span already add no
        dimension.
    """
    bases, basis, block = [], np.empty((len(vectors), 0)), vectors
    for _ in range(powers + 1):
        rest, length = block, np.linalg.norm(block)
        # Twice, so that rounding leaves nothing of the directions before.
        for _ in range(2):
            rest = rest - basis @ (basis.T @ rest)
        u, s, _ = np.linalg.svd(rest, full_matrices=False)
        new = u[:, s > SMALL * length]
        basis = np.hstack([basis, new])
        bases.append(basis)
        block = operator @ new
    return bases


def share_in(basis: np.ndarray, weighted: np.ndarray) -> float:
    """Return the share of the squared length of some vectors that is in a subspace.

    Args:
        basis: orthonormal columns, (N, dimension), float64.
        weighted: (N, count), float64; not all zero.
    """
    inside = np.linalg.norm(basis.T @ weighted) / np.linalg.norm(weighted)
    return float(min(1.0, inside**2))
