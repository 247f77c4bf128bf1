"""Phase transitions of the network dynamics while a network trains (Sections 2 and 5).

Without input, the state x = 0 is a fixed point of Eq. (2), and tanh'(0) = 1. It is stable as
long as all eigenvalues of W have a real part below 1. Where the real part of one more
eigenvalue grows beyond 1, new states emerge from x = 0: two fixed points ±x* if the
eigenvalue is real, because tanh is odd, or a cycle if it is one of a complex pair.
Transitions away from x = 0, or under input, are not seen in this way.

A plateau of the loss is a long stretch of epochs before convergence in which the loss stays
at one level. If plateaus are related to transitions, a plateau ends when an eigenvalue of W
passes 1.
"""

from collections.abc import Iterable, Mapping
from dataclasses import replace
from itertools import pairwise
from typing import Any

import numpy as np
import pandas as pd
from scipy.ndimage import median_filter

from interplay.lowrank.spectrum import eigenvalues
from interplay.nonlinear.measurements.learning import convergence_epoch
from interplay.nonlinear.run import Run, initial_state, task_arguments
from interplay.nonlinear.training import train
from interplay.tasks import make_task
from interplay.tasks.trials import Task

BEYOND = 1.25
"""of the epochs until convergence: for how long a network is followed"""

LEVEL = 1.1
"""largest over smallest loss of a plateau: a tenth is little of the way to convergence, a
factor of twenty"""

LONG = 0.2
"""share of the epochs until convergence that a plateau takes at least. A loss that falls by
the same factor in each epoch stays within a tenth for 0.03 of them, one that falls by the same
amount for 0.1."""

SMOOTHED = 0.02
"""share of the epochs until convergence over which losses are smoothed: batches differ"""


def follow_networks(
    name: str,
    experiment: Mapping[str, Any],
    losses: pd.DataFrame,
    threshold: float,
    steps: int,
) -> tuple[pd.DataFrame, pd.DataFrame]:
    """Train networks of an experiment again, and record eigenvalues of W meanwhile.

    Args:
        name: of the experiment.
        experiment: `Experiment.parameters` of `interplay.configuration.experiments`.
        losses: g, seed, epoch and loss of the networks to follow, from their training.
        threshold: fraction of the initial loss below which a network has converged.
        steps: see `recorded_epochs`.

    Returns:
        The tables of `follow` and of `plateau_and_crossing`, with the columns experiment,
        task, g and seed in front.
    """
    task = make_task(experiment["task"], **task_arguments(experiment))
    tables, plateaus = [], []
    for (g, seed), rows in losses.groupby(["g", "seed"]):
        run = Run.of(experiment, g, seed)
        losses_here = rows.loss.to_numpy()
        table = follow(run, task, recorded_epochs(losses_here, threshold, steps))
        labels = {"experiment": name, "task": run.task_name, "g": g, "seed": seed}
        tables.append(pd.DataFrame(labels, table.index).join(table))
        plateaus.append(labels | plateau_and_crossing(losses_here, threshold, table))
    whole = {"plateau_start": "Int64", "plateau_end": "Int64"}
    return (
        pd.concat(tables, ignore_index=True),
        pd.DataFrame(plateaus).astype(whole),
    )


def plateau_and_crossing(
    losses: np.ndarray, threshold: float, followed: pd.DataFrame
) -> dict[str, Any]:
    """Return where the plateau of a network ends, and when an eigenvalue of W passes 1.

    Args:
        losses: (epoch,), of a whole training.
        threshold: fraction of the initial loss below which a network has converged.
        followed: the table of `follow`.

    Returns:
        A row: initial_loss; plateau_start, plateau_end and plateau_level of `plateau`;
        crossing_epoch, of the function of that name; crossing_ratio, crossing_epoch over
        plateau_end, infinite if there is a plateau and no eigenvalue passes 1 as long as the
        network is followed. A value that does not exist is missing.
    """
    found = plateau(losses, threshold)
    crossing = crossing_epoch(followed.epoch.to_numpy(), followed.leading.to_numpy())
    start, end, level = found or (None, None, np.nan)
    return {
        "initial_loss": losses[0],
        "plateau_start": start,
        "plateau_end": end,
        "plateau_level": level,
        "crossing_epoch": crossing,
        "crossing_ratio": np.nan if end is None else (crossing or np.inf) / end,
    }


def plateau(losses: np.ndarray, threshold: float) -> tuple[int, int, float] | None:
    """Return the plateau of a learning curve.

    It is the longest stretch of epochs before convergence in which the smoothed loss stays at
    one level: its largest value is at most `LEVEL` times its smallest one. A shorter one than
    `LONG` of the epochs until convergence is no plateau. The smoothed loss is the running
    median over `SMOOTHED` of these epochs.

    Args:
        losses: (epoch,), of a whole training.
        threshold: fraction of the initial loss below which a network has converged.

    Returns:
        Its first epoch; its end, the first epoch after it; and its level, the median loss over
        the initial loss. None if there is none, or if the network did not converge.
    """
    converged = convergence_epoch(losses, threshold)
    if not converged:
        return None
    width = 2 * round(SMOOTHED * converged / 2) + 1
    smooth = median_filter(np.asarray(losses, float), width, mode="nearest")[:converged]
    longest = start_of_it = 0
    for start in range(converged):
        rest = smooth[start:]
        level = np.maximum.accumulate(rest) <= LEVEL * np.minimum.accumulate(rest)
        length = len(rest) if level.all() else int(np.argmin(level))
        if length > longest:
            longest, start_of_it = length, start
    if longest < LONG * converged:
        return None
    end = start_of_it + longest
    return start_of_it, end, float(np.median(losses[start_of_it:end]) / losses[0])


def crossing_epoch(epochs: np.ndarray, leading: np.ndarray) -> float | None:
    """Return when the first eigenvalue of W passes 1, interpolated between two looks.

    Args:
        epochs: (look,), rising.
        leading: (look,), the largest real part of the eigenvalues of W.

    Returns:
        The epoch; None if there is none, or if an eigenvalue is above 1 from the start.
    """
    above = leading > 1
    if not above.any() or above[0]:
        return None
    after = int(np.argmax(above))
    pair = slice(after - 1, after + 1)
    return float(np.interp(1, leading[pair], epochs[pair]))


def recorded_epochs(losses: np.ndarray, threshold: float, number: int) -> np.ndarray:
    """Return the epochs at which eigenvalues are recorded: even until after convergence.

    Args:
        losses: (epoch,), of a whole training.
        threshold: fraction of the initial loss below which a network has converged.
        number: of steps between epochs, at most; a step is at least one epoch.

    Returns:
        Rising epochs from 0 to `BEYOND` times that of convergence; to the last epoch if that
        is earlier, or if the network did not converge. int64.
    """
    converged = convergence_epoch(losses, threshold)
    last = len(losses) - 1
    if converged is not None:
        last = min(last, int(BEYOND * converged))
    return np.unique(np.linspace(0, last, number + 1).round().astype(np.int64))


def follow(run: Run, task: Task, epochs: Iterable[int]) -> pd.DataFrame:
    """Train a network again, and record the eigenvalues of W at some epochs.

    Args:
        run: how the network was trained, on the CPU.
        task: the run's task.
        epochs: rising; epoch 0 is before the first step.

    Returns:
        A row per epoch: `epoch`; `unstable`, the number of eigenvalues of W with a real part
        above 1; `leading`, the largest real part; `loss`, the mean training loss from
        this epoch to the one before the next row's. The last epoch has no row, since
        no loss follows, nor has one at which the network has diverged.
    """
    state = initial_state(run, task)
    rows = []
    for epoch, following in pairwise(epochs):
        if not np.isfinite(state.weights["W"]).all():
            break
        real = np.real(eigenvalues(state.weights["W"]))
        state = train(replace(run, epochs=following), task, state)
        row = {
            "epoch": epoch,
            "unstable": int((real > 1).sum()),
            "leading": real.max(),
            "loss": np.mean(state.losses[epoch:]),
        }
        rows.append(row)
    return pd.DataFrame(rows)
