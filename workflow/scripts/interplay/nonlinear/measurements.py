"""Measurements on one trained network (Section 2, Figs 1 and 2).

Each function returns a table without the columns that name the network. Of a network whose
training diverged, only the learning curve is measured.
"""

from collections.abc import Iterator

import numpy as np
import pandas as pd

from interplay.lowrank.spectrum import eigenvalues, singular_values
from interplay.lowrank.truncation import functional_rank, shuffle_entries, truncations
from interplay.nonlinear.engine import Engine
from interplay.nonlinear.evaluation import losses_with
from interplay.nonlinear.trained import TrainedNetwork


def learning_curve(trained: TrainedNetwork) -> pd.DataFrame:
    """Return a row per epoch: epoch, loss."""
    losses = trained.losses
    return pd.DataFrame({"epoch": range(len(losses)), "loss": losses})


def convergence(trained: TrainedNetwork, threshold: float) -> pd.DataFrame:
    """Return one row: when the network converged, and whether the loss stayed low.

    Args:
        trained: the network.
        threshold: fraction of the initial loss below which a network has converged.

    Returns:
        N, epochs, initial_loss; convergence_epoch (missing if the loss never fell below
        the threshold); converged; outbreak_share, the share of the second half of the
        epochs in which the loss was above the threshold; diverged; device.
    """
    losses = trained.losses
    epoch = None if trained.diverged else convergence_epoch(losses, threshold)
    late = losses[len(losses) // 2 :]
    row = {
        "N": trained.run.n,
        "epochs": len(losses),
        "initial_loss": losses[0],
        "convergence_epoch": epoch,
        "converged": epoch is not None,
        "outbreak_share": np.mean(~(late < threshold * losses[0])),
        "diverged": trained.diverged,
        "device": trained.device,
    }
    return pd.DataFrame([row]).astype({"convergence_epoch": "Int64"})


def convergence_epoch(losses: np.ndarray, threshold: float) -> int | None:
    """Return the first epoch whose loss is below `threshold` of the loss at epoch 0.

    Args:
        losses: (epoch,).
        threshold: such as 0.05.

    Returns:
        The epoch, counted from 0; None if there is none.
    """
    below = np.flatnonzero(np.asarray(losses) < threshold * losses[0])
    return int(below[0]) if len(below) else None


def spectrum(trained: TrainedNetwork) -> pd.DataFrame:
    """Return a row per singular value: matrix (W0, W, dW), index (from 1), value."""
    parts = []
    for name, matrix in _matrices(trained):
        values = singular_values(matrix)
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
                    "real": values.real,
                    "imaginary": values.imag,
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


def truncation_losses(
    trained: TrainedNetwork, n_test_trials: int, largest_rank: int
) -> pd.DataFrame:
    """Return a row per rank from 0: rank, loss with dW truncated, Eq. (4).

    Args:
        trained: the network.
        n_test_trials: number of trials that the losses are averaged over.
        largest_rank: of the truncations.
    """
    if trained.diverged:
        return pd.DataFrame(
            {"rank": pd.Series(dtype=int), "loss": pd.Series(dtype=float)}
        )
    ranks = range(largest_rank + 1)
    losses = losses_with(
        trained.network,
        [trained.W0 + part for part in truncations(trained.dW, ranks)],
        trained.test_trials(n_test_trials),
        trained.task.dt,
    )
    return pd.DataFrame({"rank": ranks, "loss": losses})


def functional_ranks(
    trained: TrainedNetwork, truncated: pd.DataFrame, threshold: float
) -> pd.DataFrame:
    """Return one row: functional_rank and functional_rank_rank0.

    The functional rank is the lowest rank at which the loss is below a threshold: a
    fraction of the initial training loss, or of the loss at rank 0. It is missing for a
    network that did not converge.

    Args:
        trained: the network.
        truncated: what `truncation_losses` returned.
        threshold: the fraction, such as 0.05.
    """
    row: dict[str, int | None] = dict.fromkeys(
        ("functional_rank", "functional_rank_rank0")
    )
    losses = truncated.loss.to_numpy()
    if not trained.diverged and convergence_epoch(trained.losses, threshold) is not None:
        row = {
            "functional_rank": functional_rank(losses, threshold * trained.losses[0]),
            "functional_rank_rank0": functional_rank(losses, threshold * losses[0]),
        }
    return pd.DataFrame([row]).astype("Int64")


def shuffle_loss(trained: TrainedNetwork, n_test_trials: int) -> pd.DataFrame:
    """Return one row: the loss as trained, and with the entries of W0 permuted (Fig. 2c).

    Args:
        trained: the network.
        n_test_trials: number of trials that the losses are averaged over.

    Returns:
        final_loss; shuffle_loss_ratio, over the initial training loss.
    """
    if trained.diverged:
        return pd.DataFrame([{"final_loss": np.nan, "shuffle_loss_ratio": np.nan}])
    shuffled_W0 = shuffle_entries(trained.W0, trained.run.stream("shuffle"))
    shuffled, final = losses_with(
        trained.network,
        [shuffled_W0 + trained.dW, trained.network.W],
        trained.test_trials(n_test_trials),
        trained.task.dt,
    )
    ratio = shuffled / trained.losses[0]
    return pd.DataFrame([{"final_loss": final, "shuffle_loss_ratio": ratio}])


def example_trial(trained: TrainedNetwork) -> pd.DataFrame:
    """Run a trained network on its task's example trial (Fig. 1 a-c).

    Returns:
        A row per sample and channel: time (in membrane time constants), channel, kind
        (input, output, target), value, mask. Rows of the kind "phase" give the times at
        which a phase begins.
    """
    example = trained.task.example(trained.run.stream("example trial"))
    inputs, targets, mask = example.trials
    engine = Engine.for_batch(trained.network, example.trials, trained.task.dt)
    outputs = engine.simulate(trained.network, inputs)

    time = trained.task.dt * np.arange(len(inputs))
    parts = []
    for kind, values in {"input": inputs, "output": outputs, "target": targets}.items():
        for channel in range(values.shape[2]):
            counted = mask[:, 0, channel] if kind == "target" else np.ones(len(time))
            parts.append(
                pd.DataFrame(
                    {
                        "time": time,
                        "channel": channel,
                        "kind": kind,
                        "value": values[:, 0, channel].astype(np.float64),
                        "mask": counted.astype(bool),
                    }
                )
            )
    phases = {"time": example.phases, "channel": 0, "kind": "phase"}
    parts.append(pd.DataFrame({**phases, "value": 0.0, "mask": False}))
    return pd.concat(parts, ignore_index=True)


def _matrices(trained: TrainedNetwork) -> Iterator[tuple[str, np.ndarray]]:
    if not trained.diverged:
        yield "W0", trained.W0
        yield "W", trained.network.W
        yield "dW", trained.dW


def _joined(parts: list[pd.DataFrame], columns: list[str]) -> pd.DataFrame:
    return pd.concat(parts, ignore_index=True) if parts else pd.DataFrame(columns=columns)
