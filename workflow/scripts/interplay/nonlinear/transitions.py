"""Phase transitions of the network dynamics while a network trains (Sections 2 and 5).

Without input, the state x = 0 is a fixed point of Eq. (2), and tanh'(0) = 1. It is stable as
long as all eigenvalues of W have a real part below 1. Where the real part of one more
eigenvalue grows beyond 1, new states emerge from x = 0: two fixed points ±x* if the
eigenvalue is real, because tanh is odd, or a cycle if it is one of a complex pair.
Transitions away from x = 0, or under input, are not seen in this way.
"""

from collections.abc import Iterable, Mapping
from dataclasses import replace
from itertools import pairwise
from typing import Any

import numpy as np
import pandas as pd

from interplay.lowrank.spectrum import eigenvalues
from interplay.nonlinear.measurements.learning import convergence_epoch
from interplay.nonlinear.training import Run, initial_state, task_arguments, train
from interplay.tasks import make_task
from interplay.tasks.trials import Task

BEYOND = 1.25
"""of the epochs until convergence: for how long a network is followed"""


def follow_networks(
    name: str,
    experiment: Mapping[str, Any],
    losses: pd.DataFrame,
    threshold: float,
    steps: int,
) -> pd.DataFrame:
    """Train networks of an experiment again, and record eigenvalues of W meanwhile.

    Args:
        name: of the experiment.
        experiment: `Experiment.parameters` of `interplay.configuration.experiments`.
        losses: g, seed, epoch and loss of the networks to follow, from their training.
        threshold: fraction of the initial loss below which a network has converged.
        steps: see `recorded_epochs`.

    Returns:
        The tables of `follow`, with the columns experiment, task, g and seed in front.
    """
    task = make_task(experiment["task"], **task_arguments(experiment))
    tables = []
    for (g, seed), rows in losses.groupby(["g", "seed"]):
        run = Run.of(experiment, g, seed)
        table = follow(run, task, recorded_epochs(rows.loss.to_numpy(), threshold, steps))
        labels = {"experiment": name, "task": run.task_name, "g": g, "seed": seed}
        tables.append(pd.DataFrame(labels, table.index).join(table))
    return pd.concat(tables, ignore_index=True)


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
